//! A client that follows a script, and a driver without sockets whose clock advances only with events.

use std::time::Duration;

use flash_policy::accept::{
    AbortReason, AcceptConfig, CloseReason, Closing, Completion, First, IfDropped, Operation,
    ServerSide,
};
use flash_policy::{Moment, Policy, Reply};

pub(crate) fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(crate) fn config() -> AcceptConfig {
    AcceptConfig::new(reply())
}

pub(crate) fn reply() -> Reply {
    Reply::new(&Policy::new()).unwrap()
}

/// An action of the client.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    Says(Vec<u8>),
    Fin,
    Rst,
    /// Makes room for this many bytes of the reply, if the client does not read on its own.
    Takes(usize),
}

/// A scripted client.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    /// Its actions and their times, in order.
    script: Vec<(Duration, Deed)>,
    /// The initial room for the reply.
    room: usize,
    /// Whether ending our side of the stream blocks, because TLS has something to write there.
    holds_up_end: bool,
    /// The maximum number of bytes per read.
    piece: usize,
    /// The delay with which the driver returns from a wait.
    driver_delay: Duration,
}

impl Client {
    pub(crate) const fn new() -> Self {
        Self {
            script: Vec::new(),
            room: usize::MAX,
            holds_up_end: false,
            piece: usize::MAX,
            driver_delay: Duration::ZERO,
        }
    }

    /// Sends this at the start.
    pub(crate) fn saying(bytes: &[u8]) -> Self {
        Self::new().says(0, bytes)
    }

    pub(crate) fn says(self, at: u64, bytes: &[u8]) -> Self {
        self.does(at, Deed::Says(bytes.to_vec()))
    }

    pub(crate) fn ends(self, at: u64) -> Self {
        self.does(at, Deed::Fin)
    }

    pub(crate) fn resets(self, at: u64) -> Self {
        self.does(at, Deed::Rst)
    }

    pub(crate) fn does(mut self, at: u64, deed: Deed) -> Self {
        self.script.push((ms(at), deed));
        self
    }

    pub(crate) const fn room(mut self, room: usize) -> Self {
        self.room = room;
        self
    }

    pub(crate) const fn holds_up_end(mut self) -> Self {
        self.holds_up_end = true;
        self
    }

    pub(crate) const fn in_pieces_of(mut self, piece: usize) -> Self {
        self.piece = piece;
        self
    }

    pub(crate) fn acts_at(&self, at: Duration) -> bool {
        self.script.iter().any(|(when, _)| *when == at)
    }

    pub(crate) const fn with_driver_late_by(mut self, delay: Duration) -> Self {
        self.driver_delay = delay;
        self
    }

    /// Runs the script. Panics if that takes more than a few thousand operations.
    pub(crate) fn meets(&self, config: &AcceptConfig) -> Met {
        self.comes_back(config, |_, _, _| false)
    }

    /// Runs the script with connections that may come back after they are handed on. `back` makes them and returns
    /// whether it did.
    pub(crate) fn comes_back(
        &self,
        config: &AcceptConfig,
        mut back: impl FnMut(&mut ServerSide, First, Moment) -> bool,
    ) -> Met {
        let mut driver = Driver::new(self);
        let mut side = ServerSide::new(config.clone(), driver.now);
        for _ in 0..5000 {
            let end = driver.work(&mut side);
            driver.check_drop(&side, config);
            let Some(end) = end else { continue };
            if let End::HandedOn(first) = end
                && back(&mut side, first, driver.now)
            {
                continue;
            }
            return Met {
                end,
                at: driver.now.since(Moment::ZERO),
                received: side.opening().bytes().to_vec(),
                sent: driver.sent,
                answered: driver.answered,
                discarded: driver.discarded,
                is_ended: driver.is_ended,
            };
        }
        panic!("the connection does not end: {self:?}")
    }
}

/// The course of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Met {
    pub(crate) end: End,
    /// When it ended.
    pub(crate) at: Duration,
    /// The bytes that were read to recognize it.
    pub(crate) received: Vec<u8>,
    /// What was written.
    pub(crate) sent: Vec<u8>,
    /// When its first byte was written.
    pub(crate) answered: Option<Duration>,
    /// The number of bytes that were discarded.
    pub(crate) discarded: usize,
    /// Whether our side of the stream was ended.
    pub(crate) is_ended: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    HandedOn(First),
    Closed(CloseReason),
    Aborted(AbortReason),
}

