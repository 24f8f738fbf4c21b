//! Distinguishes policy requests from all other connections by their first bytes.
//!
//! The recognizer decides at the first byte that differs from a request. It gives the same verdict however the bytes
//! are split, allocates nothing and keeps a few bytes of state. It must look for a request only at the very first byte,
//! and must never normalize its input, because a game's own XML also starts with `<`.
//!
//! A policy request is `<policy-file-request/>`, or the same with one space before the slash (as printed in Adobe's
//! Flash 8 manual), terminated by NUL, LF or CR LF. Players send NUL (Adobe, *Developer's Guide*). The line ends come
//! from people who test with `telnet` or `echo`.

use core::ops::Range;

/// What the bytes so far are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Recognition {
    /// Not decided yet: the bytes so far could become any of the others.
    NeedMore,
    /// A policy request, complete with its terminator.
    Policy,
    /// A TLS handshake record (first byte `0x16`).
    Tls,
    /// The head of an HTTP request: a method, a space, and a path, `*` or an http URL.
    ///
    /// The methods are those in IANA's registry, and `PURGE`, which caches use; they must be in upper case. `CONNECT`
    /// is left out, because its target is neither a path nor a URL, and STOMP starts with the same word.
    Http,
    /// Anything else.
    Other,
}

/// Recognizes what a connection is from its first bytes. The results are in [`Recognition`].
///
/// ```
/// use flash_policy::{Recognizer, Recognition};
///
/// let mut recognizer = Recognizer::new();
/// assert_eq!(recognizer.feed(b"<policy-file-"), Recognition::NeedMore);
/// assert_eq!(recognizer.feed(b"request/>\0login"), Recognition::Policy);
/// assert_eq!(recognizer.length(), 23); // "login" is not part of the request
/// ```
#[derive(Clone, Debug, Default)]
pub struct Recognizer {
    state: RecognizerState,
    length: u8,
}

impl Recognizer {
    /// Creates a recognizer that has seen no bytes.
    ///
    /// ```
    /// use flash_policy::{Recognition, Recognizer};
    ///
    /// assert_eq!(Recognizer::new().verdict(), Recognition::NeedMore);
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self {
            state: RecognizerState::Start,
            length: 0,
        }
    }

    /// Reads the next bytes and returns the verdict after them.
    ///
    /// A verdict other than [`Recognition::NeedMore`] is final, and further bytes are ignored.
    ///
    /// ```
    /// use flash_policy::{Recognition, Recognizer};
    ///
    /// let recognized = |bytes: &[u8]| Recognizer::new().feed(bytes);
    /// assert_eq!(recognized(b"<policy-file-request/>\n"), Recognition::Policy);
    /// assert_eq!(recognized(b"<policy-file-request/>"), Recognition::NeedMore); // the terminator is missing
    /// assert_eq!(recognized(b"<policy>"), Recognition::Other); // decided at the first `>`
    /// assert_eq!(recognized(b"GET / HTTP/1.1\r\n"), Recognition::Http);
    /// assert_eq!(recognized(&[0x16, 3, 1]), Recognition::Tls);
    /// ```
    pub fn feed(&mut self, bytes: &[u8]) -> Recognition {
        for &byte in bytes {
            if let RecognizerState::Decided(verdict) = self.state {
                return verdict;
            }
            self.state = self.state.after(byte);
            self.length = self.length.saturating_add(1);
        }
        self.verdict()
    }

    /// The verdict so far.
    ///
    /// ```
    /// use flash_policy::{Recognition, Recognizer};
    ///
    /// let mut recognizer = Recognizer::new();
    /// recognizer.feed(b"LOGIN");
    /// recognizer.feed(b"<policy-file-request/>\0"); // too late: only the first bytes count
    /// assert_eq!(recognizer.verdict(), Recognition::Other);
    /// ```
    #[must_use]
    pub const fn verdict(&self) -> Recognition {
        match self.state {
            RecognizerState::Decided(verdict) => verdict,
            RecognizerState::Start
            | RecognizerState::Name(_)
            | RecognizerState::Space
            | RecognizerState::Slash
            | RecognizerState::Bare
            | RecognizerState::CarriageReturn
            | RecognizerState::Method { .. }
            | RecognizerState::Target
            | RecognizerState::Url(_) => Recognition::NeedMore,
        }
    }

    /// The number of bytes that were read. After [`Recognition::Policy`], the length of the request with its
    /// terminator.
    ///
    /// ```
    /// use flash_policy::Recognizer;
    ///
    /// let mut recognizer = Recognizer::new();
    /// recognizer.feed(b"<policy-file-request />\r\nmore");
    /// assert_eq!(recognizer.length(), 25);
    /// ```
    #[must_use]
    pub const fn length(&self) -> usize {
        self.length as usize
    }

    /// Whether only the terminator of a request is missing.
    ///
    /// A server answers such a request if the client half-closes the connection or stays silent for a moment. Examples
    /// are `printf '…' | nc`, and Silverlight, which sends no terminator.
    ///
    /// ```
    /// use flash_policy::Recognizer;
    ///
    /// let mut recognizer = Recognizer::new();
    /// recognizer.feed(b"<policy-file-request/");
    /// assert!(!recognizer.is_bare_request());
    /// recognizer.feed(b">");
    /// assert!(recognizer.is_bare_request());
    /// ```
    #[must_use]
    pub const fn is_bare_request(&self) -> bool {
        matches!(
            self.state,
            RecognizerState::Bare | RecognizerState::CarriageReturn
        )
    }
}

