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
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
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
            state: State::Opening(timer),
        }
    }

    /// What to do next; call it again after each [`handle`](Self::handle), and when `until` is over.
    pub fn poll(&mut self, now: Moment) -> Operation<'_> {
        self.proceed(now);
        match &mut self.state {
            State::Opening(timer) => Operation::Read {
                until: timer.until(&self.opening),
            },
            State::Replying { sent, until, .. } => Operation::Write {
                bytes: self
                    .config
                    .reply
                    .as_bytes()
                    .get(*sent..)
                    .unwrap_or_default(),
                until: *until,
            },
            State::Ending { until } => Operation::Close(Closing::End { until: *until }),
            State::Lingering(close) => Operation::Close(close.poll(now)),
            State::Closed(reason) => Operation::Close(Closing::Done(*reason)),
            State::HandedOn(first) => Operation::HandOn(*first),
            State::Aborted(reason) => Operation::Abort(*reason),
        }
    }

    /// Where [`Operation::Read`] puts what it reads: at most 64 bytes in all.
    pub fn room(&mut self) -> &mut [u8] {
        self.opening.room()
    }

    /// Notes what came of an operation. What was not asked for changes nothing.
    pub fn handle(&mut self, completion: Completion, now: Moment) {
        match (&mut self.state, completion) {
            (State::Opening(timer), Completion::Read(0)) => {
                let known = timer.known(&self.opening);
                self.state = self.known(known.unwrap_or_else(|| self.opening.first_at_end()), now);
            }
            (State::Opening(timer), Completion::Read(count)) => {
                self.opening.advance(count);
                timer.heard(now);
            }
            (State::Opening(_), Completion::Failed) => {
                self.state = State::Aborted(AbortReason::OpeningFailed);
            }
            (State::Replying { sent, .. }, Completion::Wrote(count)) => {
                *sent = sent.saturating_add(count);
            }
            (State::Replying { .. } | State::Ending { .. }, Completion::Failed) => {
                self.state = State::Aborted(AbortReason::ReplyFailed);
            }
            (State::Ending { .. }, Completion::Ended) => {
                self.state = State::Closed(CloseReason::Cleanly);
            }
            (State::Lingering(close), completion) => close.handle(completion, now),
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
        if let State::Opening(timer) = self.state
            && let Some(first) = timer.first(&self.opening, now)
        {
            self.state = self.known(first, now);
        }
        if let State::Replying { sent, rest, until } = self.state
            && sent >= self.config.reply.as_bytes().len()
        {
            self.state = self.replied(rest, until, now);
        }
        if let State::Replying { until, .. } | State::Ending { until } = self.state
            && until <= now
        {
            self.state = State::Aborted(AbortReason::ReplyNotTaken);
        }
    }

    fn known(&self, first: First, now: Moment) -> State {
        let First::Policy(rest) = first else {
            return State::HandedOn(first);
        };
        State::Replying {
            sent: 0,
            rest,
            until: now + self.config.write_limit,
        }
    }

    fn replied(&self, rest: Rest, until: Moment, now: Moment) -> State {
        match (rest, self.config.linger_when) {
            (Rest::Nothing, LingerWhen::MoreMayCome) => State::Ending { until },
            (Rest::Perhaps, _) | (_, LingerWhen::Always) => {
                State::Lingering(LingeringClose::new(self.config.linger, now))
            }
        }
    }
}
