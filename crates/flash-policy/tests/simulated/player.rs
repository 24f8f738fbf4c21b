//! Flash Player, which asks on port 843 and on the destination port, both with the same server behind them.

use flash_policy::accept::AcceptConfig;
use flash_policy::decide::Sandbox;
use flash_policy::player::{
    Action, Config, ConnectionEnd, Event, Fetch, Outcome, Player, Protocol, Purpose, TIMEOUT,
    Verdict,
};
use flash_policy::{Moment, Port, Reply};

use crate::RunEnd;
use crate::network::{End, Random, Read, Weather, Wire};
use crate::server::Server;

/// A connection of the player.
struct Connection<'a> {
    fetch: Fetch,
    wire: Wire,
    server: Server<'a>,
    /// When the player's side is established.
    established: Moment,
    /// What is still to be sent. `None` before the connection is established.
    unsent: Option<&'static [u8]>,
    /// Whether the player has nothing to do with it any more.
    is_over: bool,
}

impl Connection<'_> {
    /// Delivers to the player what has arrived.
    fn tell(&mut self, player: &mut Player, now: Moment) {
        self.wire.advance(now);
        if self.is_over || now < self.established {
            return;
        }
        let id = self.fetch.id;
        let unsent = self.unsent.get_or_insert_with(|| {
            player.handle(id, Event::Connected, now);
            match self.fetch.protocol {
                Protocol::Policy(request) => request,
                Protocol::Http { .. } | Protocol::Nothing => b"",
            }
        });
        let count = self.wire.write(End::Client, unsent);
        *unsent = &unsent[count..];
        let mut room = [0; 4096];
        while !self.is_over {
            match self.wire.read(End::Client, &mut room) {
                Read::Nothing => return,
                Read::Bytes(count) => player.handle(id, Event::Received(&room[..count]), now),
                Read::End => {
                    player.handle(id, Event::Finished, now);
                    self.close();
                }
                Read::Failed => {
                    player.handle(id, Event::Reset, now);
                    self.is_over = true;
                }
            }
        }
    }

    fn close(&mut self) {
        if !self.is_over {
            self.is_over = true;
            self.wire.close(End::Client);
        }
    }
}

/// The attempt of a movie on port 9339.
struct Attempt<'a> {
    config: &'a AcceptConfig,
    player: Player,
    random: Random,
    connections: Vec<Connection<'a>>,
    outcome: Option<Outcome>,
}

impl Attempt<'_> {
    fn connect(
        &mut self,
        fetch: Fetch,
        weather: &mut dyn FnMut(&mut Random) -> Weather,
        now: Moment,
    ) {
        let weather = weather(&mut self.random);
        let mut wire = Wire::new(self.random.below(u64::MAX), weather, now);
        let accepted = wire.arrival();
        let established = accepted + wire.arrival().since(now);
        self.connections.push(Connection {
            fetch,
            wire,
            server: Server::new(self.config, accepted),
            established,
            unsent: None,
            is_over: false,
        });
    }

    /// Does all that the player wants now. Returns until when it waits.
    fn act(
        &mut self,
        weather: &mut dyn FnMut(&mut Random) -> Weather,
        now: Moment,
    ) -> Option<Moment> {
        for _ in 0..100 {
            match self.player.poll(now) {
                // There is no web server, and it does not matter here what the game's server does.
                Action::Connect(Fetch {
                    id,
                    protocol: Protocol::Http { .. },
                    ..
                }) => {
                    self.player.handle(id, Event::Refused, now);
                }
                Action::Connect(Fetch {
                    id,
                    purpose: Purpose::Target,
                    ..
                }) => {
                    self.player.handle(id, Event::Connected, now);
                }
                Action::Connect(fetch) => self.connect(fetch, weather, now),
                Action::Close(id) => {
                    let mut all = self.connections.iter_mut();
                    if let Some(connection) = all.find(|connection| connection.fetch.id == id) {
                        connection.close();
                    }
                }
                Action::Wait { until } => {
                    assert!(until > now, "a wait that is over");
                    return Some(until);
                }
                Action::Done(outcome) => {
                    self.outcome = Some(outcome);
                    self.connections.iter_mut().for_each(Connection::close);
                    return None;
                }
            }
        }
        panic!("the player neither waits nor ends");
    }

    /// Advances to a moment. Returns when something happens next, or `None` if all is over.
    fn advance(
        &mut self,
        weather: &mut dyn FnMut(&mut Random) -> Weather,
        now: Moment,
    ) -> Option<Moment> {
        for connection in &mut self.connections {
            connection.tell(&mut self.player, now);
        }
        let mut next = self.act(weather, now);
        for connection in &mut self.connections {
            let until = if now < connection.server.since {
                Some(connection.server.since)
            } else {
                connection.server.work(&mut connection.wire, now)
            };
            let established = (!connection.is_over).then_some(connection.established);
            let established = established.filter(|at| *at > now);
            let events = [until, established, connection.wire.next(), next];
            next = events.into_iter().flatten().min();
        }
        next
    }

    /// Part of a reply never looks like a whole one.
    fn check(&self, reply: &[u8]) {
        for step in self.player.steps() {
            let end = step.end.as_ref().map(|(end, _)| end);
            if step.fetch.purpose == Purpose::Target || step.document.is_empty() {
                continue;
            }
            let document = step.document.strip_suffix(b"\0").unwrap_or(&step.document);
            let is_whole = reply.strip_suffix(b"\0") == Some(document);
            assert!(reply.starts_with(document));
            assert!(
                is_whole || end != Some(&ConnectionEnd::Finished),
                "{step:?}"
            );
        }
    }
}

/// Whether the movie may connect, because it got the reply.
pub(crate) fn run(
    seed: u64,
    config: &AcceptConfig,
    weather: &mut dyn FnMut(&mut Random) -> Weather,
) -> RunEnd {
    let movie = Sandbox::Remote("http://www.example.com/game.swf".parse().unwrap());
    let target = "play.example.com".parse().unwrap();
    let port = Port::new(9339).unwrap();
    let mut attempt = Attempt {
        config,
        player: Player::new(Config::new(movie, target, port), Moment::ZERO),
        random: Random(!seed),
        connections: Vec::new(),
        outcome: None,
    };
    let mut now = Moment::ZERO;
    while let Some(next) = attempt.advance(weather, now) {
        assert!(next > now, "seed {seed}: time stands still");
        now = next;
    }
    let outcome = attempt.outcome.as_ref().expect("the player hangs");
    let all_done = attempt
        .connections
        .iter()
        .all(|connection| connection.server.is_done);
    assert!(all_done, "seed {seed}: a server hangs");
    assert!(outcome.elapsed <= TIMEOUT, "seed {seed}");
    attempt.check(
        config
            .reply
            .as_ref()
            .map(Reply::as_bytes)
            .unwrap_or_default(),
    );
    if outcome.verdict == Verdict::Allowed {
        RunEnd::Reply
    } else {
        RunEnd::Error
    }
}
