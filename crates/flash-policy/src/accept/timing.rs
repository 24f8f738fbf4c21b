//! How long the first bytes may take, and what a connection is once that time is over.

use core::time::Duration;

use super::{First, Moment, Opening};

/// How long the first bytes may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timing {
    /// For all of the first bytes, from the start; a byte now and then does not extend it. Default: 10 s.
    ///
    /// Below 3 s a lost packet costs the client its connection: the first retransmission of a SYN comes after 1 s.
    pub request: Duration,
    /// How long a request that lacks only its terminator waits for one. Default: 300 ms.
    ///
    /// It counts from the last byte, so such a request may be answered this long after [`request`](Self::request).
    pub bare: Duration,
    /// How long a client may stay silent before it counts as one that waits for the server to speak. Default: as long
    /// as `request`.
    pub silence: Option<Duration>,
    /// Whether what may become an HTTP request waits for more. Default: it does.
    pub http: HttpDetection,
}

/// Whether HTTP requests are recognised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HttpDetection {
    /// A request is [`First::Http`] once its first line has begun.
    #[default]
    On,
    /// Nobody waits to know: the first byte of what may become a request makes it [`First::Other`].
    ///
    /// For servers that do nothing else with HTTP: with it, a message that is no more than `G` or `POST` is not held
    /// back until [`Timing::request`] is over.
    Off,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            request: Duration::from_secs(10),
            bare: Duration::from_millis(300),
            silence: None,
            http: HttpDetection::On,
        }
    }
}

impl Timing {
    /// Sets the limit for all of the first bytes.
    #[must_use]
    pub const fn request(mut self, limit: Duration) -> Self {
        self.request = limit;
        self
    }

    /// Sets how long a request waits for the terminator that it lacks.
    #[must_use]
    pub const fn bare(mut self, limit: Duration) -> Self {
        self.bare = limit;
        self
    }

    /// Sets whether HTTP requests are recognised.
    #[must_use]
    pub const fn http(mut self, http: HttpDetection) -> Self {
        self.http = http;
        self
    }

    /// Sets the limit for silence.
    #[must_use]
    pub const fn silence(mut self, limit: Duration) -> Self {
        self.silence = Some(limit);
        self
    }
}

/// The deadlines of one [`Opening`].
///
/// Bytes count before deadlines: a request that was read whole is one, however late the driver reports it. No reply is
/// lost because a machine was busy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpeningTimer {
    request: Moment,
    silence: Moment,
    bare: Duration,
    http: HttpDetection,
    /// When the last bytes came, or the start.
    heard: Moment,
}

impl OpeningTimer {
    /// The deadlines of an opening that is waited for since `start`.
    #[must_use]
    pub fn new(timing: Timing, start: Moment) -> Self {
        Self::by(start + timing.request, timing, start)
    }

    /// The same under a deadline that counts already.
    pub(super) fn by(request: Moment, timing: Timing, start: Moment) -> Self {
        let silence = timing.silence.map_or(request, |limit| start + limit);
        Self {
            request,
            silence: silence.min(request),
            bare: timing.bare,
            http: timing.http,
            heard: start,
        }
    }

    /// Notes that bytes came.
    pub const fn heard(&mut self, now: Moment) {
        self.heard = now;
    }

    /// What the connection is, as far as it is known now; if it is not, wait for bytes [`until`](Self::until) then.
    #[must_use]
    pub fn first(&self, opening: &Opening, now: Moment) -> Option<First> {
        let known = self.known(opening);
        known.or_else(|| (self.until(opening) <= now).then(|| self.first_at_deadline(opening)))
    }

    /// Until when the next bytes must come.
    #[must_use]
    pub fn until(&self, opening: &Opening) -> Moment {
        if opening.is_bare_request() {
            self.heard + self.bare
        } else if opening.bytes().is_empty() {
            self.silence
        } else {
            self.request
        }
    }

    /// What is known from the bytes, whatever the time.
    pub(super) fn known(&self, opening: &Opening) -> Option<First> {
        let undetected = self.http == HttpDetection::Off && opening.may_be_http();
        opening.first().or(undetected.then_some(First::Other))
    }

    fn first_at_deadline(&self, opening: &Opening) -> First {
        let silent = opening.bytes().is_empty() && self.silence < self.request;
        opening.without_more(if silent {
            First::Silent
        } else {
            First::Deadline
        })
    }
}
