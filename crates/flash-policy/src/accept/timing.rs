//! How long the first bytes may take, and what a connection is when that time has passed.

use core::time::Duration;

use super::{First, Moment, Opening, Rest};
use crate::moment::TimeSpan;

/// How long the first bytes may take.
///
/// ```
/// use core::time::Duration;
///
/// use flash_policy::accept::Timing;
///
/// // For a server that speaks first: a client that says nothing for 200 ms is waiting for it. `Timing::silence` says
/// // which players that costs their policy.
/// let timing = Timing::default().silence(Duration::from_millis(200));
/// assert_eq!(timing.request, Duration::from_secs(10));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timing {
    /// The limit for all of the first bytes, from the start. Single bytes do not extend it. Default: 10 s.
    ///
    /// Below 3 s, one lost packet can fail a connection: a SYN is first retransmitted after 1 s.
    pub request: Duration,
    /// How long to wait for the terminator of a request that lacks only that. Default: 300 ms.
    ///
    /// This counts from the last byte, so such a request may be answered this long after [`request`](Self::request), or
    /// twice this long if a CR arrives last.
    ///
    /// With zero, the request is complete at its `>`, whatever follows. That is how Silverlight asks, and what a
    /// [reply for Silverlight](crate::Reply::from_silverlight_file_unchecked) implies.
    pub bare: Duration,
    /// How long a client may stay silent before it counts as one that waits for the server to speak first
    /// ([`First::Silent`]). Default: none, so a client that stays silent is [`First::Deadline`], after `request`.
    ///
    /// A player whose request arrives later gets the server's greeting first, and finds no policy in it. Over a slow
    /// network or a proxy, 200 ms are not enough for every player, and a longer limit delays all clients that wait for
    /// the greeting. So a server that speaks first should also serve its policy on port 843: players ask there first,
    /// and nothing greets them.
    pub silence: Option<Duration>,
    /// Whether to wait for more bytes of what may become an HTTP request. Default: no.
    pub http: HttpDetection,
}

/// Whether HTTP requests are recognized.
///
/// An HTTP server does not need this: the first byte already shows that a connection is not a policy request. It is for
/// servers that handle HTTP differently from their own protocol.
///
/// ```
/// use core::time::Duration;
///
/// use flash_policy::Moment;
/// use flash_policy::accept::{First, HttpDetection, Opening, OpeningTimer, Timing};
///
/// let mut opening = Opening::new();
/// opening.room()[..1].copy_from_slice(b"G");
/// opening.advance(1);
/// let now = Moment::ZERO;
///
/// // A game's `G` goes to the game at once.
/// let timer = OpeningTimer::new(Timing::default(), now);
/// assert_eq!(timer.first(&opening, now), Some(First::Other));
///
/// // With detection, it is held back, because `GET / HTTP/1.1` may follow.
/// let timer = OpeningTimer::new(Timing::default().http(HttpDetection::On), now);
/// assert_eq!(timer.first(&opening, now), None);
/// let late = now + Duration::from_secs(10);
/// assert_eq!(timer.first(&opening, late), Some(First::Deadline));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HttpDetection {
    /// A request is [`First::Http`] as soon as its request line shows it.
    ///
    /// A message that is only `G` or `MOVE` is held back until [`Timing::request`] has passed.
    On,
    /// HTTP is not recognized: the first byte of what may become a request makes it [`First::Other`].
    #[default]
    Off,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            request: Duration::from_secs(10),
            bare: Duration::from_millis(300),
            silence: None,
            http: HttpDetection::default(),
        }
    }
}

impl Timing {
    /// Sets the limit for all of the first bytes.
    ///
    /// ```
    /// use core::time::Duration;
    ///
    /// use flash_policy::Moment;
    /// use flash_policy::accept::{First, Opening, OpeningTimer, Timing};
    ///
    /// let timing = Timing::default().request(Duration::from_secs(5));
    /// let timer = OpeningTimer::new(timing, Moment::ZERO);
    /// let late = Moment::after(Duration::from_secs(5));
    /// assert_eq!(timer.first(&Opening::new(), late), Some(First::Deadline));
    /// ```
    #[must_use]
    pub const fn request(mut self, limit: Duration) -> Self {
        self.request = limit;
        self
    }

    /// Sets how long to wait for a missing terminator.
    ///
    /// ```
    /// use core::time::Duration;
    ///
    /// use flash_policy::Moment;
    /// use flash_policy::accept::{First, Opening, OpeningTimer, Rest, Timing};
    ///
    /// let timing = Timing::default().bare(Duration::from_millis(100));
    /// let timer = OpeningTimer::new(timing, Moment::ZERO);
    /// let mut opening = Opening::new();
    /// opening.room()[..22].copy_from_slice(b"<policy-file-request/>");
    /// opening.advance(22);
    /// // It is answered after 100 ms, even without its NUL.
    /// let until = timer.until(&opening);
    /// assert_eq!(until, Moment::after(Duration::from_millis(100)));
    /// assert_eq!(timer.first(&opening, until), Some(First::Policy(Rest::Perhaps)));
    /// ```
    #[must_use]
    pub const fn bare(mut self, limit: Duration) -> Self {
        self.bare = limit;
        self
    }

