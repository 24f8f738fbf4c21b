//! The machine itself: from the first bytes to the close.

use super::{
    AbortReason, AcceptConfig, CloseReason, Closing, Completion, First, LingerWhen, LingeringClose,
    Moment, Opening, OpeningTimer, Operation, Rest,
};

/// The server's side of one connection; see the [module](super).
///
/// A deadline is only looked at by [`poll`](Self::poll): what came before it was asked counts, however late.
#[derive(Clone, Debug)]
pub struct ServerSide {
    config: AcceptConfig,
    opening: Opening,
    state: ServerState,
}

#[derive(Clone, Copy, Debug)]
enum ServerState {
    Opening(OpeningTimer),
    Replying {
        sent: usize,
        rest: Rest,
        until: Moment,
    },
    /// The reply is out, and nothing can follow the request.
    Ending {
        until: Moment,
    },
    Lingering(LingeringClose),
    Closed(CloseReason),
    HandedOn(First),
    Aborted(AbortReason),
}

impl ServerSide {
    /// A connection that was accepted now.
    #[must_use]
    pub fn new(config: AcceptConfig, now: Moment) -> Self {
        Self::resume(Opening::new(), config, now)
    }

    /// A connection of which these bytes were read before; its deadlines count from `start`.
    #[must_use]
    pub fn resume(opening: Opening, config: AcceptConfig, start: Moment) -> Self {
        let timer = OpeningTimer::new(config.timing, start);
        Self {
            config,
            opening,
            state: ServerState::Opening(timer),
        }
    }

    /// What to do next; call it again after each [`handle`](Self::handle), and when `until` is over.
    pub fn poll(&mut self, now: Moment) -> Operation<'_> {
        self.proceed(now);
        match &mut self.state {
            ServerState::Opening(timer) => Operation::Read {
                until: timer.until(&self.opening),
            },
            ServerState::Replying { sent, until, .. } => Operation::Write {
                bytes: self
                    .config
                    .reply
                    .as_bytes()
                    .get(*sent..)
                    .unwrap_or_default(),
                until: *until,
            },
            ServerState::Ending { until } => Operation::Close(Closing::End { until: *until }),
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
            (ServerState::Opening(timer), Completion::Read(0)) => {
                let known = timer.known(&self.opening);
                self.state = self.known(known.unwrap_or_else(|| self.opening.first_at_end()), now);
            }
            (ServerState::Opening(timer), Completion::Read(count)) => {
                self.opening.advance(count);
                timer.heard(now);
            }
            (ServerState::Opening(_), Completion::Failed) => {
                self.state = ServerState::Aborted(AbortReason::OpeningFailed);
            }
            (ServerState::Replying { sent, .. }, Completion::Wrote(count)) => {
                *sent = sent.saturating_add(count);
            }
            (ServerState::Replying { .. } | ServerState::Ending { .. }, Completion::Failed) => {
                self.state = ServerState::Aborted(AbortReason::ReplyFailed);
            }
            (ServerState::Ending { .. }, Completion::Ended) => {
                self.state = ServerState::Closed(CloseReason::Cleanly);
            }
            (ServerState::Lingering(close), completion) => close.handle(completion, now),
            _ => {}
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
            && sent >= self.config.reply.as_bytes().len()
        {
            self.state = self.replied(rest, until, now);
        }
        if let ServerState::Replying { until, .. } | ServerState::Ending { until } = self.state
            && until <= now
        {
            self.state = ServerState::Aborted(AbortReason::ReplyNotTaken);
        }
    }

    fn known(&self, first: First, now: Moment) -> ServerState {
        let First::Policy(rest) = first else {
            return ServerState::HandedOn(first);
        };
        ServerState::Replying {
            sent: 0,
            rest,
            until: now + self.config.write_limit,
        }
    }

    fn replied(&self, rest: Rest, until: Moment, now: Moment) -> ServerState {
        match (rest, self.config.linger_when) {
            (Rest::Nothing, LingerWhen::MoreMayCome) => ServerState::Ending { until },
            (Rest::Perhaps, _) | (_, LingerWhen::Always) => {
                ServerState::Lingering(LingeringClose::new(self.config.linger, now))
            }
        }
    }
}
