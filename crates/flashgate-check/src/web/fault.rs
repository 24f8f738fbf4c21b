//! Why a browser can't load something.

use std::fmt::{self, Display, Formatter};

use super::cors::CorsFault;
use super::url::UrlFault;
use crate::http::BadHttp;
use crate::names::LookupFault;
use crate::shown::shown_text;
use crate::tls::TlsFault;

/// Why a browser can't load something. It is about the last URL that was requested.
#[derive(Clone, Debug)]
pub(crate) enum LoadFault {
    /// The host has no address.
    Name(LookupFault),
    /// No address accepts a connection.
    NoConnection,
    /// TLS failed.
    Tls(TlsFault),
    /// No complete answer in time.
    Silence,
    /// The connection ended before a complete answer.
    HungUp,
    /// The answer is not HTTP.
    NotHttp,
    /// The answer is neither a success nor a redirect: the status, and its text.
    Status(u16, String),
    /// The document is compressed like this, although the request allows only `identity`.
    Encoded(String),
    /// A redirect that can't be followed.
    Redirect(RedirectFault),
    /// The browser does not send the request, because the page is over HTTPS.
    MixedContent,
    /// The browser connects to no web server on this port.
    BlockedPort(u16),
    /// The page may not read the answer.
    Cors(CorsFault),
}

/// Why a redirect can't be followed.
#[derive(Clone, Debug)]
pub(crate) enum RedirectFault {
    /// It has no `Location`.
    NoLocation,
    /// `Location` is not a URL of the web.
    Location(String, UrlFault),
    /// `Location` has a user name, and the request is for another origin.
    User,
    /// There are more redirects than browsers follow.
    TooMany,
}

impl From<BadHttp> for LoadFault {
    fn from(BadHttp: BadHttp) -> Self {
        Self::NotHttp
    }
}

impl Display for LoadFault {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(fault) => fault.fmt(f),
            Self::NoConnection => f.write_str("nothing accepts connections there"),
            Self::Tls(TlsFault::NotTls) => f.write_str("the port does not speak TLS"),
            Self::Tls(_) => f.write_str("the TLS handshake fails"),
            Self::Silence => f.write_str("no complete answer arrived in time"),
            Self::HungUp => {
                f.write_str("the server closed the connection before its answer was complete")
            }
            Self::NotHttp => f.write_str("the answer is not valid HTTP"),
            Self::Status(code, reason) => {
                write!(f, "the server answers {code} {}", shown_text(reason))
            }
            Self::Encoded(coding) => write!(
                f,
                "it arrives compressed (`Content-Encoding`: {}), although the request allows only `identity`; browsers read it, this check does not",
                shown_text(coding)
            ),
            Self::Redirect(fault) => fault.fmt(f),
            Self::MixedContent => f.write_str(
                "browsers block it: the page was loaded over HTTPS, and this URL is `http:`",
            ),
            Self::BlockedPort(port) => write!(f, "browsers block requests to port {port}"),
            Self::Cors(_) => f.write_str("the browser doesn't let the page read the answer (CORS)"),
        }
    }
}

impl Display for RedirectFault {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoLocation => f.write_str("the server redirects without a `Location`"),
            Self::Location(to, fault) => {
                write!(f, "the server redirects to {}: {fault}", shown_text(to))
            }
            Self::User => f.write_str(
                "the server redirects to a URL with a user name, which browsers refuse for another site",
            ),
            Self::TooMany => write!(f, "more than {MOST_REDIRECTS} redirects"),
        }
    }
}

/// The redirects that browsers follow (Fetch standard, "HTTP-redirect fetch").
pub(super) const MOST_REDIRECTS: usize = 20;
