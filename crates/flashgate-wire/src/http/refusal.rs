//! Why a request is rejected, and the error response.

use super::method::Methods;
use super::response::{Response, StatusCode};

/// Why a request is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadRefusal {
    /// A line ends with CR or LF alone.
    LineEnd,
    /// More than 8 KiB or 64 fields.
    TooLarge,
    /// Not an HTTP/1 request.
    Malformed,
    /// A version of HTTP other than 1.0 and 1.1.
    Version,
    /// A method that is not supported.
    Method(Methods),
    /// The target is not a path.
    Target,
    /// The request has a body.
    Body,
    /// HTTP/1.1 without a `Host` field.
    NoHost,
    /// More than one `Host` field.
    SeveralHosts,
    /// A `Host` field that is not a host with at most a port.
    BadHost,
}

impl HeadRefusal {
    /// Whether all programs see the same lines and fields in such a head.
    pub const fn is_readable(self) -> bool {
        match self {
            Self::LineEnd | Self::TooLarge | Self::Malformed | Self::Version => false,
            Self::Method(_)
            | Self::Target
            | Self::Body
            | Self::NoHost
            | Self::SeveralHosts
            | Self::BadHost => true,
        }
    }

    const fn status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::HeadTooLarge,
            Self::Version => StatusCode::VersionNotSupported,
            Self::Method(_) => StatusCode::MethodNotAllowed,
            Self::LineEnd
            | Self::Malformed
            | Self::Target
            | Self::Body
            | Self::NoHost
            | Self::SeveralHosts
            | Self::BadHost => StatusCode::BadRequest,
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::LineEnd => "expected lines that end with CR LF, found CR or LF alone\n",
            Self::TooLarge => "expected a head of at most 8 KiB and 64 fields\n",
            Self::Malformed => "expected an HTTP/1.1 request\n",
            Self::Version => "expected HTTP/1.1 or HTTP/1.0\n",
            Self::Method(Methods::Reading) => "expected GET or HEAD\n",
            Self::Method(Methods::WithOptions) => "expected GET, HEAD or OPTIONS\n",
            Self::Target => "expected a path\n",
            Self::Body => "expected a request without a body\n",
            Self::NoHost => "expected a Host field, found none\n",
            Self::SeveralHosts => "expected one Host field, found several\n",
            Self::BadHost => "expected a host, optionally with a port, in the Host field\n",
        }
    }
}

impl From<HeadRefusal> for Response {
    fn from(refusal: HeadRefusal) -> Self {
        let response = Self::plain(refusal.status(), refusal.text());
        if let HeadRefusal::Method(methods) = refusal {
            response.with("Allow", methods.listed())
        } else {
            response
        }
    }
}
