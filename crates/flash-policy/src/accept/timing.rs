//! How long the first bytes may take, and what a connection is when that time has passed.

use core::time::Duration;

use super::{First, Moment, Opening};

/// How long the first bytes may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timing {
    /// The limit for all of the first bytes, from the start. Single bytes do not extend it. Default: 10 s.
    ///
    /// Below 3 s, one lost packet can fail a connection: a SYN is first retransmitted after 1 s.
    pub request: Duration,
    /// How long to wait for the terminator of a request that lacks only that. Default: 300 ms.
    ///
    /// This counts from the last byte, so such a request may be answered this long after [`request`](Self::request).
    pub bare: Duration,
    /// How long a client may stay silent before it counts as one that waits for the server to speak first. Default: the
    /// same as `request`.
    pub silence: Option<Duration>,
    /// Whether to wait for more bytes of what may become an HTTP request. Default: yes.
    pub http: HttpDetection,
}

/// Whether HTTP requests are recognized.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HttpDetection {
    /// A request is [`First::Http`] as soon as its request line shows it.
    #[default]
    On,
    /// HTTP is not recognized: the first byte of what may become a request makes it [`First::Other`].
    ///
    /// Use this in servers that do not handle HTTP. Otherwise a message that is only `G` or `POST` is held back until
    /// [`Timing::request`] has passed.
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

    /// Sets how long to wait for a missing terminator.
    #[must_use]
    pub const fn bare(mut self, limit: Duration) -> Self {
        self.bare = limit;
        self
    }

    /// Sets whether HTTP requests are recognized.
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
/// Bytes take priority over deadlines: a complete request counts, however late the driver reports it. So a busy machine
/// loses no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpeningTimer {
    request: Moment,
    silence: Moment,
    bare: Duration,
    http: HttpDetection,
    /// When bytes last arrived, or the start.
    heard: Moment,
}

impl OpeningTimer {
    /// The deadlines of an opening that began at `start`.
    #[must_use]
    pub fn new(timing: Timing, start: Moment) -> Self {
        Self::by(start + timing.request, timing, start)
    }

    /// The deadlines of an opening whose deadline for all of the first bytes is already running.
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

    /// Notes that bytes arrived.
    pub const fn heard(&mut self, now: Moment) {
        self.heard = now;
    }

    /// What the connection is, or `None` if more bytes must be read until [`until`](Self::until).
    #[must_use]
    pub fn first(&self, opening: &Opening, now: Moment) -> Option<First> {
        let known = self.known(opening);
        known.or_else(|| (self.until(opening) <= now).then(|| self.first_at_deadline(opening)))
    }

    /// When the next bytes must have arrived.
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

    /// What the bytes alone show.
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
