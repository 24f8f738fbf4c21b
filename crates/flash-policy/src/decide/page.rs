//! Decides about web pages. A browser can't open sockets, so Ruffle opens WebSockets, and a browser sends only the
//! page's origin: it takes the place of the movie's.

use core::fmt;

use super::{Denied, Movie, decide_alone};
use crate::{Policy, Port, Scheme};

/// Decides whether a web page may open a WebSocket, by the `Origin` header of its request, and returns the index of the
/// rule that allows it.
///
/// Browsers open WebSockets to any server and ask for no policy: a server that does not check `Origin` serves the
/// visitors of every page. With this function, it serves the pages that its policy allows to open sockets to `port`, as
/// flashgate does. `port` is the one that players would connect to.
///
/// Programs that are not browsers can send any `Origin`, as they can open sockets without a policy.
///
/// ```
/// use flash_policy::decide::decide_page;
/// use flash_policy::{Policy, Port};
///
/// let policy = Policy::new().allow("www.example.com", 9339)?;
/// let game = Port::new(9339)?;
/// assert_eq!(decide_page(&policy, Some("https://www.example.com"), game), Ok(0));
///
/// let denied = decide_page(&policy, Some("https://www.example.org"), game).unwrap_err();
/// assert_eq!(denied.to_string(), "the policy does not allow the page: no rule matches the movie's host and the port");
/// // Without `Origin`, or with `null`: only a rule for `*` allows it.
/// assert!(decide_page(&policy, None::<&str>, game).is_err());
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// With the crate `http`, pass `headers.get("origin")`. If a request has several such headers, refuse it: no browser sends
/// more than one.
///
/// # Errors
///
/// No browser sends such an `Origin`, or the policy does not allow the page.
pub fn decide_page(
    policy: &Policy,
    origin: Option<impl AsRef<[u8]>>,
    port: Port,
) -> Result<usize, PageDenied> {
    let movie = Movie::of_page(origin).map_err(PageDenied::Origin)?;
    decide_alone(policy, &movie, port).map_err(PageDenied::Policy)
}

impl Movie {
    /// What a policy decides about for a web page: the page, by the `Origin` header of its request.
    ///
    /// Without the header, and for `null`, `file://` or a browser extension, it is [`Hostless`](Self::Hostless).
    ///
    /// Browsers write an origin in only one way (RFC 6454, 6.2), so other forms are rejected. Two differences are
    /// accepted, because all programs read them in the same way: upper case, and the scheme's default port.
    ///
    /// ```
    /// use flash_policy::Movie;
    ///
    /// let page = Movie::of_page(Some("https://www.example.com:8443"))?;
    /// assert_eq!(page, Movie::Remote("https://www.example.com:8443".parse()?));
    /// assert_eq!(Movie::of_page(Some("null"))?, Movie::Hostless);
    /// assert!(Movie::of_page(Some("https://www.example.com/game.html")).is_err());
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// No browser sends such a value.
    pub fn of_page(origin: Option<impl AsRef<[u8]>>) -> Result<Self, PageOriginError> {
        origin.map_or(Ok(Self::Hostless), |value| read(value.as_ref()))
    }
}

fn read(value: &[u8]) -> Result<Movie, PageOriginError> {
    let text = core::str::from_utf8(value).map_err(|_| PageOriginError)?;
    if text == "null" {
        return Ok(Movie::Hostless);
    }
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '?' | '#' | '@' | '\\' | ',');
    let (scheme, rest) = text
        .split_once("://")
        .filter(|_| text.chars().all(plain))
        .ok_or(PageOriginError)?;
    if Scheme::named(scheme).is_none() && is_scheme(scheme) {
        return Ok(Movie::Hostless);
    }
    if rest.contains('/') || !is_port_as_written(rest) {
        return Err(PageOriginError);
    }
    text.parse().map(Movie::Remote).map_err(|_| PageOriginError)
}

/// Whether the port, if there is one, is a number without leading zeros. The range is checked later.
fn is_port_as_written(authority: &str) -> bool {
    let behind_brackets = authority.rsplit(']').next().unwrap_or_default();
    match behind_brackets.split_once(':') {
        None | Some((_, "0")) => true,
        Some((_, port)) => {
            !port.starts_with('0')
                && !port.is_empty()
                && port.bytes().all(|byte| byte.is_ascii_digit())
        }
    }
}

/// RFC 3986, 3.1.
fn is_scheme(text: &str) -> bool {
    let rest = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(rest)
}

/// The text is not an `Origin` that browsers send.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PageOriginError;

impl fmt::Display for PageOriginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected one Origin like `https://www.example.com`, found something else")
    }
}

impl core::error::Error for PageOriginError {}

debug_is_display!(PageOriginError);

/// Why a web page may not open a WebSocket.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PageDenied {
    /// The `Origin` is not one that browsers send.
    Origin(PageOriginError),
    /// The policy does not allow the page.
    Policy(Denied),
}

impl fmt::Display for PageDenied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Origin(error) => error.fmt(f),
            Self::Policy(denied) => {
                write!(f, "the policy does not allow the page: {}", denied.reason)
            }
        }
    }
}

impl core::error::Error for PageDenied {}

debug_is_display!(PageDenied);