impl Recognizer {
    /// Whether the bytes so far could become an HTTP request.
    ///
    /// ```
    /// use flash_policy::Recognizer;
    ///
    /// let mut recognizer = Recognizer::new();
    /// recognizer.feed(b"MO"); // `MOVE /path HTTP/1.1`, or a game's own command
    /// assert!(recognizer.may_be_http());
    /// ```
    #[must_use]
    pub const fn may_be_http(&self) -> bool {
        matches!(
            self.state,
            RecognizerState::Method { .. } | RecognizerState::Target | RecognizerState::Url(_)
        )
    }
}

#[derive(Clone, Copy, Debug, Default)]
enum RecognizerState {
    /// No byte seen.
    #[default]
    Start,
    /// This many bytes of [`NAME`] seen.
    Name(u8),
    /// [`NAME`] and one space seen.
    Space,
    /// Everything up to the slash seen.
    Slash,
    /// Everything up to `>` seen: only the terminator is missing.
    Bare,
    /// [`RecognizerState::Bare`] and a CR.
    CarriageReturn,
    /// `seen` bytes of an HTTP method seen; `from` and `to` are the range of [`METHODS`] that still match.
    Method { seen: u8, from: u8, to: u8 },
    /// A method and its space seen; the target must follow.
    Target,
    /// This many bytes of [`URL`] seen as the target.
    Url(u8),
    /// Decided. This state is final.
    Decided(Recognition),
}

const NAME: &[u8] = b"<policy-file-request";
/// The methods in IANA's registry except `CONNECT`, and `PURGE`, which is not registered but which caches use. They are
/// sorted, so that those with a common prefix are adjacent.
const METHODS: [&[u8]; 40] = [
    b"ACL ",
    b"BASELINE-CONTROL ",
    b"BIND ",
    b"CHECKIN ",
    b"CHECKOUT ",
    b"COPY ",
    b"DELETE ",
    b"GET ",
    b"HEAD ",
    b"LABEL ",
    b"LINK ",
    b"LOCK ",
    b"MERGE ",
    b"MKACTIVITY ",
    b"MKCALENDAR ",
    b"MKCOL ",
    b"MKREDIRECTREF ",
    b"MKWORKSPACE ",
    b"MOVE ",
    b"OPTIONS ",
    b"ORDERPATCH ",
    b"PATCH ",
    b"POST ",
    b"PRI ",
    b"PROPFIND ",
    b"PROPPATCH ",
    b"PURGE ",
    b"PUT ",
    b"QUERY ",
    b"REBIND ",
    b"REPORT ",
    b"SEARCH ",
    b"TRACE ",
    b"UNBIND ",
    b"UNCHECKOUT ",
    b"UNLINK ",
    b"UNLOCK ",
    b"UPDATE ",
    b"UPDATEREDIRECTREF ",
    b"VERSION-CONTROL ",
];
const URL: &[u8] = b"http";
const TLS_HANDSHAKE: u8 = 0x16;

impl RecognizerState {
    fn after(self, byte: u8) -> Self {
        match self {
            Self::Start if byte == TLS_HANDSHAKE => Self::Decided(Recognition::Tls),
            Self::Start if NAME.first() == Some(&byte) => Self::Name(1),
            Self::Start => method(0, 0..METHODS.len(), byte),
            Self::Name(seen) => name(seen, byte),
            Self::Space if byte == b'/' => Self::Slash,
            Self::Slash if byte == b'>' => Self::Bare,
            Self::Bare if byte == 0 || byte == b'\n' => Self::Decided(Recognition::Policy),
            Self::Bare if byte == b'\r' => Self::CarriageReturn,
            Self::CarriageReturn if byte == b'\n' => Self::Decided(Recognition::Policy),
            Self::Method { seen, from, to } => method(seen, from.into()..to.into(), byte),
            Self::Target if byte == b'/' || byte == b'*' => Self::Decided(Recognition::Http),
            Self::Target => url(0, byte),
            Self::Url(seen) => url(seen, byte),
            Self::Decided(verdict) => Self::Decided(verdict),
            Self::Space | Self::Slash | Self::Bare | Self::CarriageReturn => {
                Self::Decided(Recognition::Other)
            }
        }
    }
}

fn name(seen: u8, byte: u8) -> RecognizerState {
    match NAME.get(usize::from(seen)) {
        Some(&expected) if expected == byte => RecognizerState::Name(seen + 1),
        None if byte == b' ' => RecognizerState::Space,
        None if byte == b'/' => RecognizerState::Slash,
        _ => RecognizerState::Decided(Recognition::Other),
    }
}

fn method(seen: u8, candidates: Range<usize>, byte: u8) -> RecognizerState {
    let fits = |text: &&[u8]| text.get(usize::from(seen)) == Some(&byte);
    let start = candidates.start;
    let candidates = METHODS.get(candidates).unwrap_or_default();
    let unfit = candidates.iter().take_while(|text| !fits(text)).count();
    let fit = candidates.iter().skip(unfit).take_while(|text| fits(text));
    let from = start + unfit;
    let to = from + fit.count();
    match (u8::try_from(from), u8::try_from(to)) {
        (Ok(from), Ok(to)) if from < to && byte == b' ' => RecognizerState::Target,
        (Ok(from), Ok(to)) if from < to => RecognizerState::Method {
            seen: seen + 1,
            from,
            to,
        },
        _ => RecognizerState::Decided(Recognition::Other),
    }
}

/// The absolute form that a forward proxy receives: `http:` or `https:` in any case.
fn url(seen: u8, byte: u8) -> RecognizerState {
    let byte = byte.to_ascii_lowercase();
    match (URL.get(usize::from(seen)), byte) {
        (Some(&expected), byte) if expected == byte => RecognizerState::Url(seen + 1),
        (None, b's') if usize::from(seen) == URL.len() => RecognizerState::Url(seen + 1),
        (None, b':') => RecognizerState::Decided(Recognition::Http),
        _ => RecognizerState::Decided(Recognition::Other),
    }
}
