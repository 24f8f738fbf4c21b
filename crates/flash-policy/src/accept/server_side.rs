//! The state machine, from the first bytes to the close.

use core::borrow::Borrow;

use super::{
    AbortReason, AcceptConfig, CloseReason, Closing, Completion, First, IfDropped, LingerWhen,
    LingeringClose, Moment, Opening, OpeningTimer, Operation, Rest, Timing,
};
use crate::Reply;

mod handed_on;

/// The server side of one connection. The [module documentation](super) shows how to drive it.
///
/// Only [`poll`](Self::poll) checks deadlines. What is reported before that counts, however late.
///
/// The config is owned by default. A server with many connections can share one in an `Arc` or by reference.
#[derive(Clone, Debug)]
pub struct ServerSide<C = AcceptConfig> {
    config: C,
    opening: Opening,
    /// When the connection was accepted, or sent its first byte after [`wait`](Self::wait).
    start: Moment,
    linger_when: LingerWhen,
    state: ServerState,
}

#[derive(Clone, Copy, Debug)]
enum ServerState {
    /// Nothing was read yet, and there is no limit for the first byte.
    Silence,
    Opening(OpeningTimer),
    Replying {
        sent: usize,
        rest: Rest,
        until: Moment,
    },
    /// The whole reply was written, but the stream is not ended yet.
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
    /// Starts with a connection that was accepted now.
    ///
    /// ```
    /// use core::time::Duration;
    ///
    /// use flash_policy::Moment;
    /// use flash_policy::accept::{AcceptConfig, Operation, ServerSide};
    ///
    /// let now = Moment::ZERO;
    /// let mut side = ServerSide::new(AcceptConfig::without_reply(), now);
    /// assert_eq!(side.poll(now), Operation::Read { until: now + Duration::from_secs(10) });
    /// ```
    #[must_use]
    pub fn new(config: C, now: Moment) -> Self {
        Self::resume(Opening::new(), config, now)
    }

    /// Continues with a connection from which these bytes were read before; its deadlines count from `start`.
    ///
    /// ```
    /// use flash_policy::Moment;
    /// use flash_policy::accept::{AcceptConfig, First, Opening, Operation, ServerSide};
    ///
    /// let mut opening = Opening::new();
    /// opening.room()[..5].copy_from_slice(b"LOGIN");
    /// opening.advance(5);
    /// let mut side = ServerSide::resume(opening, AcceptConfig::without_reply(), Moment::ZERO);
    /// assert_eq!(side.poll(Moment::ZERO), Operation::HandOn(First::Other));
    /// ```
    #[must_use]
    pub fn resume(opening: Opening, config: C, start: Moment) -> Self {
        let linger_when = config.borrow().linger_when;
        let timer = OpeningTimer::new(timing(config.borrow()), start);
        Self {
            config,
            opening,
            start,
            linger_when,
            state: ServerState::Opening(timer),
        }
    }

    /// Changes how the config is held, for example from a reference to an `Arc`. The config itself must be the same.
    ///
    /// Running deadlines stay as they are.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use flash_policy::Moment;
    /// use flash_policy::accept::{AcceptConfig, ServerSide};
    ///
    /// let config = Arc::new(AcceptConfig::without_reply());
    /// let side = ServerSide::new(&*config, Moment::ZERO);
    /// // For a task that outlives this reference.
    /// let side: ServerSide<Arc<AcceptConfig>> = side.with_config(Arc::clone(&config));
    /// # let _ = side;
    /// ```
    #[must_use]
    pub fn with_config<D: Borrow<AcceptConfig>>(self, config: D) -> ServerSide<D> {
        ServerSide {
            config,
            opening: self.opening,
            start: self.start,
            linger_when: self.linger_when,
            state: self.state,
        }
    }

