//! A connection that other code serves: it can come back to be recognized or closed.

use core::borrow::Borrow;

use super::{ServerSide, ServerState, timing};
use crate::Moment;
use crate::accept::{AcceptConfig, LingerWhen, LingeringClose, Opening, OpeningTimer};

impl<C: Borrow<AcceptConfig>> ServerSide<C> {
    /// Waits, without a limit, for the first byte of a connection that was handed on before it sent any.
    ///
    /// Its deadline counts from that byte.
    ///
    /// ```
    /// use core::time::Duration;
    ///
    /// use flash_policy::Moment;
    /// use flash_policy::accept::{AcceptConfig, First, Operation, ServerSide, Timing};
    ///
    /// let timing = Timing::default().silence(Duration::ZERO);
    /// let config = AcceptConfig::without_reply().timing(timing);
    /// let now = Moment::ZERO;
    /// let mut side = ServerSide::new(config, now);
    /// assert_eq!(side.poll(now), Operation::HandOn(First::Silent));
    /// side.wait(); // after the server's greeting
    /// assert_eq!(side.poll(now), Operation::Read { until: Moment::MAX });
    /// ```
    pub fn wait(&mut self) {
        if matches!(self.state, ServerState::HandedOn(_)) && self.opening.bytes().is_empty() {
            self.state = ServerState::Silence;
        }
    }

    /// Recognizes the first bytes inside TLS, after the handshake of a connection that was handed on.
    ///
    /// The deadline for the first bytes keeps running; the limit for silence counts from now. The connection lingers
    /// after a reply, because at least the peer's `close_notify` follows.
    ///
    /// ```
    /// use flash_policy::Moment;
    /// use flash_policy::accept::{AcceptConfig, Completion, First, Operation, ServerSide};
    ///
    /// let now = Moment::ZERO;
    /// let mut side = ServerSide::new(AcceptConfig::without_reply(), now);
    /// let hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    /// side.room()[..hello.len()].copy_from_slice(hello);
    /// side.handle(Completion::Read(hello.len()), now);
    /// assert_eq!(side.poll(now), Operation::HandOn(First::Tls));
    /// // After the handshake, read the decrypted bytes.
    /// side.restart_inside_tls(now);
    /// assert!(matches!(side.poll(now), Operation::Read { .. }));
    /// ```
    pub fn restart_inside_tls(&mut self, now: Moment) {
        if matches!(self.state, ServerState::HandedOn(_)) {
            let timer = OpeningTimer::by(self.deadline(), timing(self.config.borrow()), now);
            self.opening = Opening::new();
            self.linger_when = LingerWhen::Always;
            self.state = ServerState::Opening(timer);
        }
    }

    /// Closes a connection that other code has served, or that is not to be served. Write everything before.
    ///
    /// After a reply has begun, this does nothing.
    ///
    /// ```
    /// use flash_policy::Moment;
    /// use flash_policy::accept::{AcceptConfig, Closing, Completion, Operation, ServerSide};
    ///
    /// let now = Moment::ZERO;
    /// let mut side = ServerSide::new(AcceptConfig::without_reply(), now);
    /// side.let_go(now);
    /// assert!(matches!(side.poll(now), Operation::Close(Closing::End { .. })));
    /// side.handle(Completion::Ended, now);
    /// assert!(matches!(side.poll(now), Operation::Close(Closing::Discard { .. })));
    /// ```
    pub fn let_go(&mut self, now: Moment) {
        if let ServerState::Silence | ServerState::Opening(_) | ServerState::HandedOn(_) =
            self.state
        {
            let linger = self.config.borrow().linger;
            self.state = ServerState::Lingering(LingeringClose::new(linger, now));
        }
    }
}