    /// Sets whether HTTP requests are recognized.
    ///
    /// ```
    /// use flash_policy::Moment;
    /// use flash_policy::accept::{First, HttpDetection, Opening, OpeningTimer, Timing};
    ///
    /// let timer = OpeningTimer::new(Timing::default().http(HttpDetection::On), Moment::ZERO);
    /// let mut opening = Opening::new();
    /// opening.room()[..16].copy_from_slice(b"GET / HTTP/1.1\r\n");
    /// opening.advance(16);
    /// assert_eq!(timer.first(&opening, Moment::ZERO), Some(First::Http));
    /// ```
    #[must_use]
    pub const fn http(mut self, http: HttpDetection) -> Self {
        self.http = http;
        self
    }

    /// Sets the limit for silence. Read [what it costs](#structfield.silence) first.
    ///
    /// ```
    /// use core::time::Duration;
    ///
    /// use flash_policy::Moment;
    /// use flash_policy::accept::{First, Opening, OpeningTimer, Timing};
    ///
    /// let timing = Timing::default().silence(Duration::from_millis(200));
    /// let timer = OpeningTimer::new(timing, Moment::ZERO);
    /// let later = Moment::after(Duration::from_millis(200));
    /// // The client is waiting for the server to speak first.
    /// assert_eq!(timer.first(&Opening::new(), later), Some(First::Silent));
    /// ```
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
///
/// ```
/// use core::time::Duration;
///
/// use flash_policy::Moment;
/// use flash_policy::accept::{First, Opening, OpeningTimer, Timing};
///
/// let start = Moment::ZERO;
/// let timing = Timing::default().silence(Duration::from_millis(200));
/// let timer = OpeningTimer::new(timing, start);
/// let opening = Opening::new();
/// let until = timer.until(&opening);
/// assert_eq!(until, start + Duration::from_millis(200));
/// assert_eq!(timer.first(&opening, start), None);
/// assert_eq!(timer.first(&opening, until), Some(First::Silent));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpeningTimer {
    request: Moment,
    silence: Moment,
    bare: TimeSpan,
    http: HttpDetection,
    /// When bytes last arrived, or the start.
    heard: Moment,
}

impl OpeningTimer {
    /// The deadlines of an opening that began at `start`.
    ///
    /// ```
    /// use core::time::Duration;
    ///
    /// use flash_policy::Moment;
    /// use flash_policy::accept::{Opening, OpeningTimer, Timing};
    ///
    /// let start = Moment::after(Duration::from_secs(60));
    /// let timer = OpeningTimer::new(Timing::default(), start);
    /// assert_eq!(timer.until(&Opening::new()), start + Duration::from_secs(10));
    /// ```
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
            bare: TimeSpan::of(timing.bare),
            http: timing.http,
            heard: start,
        }
    }

    /// Notes that bytes arrived.
    ///
    /// ```
    /// use core::time::Duration;
    ///
    /// use flash_policy::Moment;
    /// use flash_policy::accept::{Opening, OpeningTimer, Timing};
    ///
    /// let mut timer = OpeningTimer::new(Timing::default(), Moment::ZERO);
    /// let mut opening = Opening::new();
    /// opening.room()[..22].copy_from_slice(b"<policy-file-request/>");
    /// opening.advance(22);
    /// let now = Moment::after(Duration::from_secs(2));
    /// timer.heard(now);
    /// // The terminator has 300 ms, from the last byte on.
    /// assert_eq!(timer.until(&opening), now + Duration::from_millis(300));
    /// ```
    pub const fn heard(&mut self, now: Moment) {
        self.heard = now;
    }

    /// What the connection is, or `None` if more bytes must be read until [`until`](Self::until).
    ///
    /// ```
    /// use flash_policy::Moment;
    /// use flash_policy::accept::{First, Opening, OpeningTimer, Timing};
    ///
    /// let timer = OpeningTimer::new(Timing::default(), Moment::ZERO);
    /// let mut opening = Opening::new();
    /// assert_eq!(timer.first(&opening, Moment::ZERO), None); // keep reading
    /// opening.room()[..5].copy_from_slice(b"LOGIN");
    /// opening.advance(5);
    /// assert_eq!(timer.first(&opening, Moment::ZERO), Some(First::Other));
    /// ```
    #[must_use]
    pub fn first(&self, opening: &Opening, now: Moment) -> Option<First> {
        self.first_by(self.until(opening), opening, now)
    }

    /// As [`first`](Self::first), with this time in place of [`until`](Self::until).
    pub(super) fn first_by(&self, until: Moment, opening: &Opening, now: Moment) -> Option<First> {
        let known = self.known(opening);
        known.or_else(|| (until <= now).then(|| self.first_at_deadline(opening)))
    }

    /// When the next bytes must have arrived.
    ///
    /// ```
    /// use core::time::Duration;
    ///
    /// use flash_policy::Moment;
    /// use flash_policy::accept::{Opening, OpeningTimer, Timing};
    ///
    /// let timing = Timing::default().silence(Duration::from_millis(200));
    /// let timer = OpeningTimer::new(timing, Moment::ZERO);
    /// let mut opening = Opening::new();
    /// assert_eq!(timer.until(&opening), Moment::after(Duration::from_millis(200)));
    /// // Once a byte has arrived, the client is not silent.
    /// opening.room()[0] = b'<';
    /// opening.advance(1);
    /// assert_eq!(timer.until(&opening), Moment::after(Duration::from_secs(10)));
    /// ```
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
        match (self.http, opening.first()) {
            (HttpDetection::Off, None) if opening.may_be_http() => Some(First::Other),
            (HttpDetection::Off, Some(First::Http)) => Some(First::Other),
            // A client that sends no terminator may send anything else next.
            (_, Some(First::Other)) if self.bare.is_zero() && opening.begins_with_request() => {
                Some(First::Policy(Rest::Perhaps))
            }
            (_, first) => first,
        }
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