    /// Returns what to do next. Call it again after each [`handle`](Self::handle), and when `until` has passed.
    ///
    /// ```
    /// use flash_policy::accept::{AcceptConfig, Completion, Operation, ServerSide};
    /// use flash_policy::{Moment, Policy, REQUEST, Reply};
    ///
    /// let now = Moment::ZERO;
    /// let reply = Reply::new(&Policy::new())?;
    /// let mut side = ServerSide::new(AcceptConfig::new(reply.clone()), now);
    /// assert!(matches!(side.poll(now), Operation::Read { .. }));
    /// side.room()[..23].copy_from_slice(REQUEST);
    /// side.handle(Completion::Read(23), now);
    /// let Operation::Write { bytes, .. } = side.poll(now) else { panic!() };
    /// assert_eq!(bytes, reply.as_bytes());
    /// # Ok::<(), flash_policy::reply::ReplyError>(())
    /// ```
    pub fn poll(&mut self, now: Moment) -> Operation<'_> {
        self.proceed(now);
        let end = self.end();
        match &mut self.state {
            ServerState::Silence => Operation::Read { until: Moment::MAX },
            ServerState::Opening(timer) => Operation::Read {
                until: timer.until(&self.opening).min(end),
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

    /// The buffer for [`Operation::Read`]: at most 64 bytes in total.
    ///
    /// ```
    /// use std::io::Read as _;
    ///
    /// use flash_policy::Moment;
    /// use flash_policy::accept::{AcceptConfig, Completion, First, Operation, ServerSide};
    ///
    /// let now = Moment::ZERO;
    /// let mut stream: &[u8] = b"LOGIN guest";
    /// let mut side = ServerSide::new(AcceptConfig::without_reply(), now);
    /// let count = stream.read(side.room())?;
    /// side.handle(Completion::Read(count), now);
    /// assert_eq!(side.poll(now), Operation::HandOn(First::Other));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn room(&mut self) -> &mut [u8] {
        self.opening.room()
    }

    /// Reports the result of an operation. A result of an operation that was not requested is ignored.
    ///
    /// ```
    /// use flash_policy::Moment;
    /// use flash_policy::accept::{AcceptConfig, Completion, First, Operation, ServerSide};
    ///
    /// let now = Moment::ZERO;
    /// let mut side = ServerSide::new(AcceptConfig::without_reply(), now);
    /// side.handle(Completion::Read(0), now); // the client left without a byte
    /// assert_eq!(side.poll(now), Operation::HandOn(First::End));
    /// ```
    pub fn handle(&mut self, completion: Completion, now: Moment) {
        match (&mut self.state, completion) {
            (ServerState::Silence, Completion::Read(1..)) => {
                // Once a byte has arrived, the limit for silence no longer applies.
                let timing = timing(self.config.borrow());
                let timer = OpeningTimer::new(timing.silence(timing.request), now);
                self.start = now;
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

    /// When all of the first bytes must have arrived, for code that keeps reading a connection that was handed on.
    ///
    /// ```
    /// use core::time::Duration;
    ///
    /// use flash_policy::Moment;
    /// use flash_policy::accept::{AcceptConfig, ServerSide};
    ///
    /// let accepted = Moment::after(Duration::from_secs(60));
    /// let side = ServerSide::new(AcceptConfig::without_reply(), accepted);
    /// assert_eq!(side.deadline(), accepted + Duration::from_secs(10));
    /// ```
    #[must_use]
    pub fn deadline(&self) -> Moment {
        self.start + timing(self.config.borrow()).request
    }

    /// What the peer must see if the socket is dropped now.
    ///
    /// ```
    /// use flash_policy::accept::{AcceptConfig, Completion, IfDropped, ServerSide};
    /// use flash_policy::{Moment, Policy, REQUEST, Reply};
    ///
    /// let now = Moment::ZERO;
    /// let mut side = ServerSide::new(AcceptConfig::new(Reply::new(&Policy::new())?), now);
    /// assert_eq!(side.if_dropped(), IfDropped::End);
    /// side.room()[..23].copy_from_slice(REQUEST);
    /// side.handle(Completion::Read(23), now);
    /// side.poll(now); // the reply has begun, and must not look complete
    /// assert_eq!(side.if_dropped(), IfDropped::Reset);
    /// # Ok::<(), flash_policy::reply::ReplyError>(())
    /// ```
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

    /// The bytes that were read to recognize the connection. The code that serves it must process them first.
    ///
    /// ```
    /// use flash_policy::Moment;
    /// use flash_policy::accept::{AcceptConfig, Completion, First, Operation, ServerSide};
    ///
    /// let now = Moment::ZERO;
    /// let mut side = ServerSide::new(AcceptConfig::without_reply(), now);
    /// side.room()[..5].copy_from_slice(b"LOGIN");
    /// side.handle(Completion::Read(5), now);
    /// assert_eq!(side.poll(now), Operation::HandOn(First::Other));
    /// assert_eq!(side.opening().bytes(), b"LOGIN");
    /// ```
    #[must_use]
    pub const fn opening(&self) -> &Opening {
        &self.opening
    }

    /// Consumes the machine and returns the bytes that were read to recognize the connection.
    #[must_use]
    pub fn into_opening(self) -> Opening {
        self.opening
    }

    /// Changes the state if the connection is now recognized, the reply is sent, or a deadline has passed.
    fn proceed(&mut self, now: Moment) {
        if let ServerState::Opening(timer) = self.state {
            let until = timer.until(&self.opening).min(self.end());
            if let Some(first) = timer.first_by(until, &self.opening, now) {
                self.state = self.known(first, now);
            }
        }
        if let ServerState::Replying { sent, rest, until } = self.state
            && sent >= bytes(self.config.borrow()).len()
        {
            // The reply and the end of the stream share one limit. If the driver reports a finished write late, the end
            // gets its own.
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
            ServerState::Replying {
                sent: 0,
                rest,
                until: (now + config.write_limit).min(self.end()),
            }
        } else {
            ServerState::HandedOn(first)
        }
    }

    fn ended(&self, rest: Rest, now: Moment) -> ServerState {
        match (rest, self.linger_when) {
            (Rest::Nothing, LingerWhen::MoreMayCome) => ServerState::Closed(CloseReason::AtOnce),
            (Rest::Perhaps, _) | (_, LingerWhen::Always) => {
                let mut linger = self.config.borrow().linger;
                linger.total = linger.total.min(self.end().since(now));
                ServerState::Lingering(LingeringClose::ended(linger, now))
            }
        }
    }

    /// When the connection must be closed or handed on.
    fn end(&self) -> Moment {
        let total = self.config.borrow().total;
        total.map_or(Moment::MAX, |total| self.start + total)
    }
}

/// The limits for the first bytes. None of them exceeds the total.
fn timing(config: &AcceptConfig) -> Timing {
    let timing = config.opening_timing();
    let total = config.total.unwrap_or(timing.request);
    timing.request(timing.request.min(total))
}

/// The reply to policy requests.
fn bytes(config: &AcceptConfig) -> &[u8] {
    config.reply.as_ref().map_or(&[], Reply::as_bytes)
}
