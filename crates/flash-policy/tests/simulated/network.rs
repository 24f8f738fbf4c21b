//! A TCP connection over a network that delays, loses, reorders, cuts and resets. Its clock advances only with events.
//!
//! TCP repairs loss and order, so a program sees both as delays: a piece that was lost or overtaken holds up those
//! behind it.

use std::collections::VecDeque;
use std::time::Duration;

use flash_policy::Moment;

/// A generator of numbers from a seed, so that a failure can be repeated (Steele, Lea, Flood: `SplitMix`).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }

    pub(crate) fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }

    fn time(&mut self, most: u64) -> Duration {
        Duration::from_millis(self.below(most + 1))
    }
}

/// What the network does to a connection.
pub(crate) struct Weather {
    /// How long each piece travels, and how much longer some do, in milliseconds.
    delay: u64,
    jitter: u64,
    /// How many pieces are lost, in percent. Each is sent again after 200 ms, 400 ms, 800 ms and so on.
    loss: u64,
    /// The maximum length of a piece.
    piece: usize,
    /// How many bytes can be on their way or unread.
    window: usize,
    /// From then on, nothing arrives any more.
    cut: Option<Duration>,
    /// Then something between both sides resets the connection.
    reset: Option<Duration>,
}

impl Weather {
    /// A network that only delays.
    pub(crate) fn calm(random: &mut Random) -> Self {
        Self {
            delay: 1 + random.below(50),
            jitter: random.below(50),
            loss: 0,
            piece: random.one_of(&[1, 7, 536, 1460]),
            window: random.one_of(&[4096, 65_536]),
            cut: None,
            reset: None,
        }
    }

    pub(crate) fn stormy(random: &mut Random) -> Self {
        Self {
            delay: 1 + random.below(1000),
            jitter: random.one_of(&[0, 100, 4000]),
            loss: random.one_of(&[0, 5, 20, 50]),
            piece: random.one_of(&[1, 7, 100, 1460]),
            window: random.one_of(&[16, 1000, 65_536]),
            cut: (random.below(4) == 0).then(|| random.time(8000)),
            reset: (random.below(4) == 0).then(|| random.time(8000)),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Client,
    Server,
}

impl End {
    const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// What one end receives.
#[derive(Default)]
struct Inbound {
    flying: VecDeque<(Moment, Piece)>,
    arrived: VecDeque<u8>,
    /// How many bytes are flying or have arrived.
    unread: usize,
    /// Whether the other end has ended its side, and that has arrived.
    ended: bool,
    /// When a reset arrives.
    fails: Option<Moment>,
    /// Whether this end has closed its socket.
    closed: bool,
}

enum Piece {
    Bytes(Vec<u8>),
    Fin,
}

/// The result of a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    Nothing,
    Bytes(usize),
    End,
    Failed,
}

/// A connection.
pub(crate) struct Wire {
    random: Random,
    weather: Weather,
    /// When it was opened; cuts and resets count from there.
    since: Moment,
    now: Moment,
    client: Inbound,
    server: Inbound,
}

impl Wire {
    pub(crate) fn new(seed: u64, weather: Weather, since: Moment) -> Self {
        let reset = weather.reset.map(|at| since + at);
        let inbound = || Inbound {
            fails: reset,
            ..Inbound::default()
        };
        Self {
            random: Random(seed),
            weather,
            since,
            now: since,
            client: inbound(),
            server: inbound(),
        }
    }

    fn of(&mut self, end: End) -> &mut Inbound {
        match end {
            End::Client => &mut self.client,
            End::Server => &mut self.server,
        }
    }

    /// When something that is sent now arrives, if nothing holds it up.
    pub(crate) fn arrival(&mut self) -> Moment {
        let mut travels = Duration::from_millis(self.weather.delay);
        travels += self.random.time(self.weather.jitter);
        let mut again = Duration::from_millis(200);
        while self.random.below(100) < self.weather.loss {
            travels += again;
            again *= 2;
        }
        self.now + travels
    }

    /// Whether what arrives then is beyond the cut.
    fn is_cut(&self, at: Moment) -> bool {
        self.weather.cut.is_some_and(|cut| at >= self.since + cut)
    }

    fn send(&mut self, from: End, piece: Piece) {
        let at = self.arrival();
        let flying = &mut self.of(from.other()).flying;
        let before = flying.back().map_or(Moment::ZERO, |(at, _)| *at);
        flying.push_back((at.max(before), piece));
    }

    /// Sends as many bytes as there is room for, and returns how many.
    pub(crate) fn write(&mut self, from: End, bytes: &[u8]) -> usize {
        let window = self.weather.window;
        let inbound = self.of(from.other());
        let count = bytes.len().min(window.saturating_sub(inbound.unread));
        inbound.unread += count;
        for piece in bytes[..count].chunks(self.weather.piece) {
            self.send(from, Piece::Bytes(piece.to_vec()));
        }
        count
    }

    /// Ends one side of the stream.
    pub(crate) fn finish(&mut self, from: End) {
        self.send(from, Piece::Fin);
    }

    /// Resets the connection. A reset overtakes what was sent before it.
    pub(crate) fn reset(&mut self, from: End) {
        self.of(from).closed = true;
        let at = self.arrival();
        self.fail(from.other(), at);
    }

    fn fail(&mut self, end: End, at: Moment) {
        if !self.is_cut(at) {
            let fails = &mut self.of(end).fails;
            *fails = Some(fails.map_or(at, |before| before.min(at)));
        }
    }

    /// Closes a socket. As in TCP, bytes that are never read cause a reset.
    pub(crate) fn close(&mut self, end: End) {
        if self.of(end).arrived.is_empty() {
            self.of(end).closed = true;
            self.finish(end);
        } else {
            self.reset(end);
        }
    }

    pub(crate) fn has_failed(&mut self, end: End) -> bool {
        let now = self.now;
        self.of(end).fails.is_some_and(|at| at <= now)
    }

    pub(crate) fn read(&mut self, end: End, room: &mut [u8]) -> Read {
        let failed = self.has_failed(end);
        let inbound = self.of(end);
        if failed {
            return Read::Failed;
        }
        let count = room.len().min(inbound.arrived.len());
        inbound.unread -= count;
        for (to, byte) in room.iter_mut().zip(inbound.arrived.drain(..count)) {
            *to = byte;
        }
        match count {
            0 if inbound.ended => Read::End,
            0 => Read::Nothing,
            _ => Read::Bytes(count),
        }
    }

    /// Delivers what has arrived by now.
    pub(crate) fn advance(&mut self, now: Moment) {
        self.now = now;
        for end in [End::Client, End::Server] {
            while let Some(&(at, _)) = self.of(end).flying.front()
                && at <= now
            {
                let cut = self.is_cut(at);
                let inbound = self.of(end);
                let Some((_, piece)) = inbound.flying.pop_front().filter(|_| !cut) else {
                    continue;
                };
                match piece {
                    Piece::Bytes(_) if inbound.closed => self.reset(end),
                    Piece::Bytes(bytes) => inbound.arrived.extend(bytes),
                    Piece::Fin => inbound.ended = true,
                }
            }
        }
    }

    /// When the next thing arrives.
    pub(crate) fn next(&self) -> Option<Moment> {
        let both = [&self.client, &self.server];
        let arrivals = both.into_iter().flat_map(|inbound| {
            let arrival = inbound.flying.front().map(|(at, _)| *at);
            [arrival, inbound.fails].into_iter().flatten()
        });
        arrivals.filter(|at| *at > self.now).min()
    }
}