struct Driver {
    now: Moment,
    client: Client,
    /// The number of actions done so far.
    done: usize,
    coming: Vec<u8>,
    /// The result of reads after that.
    over: Option<Completion>,
    sent: Vec<u8>,
    answered: Option<Duration>,
    discarded: usize,
    is_ended: bool,
}

impl Driver {
    fn new(client: &Client) -> Self {
        Self {
            now: Moment::ZERO,
            client: client.clone(),
            done: 0,
            coming: Vec::new(),
            over: None,
            sent: Vec::new(),
            answered: None,
            discarded: 0,
            is_ended: false,
        }
    }

    /// Performs one operation.
    fn work(&mut self, side: &mut ServerSide) -> Option<End> {
        let completion = match side.poll(self.now) {
            Operation::Read { until } => self.by(until, |driver| driver.read(side.room())),
            Operation::Write { bytes, until } => self.by(until, |driver| driver.write(bytes)),
            Operation::Close(Closing::End { until }) => self.by(until, Self::end),
            Operation::Close(Closing::Discard { until }) => self.by(until, Self::discard),
            Operation::Close(Closing::Done(reason)) => return Some(End::Closed(reason)),
            Operation::HandOn(first) => return Some(End::HandedOn(first)),
            Operation::Abort(reason) => return Some(End::Aborted(reason)),
        };
        if let Some(completion) = completion {
            side.handle(completion, self.now);
        }
        None
    }

    /// A part of a reply must not pass for a whole one, and a whole one must not be lost.
    fn check_drop(&self, side: &ServerSide, config: &AcceptConfig) {
        let whole = config.reply.as_ref().map(Reply::as_bytes);
        if Some(&*self.sent) == whole && self.is_ended {
            assert_eq!(side.if_dropped(), IfDropped::End);
        } else if !self.sent.is_empty() {
            assert_eq!(side.if_dropped(), IfDropped::Reset);
        }
    }

    /// Tries an operation, and again after each action of the client, until this time.
    fn by(
        &mut self,
        until: Moment,
        mut operation: impl FnMut(&mut Self) -> Option<Completion>,
    ) -> Option<Completion> {
        loop {
            let late = self.client.driver_delay;
            match (operation(self), self.client.script.get(self.done)) {
                (Some(completion), _) => return Some(completion),
                (None, Some((at, deed))) if Moment::after(*at) <= until => {
                    self.now = self.now.max(Moment::after(*at) + late);
                    self.done += 1;
                    self.happen(deed.clone());
                }
                (None, _) => {
                    self.now = until + late;
                    return None;
                }
            }
        }
    }

    fn happen(&mut self, deed: Deed) {
        match deed {
            Deed::Says(bytes) => self.coming.extend(bytes),
            Deed::Fin => self.over = self.over.or(Some(Completion::Read(0))),
            Deed::Rst => self.over = Some(Completion::Failed),
            Deed::Takes(count) => self.client.room = self.client.room.saturating_add(count),
        }
    }

    fn read(&mut self, room: &mut [u8]) -> Option<Completion> {
        assert!(!room.is_empty());
        let count = self.coming.len().min(room.len()).min(self.client.piece);
        if count == 0 {
            return self.over;
        }
        room[..count].copy_from_slice(&self.coming[..count]);
        self.coming.drain(..count);
        Some(Completion::Read(count))
    }

    fn discard(&mut self) -> Option<Completion> {
        let completion = self.read(&mut [0; 1000]);
        if let Some(Completion::Read(count)) = completion {
            self.discarded += count;
        }
        completion
    }

    fn write(&mut self, bytes: &[u8]) -> Option<Completion> {
        let count = bytes.len().min(self.client.room);
        self.client.room -= count;
        self.sent.extend(&bytes[..count]);
        self.answered.get_or_insert(self.now.since(Moment::ZERO));
        let wrote = (count > 0).then_some(Completion::Wrote(count));
        self.failed().or(wrote)
    }

    fn end(&mut self) -> Option<Completion> {
        self.is_ended = !self.client.holds_up_end && self.failed().is_none();
        self.failed().or(self.is_ended.then_some(Completion::Ended))
    }

    fn failed(&self) -> Option<Completion> {
        self.over.filter(|over| *over == Completion::Failed)
    }
}
