//! The machine itself: from the first bytes to the close.

use core::borrow::Borrow;

use super::{
    AbortReason, AcceptConfig, CloseReason, Closing, Completion, First, IfDropped, LingerWhen,
    LingeringClose, Moment, Opening, OpeningTimer, Operation, Rest, Timing,
};
use crate::Reply;

/// The server's side of one connection; see the [module](super).
///
/// A deadline is only looked at by [`poll`](Self::poll): what came before it was asked counts, however late.
///
/// The config is owned by default. A server with many connections shares one, in an `Arc` or by reference.
#[derive(Clone, Debug)]
pub struct ServerSide<C = AcceptConfig> {
    config: C,
    opening: Opening,
    /// When all of the first bytes must have come.
    deadline: Moment,
    linger_when: LingerWhen,
    state: ServerState,
}

#[derive(Clone, Copy, Debug)]
enum ServerState {
    /// Nothing was read, and the first byte may take as long as it likes.
    Silence,
    Opening(OpeningTimer),
    Replying {
        sent: usize,
        rest: Rest,
        until: Moment,
    },
    /// All of the reply was written, but not its end.
    Ending {
        rest: Rest,
        until: Moment,
    },
    Lingering(LingeringClose),
    Closed(CloseReason),
    HandedOn(First),
    Aborted(AbortReason),
}

impl<C: Borrow<AcceptConfig>> ServerSide<C> {
    /// A connection that was accepted now.
    #[must_use]
    pub fn new(config: C, now: Moment) -> Self {
        Self::resume(Opening::new(), config, now)
    }

    /// A connection of which these bytes were read before; its deadlines count from `start`.
    #[must_use]
    pub fn resume(opening: Opening, config: C, start: Moment) -> Self {
        let AcceptConfig {
            timing,
            linger_when,
            ..
        } = *config.borrow();
        Self {
            config,
            opening,
            deadline: start + timing.request,
            linger_when,
            state: ServerState::Opening(OpeningTimer::new(timing, start)),
        }
    }

    /// The same connection with the same config held in another way: in an `Arc` rather than by reference, mostly.
    ///
    /// Deadlines that are running stay as they are.
    #[must_use]
    pub fn with_config<D: Borrow<AcceptConfig>>(self, config: D) -> ServerSide<D> {
        ServerSide {
            config,
            opening: self.opening,
            deadline: self.deadline,
            linger_when: self.linger_when,
            state: self.state,
        }
    }

    /// What to do next; call it again after each [`handle`](Self::handle), and when `until` is over.
    pub fn poll(&mut self, now: Moment) -> Operation<'_> {
        self.proceed(now);
        match &mut self.state {
            ServerState::Silence => Operation::Read { until: Moment::MAX },
            ServerState::Opening(timer) => Operation::Read {
                until: timer.until(&self.opening),
            },
            ServerState::Replying { sent, until, .. } => Operation::Write {
                bytes: bytes(self.config.borrow()).get(*sent..).unwrap_or_default(),
                until: *until,
            },
            ServerState::Ending { until, .. } => Operation::Close(Closing::End { until: *until }),
            ServerState::Lingering(close) => Operation::Close(close.poll(now)),
            ServerState::Closed(reason) => Operation::Close(Closing::Done(*reason)),
            ServerState::HandedOn(first) => Operation::HandOn(*first),
            ServerState::Aborted(reason) => Operation::Abort(*reason),
        }
    }

    /// Where [`Operation::Read`] puts what it reads: at most 64 bytes in all.
    pub fn room(&mut self) -> &mut [u8] {
        self.opening.room()
    }

    /// Notes what came of an operation. What was not asked for changes nothing.
    pub fn handle(&mut self, completion: Completion, now: Moment) {
        match (&mut self.state, completion) {
            (ServerState::Silence, Completion::Read(1..)) => {
                // Silence means nothing any more.
                let timing = self.timing();
                let timer = OpeningTimer::new(timing.silence(timing.request), now);
                self.deadline = now + timing.request;
                self.state = ServerState::Opening(timer);
                self.handle(completion, now);
            }
            (ServerState::Silence, Completion::Read(0)) => {
                self.state = self.known(self.opening.first_at_end(), now);
            }
            (ServerState::Opening(timer), Completion::Read(0)) => {
                let known = timer.known(&self.opening);
                self.state = self.known(known.unwrap_or_else(|| self.opening.first_at_end()), now);
            }
            (ServerState::Opening(timer), Completion::Read(count)) => {
                self.opening.advance(count);
                timer.heard(now);
            }
            (ServerState::Silence | ServerState::Opening(_), Completion::Failed) => {
                self.state = ServerState::Aborted(AbortReason::OpeningFailed);
            }
            (ServerState::Replying { sent, .. }, Completion::Wrote(count)) => {
                *sent = sent.saturating_add(count);
            }
            (ServerState::Replying { .. } | ServerState::Ending { .. }, Completion::Failed) => {
                self.state = ServerState::Aborted(AbortReason::ReplyFailed);
            }
            (ServerState::Ending { rest, .. }, Completion::Ended) => {
                let rest = *rest;
                self.state = self.ended(rest, now);
            }
            (ServerState::Lingering(close), completion) => close.handle(completion, now),
            _ => {}
        }
    }

    /// Listens on to a client that was handed on without a byte of it: for as long as it takes.
    ///
    /// Its deadline counts from its first byte.
    pub fn wait(&mut self) {
        if matches!(self.state, ServerState::HandedOn(_)) && self.opening.bytes().is_empty() {
            self.state = ServerState::Silence;
        }
    }

    /// Looks at first bytes again: those inside TLS, after the handshake of a connection that was handed on.
    ///
    /// The deadline goes on, silence counts from now. Behind a reply it lingers, for at least the peer's `close_notify`
    /// is still to come.
    pub fn restart_inside_tls(&mut self, now: Moment) {
        if matches!(self.state, ServerState::HandedOn(_)) {
            let timer = OpeningTimer::by(self.deadline, self.timing(), now);
            self.opening = Opening::new();
            self.linger_when = LingerWhen::Always;
            self.state = ServerState::Opening(timer);
        }
    }

    /// Closes a connection that other code has served, or nobody is to serve; everything must have been written.
    ///
    /// If a reply has begun, it changes nothing.
    pub fn let_go(&mut self, now: Moment) {
        if let ServerState::Silence | ServerState::Opening(_) | ServerState::HandedOn(_) =
            self.state
        {
            let linger = self.config.borrow().linger;
            self.state = ServerState::Lingering(LingeringClose::new(linger, now));
        }
    }

    /// When all of the first bytes must have come: for code that goes on reading what was handed on.
    #[must_use]
    pub const fn deadline(&self) -> Moment {
        self.deadline
    }

    /// What the peer must see if the socket is dropped now.
    #[must_use]
    pub const fn if_dropped(&self) -> IfDropped {
        match self.state {
            ServerState::Replying { .. }
            | ServerState::Ending { .. }
            | ServerState::Aborted(AbortReason::ReplyFailed | AbortReason::ReplyNotTaken) => {
                IfDropped::Reset
            }
            ServerState::Silence
            | ServerState::Opening(_)
            | ServerState::Lingering(_)
            | ServerState::Closed(_)
            | ServerState::HandedOn(_)
            | ServerState::Aborted(AbortReason::OpeningFailed) => IfDropped::End,
        }
    }

    /// The bytes read to recognise the connection; the code that serves it next must take them first.
    #[must_use]
    pub const fn opening(&self) -> &Opening {
        &self.opening
    }

    /// The same, once the machine is no longer needed.
    #[must_use]
    pub fn into_opening(self) -> Opening {
        self.opening
    }

    /// Goes on if something has become known or a deadline is over.
    fn proceed(&mut self, now: Moment) {
        if let ServerState::Opening(timer) = self.state
            && let Some(first) = timer.first(&self.opening, now)
        {
            self.state = self.known(first, now);
        }
        if let ServerState::Replying { sent, rest, until } = self.state
            && sent >= bytes(self.config.borrow()).len()
        {
            // The reply and its end share one limit. If the driver reports a finished write late, the end gets its own.
            let late = now + self.config.borrow().write_limit;
            let until = if until > now { until } else { late };
            self.state = ServerState::Ending { rest, until };
        }
        if let ServerState::Replying { until, .. } | ServerState::Ending { until, .. } = self.state
            && until <= now
        {
            self.state = ServerState::Aborted(AbortReason::ReplyNotTaken);
        }
    }

    fn known(&self, first: First, now: Moment) -> ServerState {
        let config = self.config.borrow();
        if let (First::Policy(rest), Some(_)) = (first, &config.reply) {
            let until = now + config.write_limit;
            ServerState::Replying {
                sent: 0,
                rest,
                until,
            }
        } else {
            ServerState::HandedOn(first)
        }
    }

    fn ended(&self, rest: Rest, now: Moment) -> ServerState {
        match (rest, self.linger_when) {
            (Rest::Nothing, LingerWhen::MoreMayCome) => ServerState::Closed(CloseReason::Cleanly),
            (Rest::Perhaps, _) | (_, LingerWhen::Always) => {
                ServerState::Lingering(LingeringClose::ended(self.config.borrow().linger, now))
            }
        }
    }

    fn timing(&self) -> Timing {
        self.config.borrow().timing
    }
}

/// What policy requests are answered with.
fn bytes(config: &AcceptConfig) -> &[u8] {
    config.reply.as_ref().map_or(&[], Reply::as_bytes)
}
