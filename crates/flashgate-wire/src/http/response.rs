//! A response as bytes. Each connection gets one, so every response says that it is the last.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::time::SystemTime;

use httpdate::HttpDate;

/// A response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    status: StatusCode,
    content_type: &'static str,
    fields: Vec<(&'static str, Cow<'static, str>)>,
    body: Vec<u8>,
    readers: Readers,
    caching: Caching,
}

/// The sites whose pages may read a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Only the server's own site.
    Nobodys,
    /// Every site.
    Everybodys,
    /// Every program that is not a page of another site, such as a plug-in, and pages of this origin, if there is one.
    /// The response depends on the origin.
    Origin(Option<String>),
}

/// What caches may do with a response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Caching {
    /// It is valid only now, so they must not keep it.
    #[default]
    Never,
    /// They may keep it, and must ask each time whether it is still valid.
    Asking,
}

/// Whether the body is sent. Its length always is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// The head and the body.
    Sent,
    /// Only the head, for HEAD.
    LeftOut,
}

/// The status codes that are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusCode {
    /// 200 OK.
    Ok,
    /// 304 Not Modified. It has no body.
    NotModified,
    /// 400 Bad Request.
    BadRequest,
    /// 403 Forbidden.
    Forbidden,
    /// 404 Not Found.
    NotFound,
    /// 405 Method Not Allowed.
    MethodNotAllowed,
    /// 408 Request Timeout.
    RequestTimeout,
    /// 421 Misdirected Request.
    Misdirected,
    /// 426 Upgrade Required.
    UpgradeRequired,
    /// 431 Request Header Fields Too Large.
    HeadTooLarge,
    /// 502 Bad Gateway.
    BadGateway,
    /// 503 Service Unavailable.
    Unavailable,
    /// 504 Gateway Timeout.
    GatewayTimeout,
    /// 505 HTTP Version Not Supported.
    VersionNotSupported,
}

impl Response {
    /// The status code and its text.
    pub const fn status(&self) -> &'static str {
        self.status.line()
    }
}

impl StatusCode {
    const fn line(self) -> &'static str {
        match self {
            Self::Ok => "200 OK",
            Self::NotModified => "304 Not Modified",
            Self::BadRequest => "400 Bad Request",
            Self::Forbidden => "403 Forbidden",
            Self::NotFound => "404 Not Found",
            Self::MethodNotAllowed => "405 Method Not Allowed",
            Self::RequestTimeout => "408 Request Timeout",
            Self::Misdirected => "421 Misdirected Request",
            Self::UpgradeRequired => "426 Upgrade Required",
            Self::HeadTooLarge => "431 Request Header Fields Too Large",
            Self::BadGateway => "502 Bad Gateway",
            Self::Unavailable => "503 Service Unavailable",
            Self::GatewayTimeout => "504 Gateway Timeout",
            Self::VersionNotSupported => "505 HTTP Version Not Supported",
        }
    }
}

/// Browsers must not guess another type.
const ALWAYS: &str = "X-Content-Type-Options: nosniff\r\n";

impl Caching {
    const fn field(self) -> &'static str {
        match self {
            Self::Never => "Cache-Control: no-store\r\n",
            Self::Asking => "Cache-Control: no-cache\r\n",
        }
    }
}

impl Readers {
    fn fields(&self) -> Cow<'static, str> {
        match self {
            Self::Nobodys => "Cross-Origin-Resource-Policy: same-origin\r\n".into(),
            Self::Everybodys => {
                "Cross-Origin-Resource-Policy: cross-origin\r\nAccess-Control-Allow-Origin: *\r\n".into()
            }
            Self::Origin(None) => "Cross-Origin-Resource-Policy: cross-origin\r\nVary: Origin\r\n".into(),
            Self::Origin(Some(origin)) => format!(
                "Cross-Origin-Resource-Policy: cross-origin\r\nVary: Origin\r\nAccess-Control-Allow-Origin: {origin}\r\n"
            )
            .into(),
        }
    }
}

impl Response {
    /// A plain-text response.
    pub fn plain(status: StatusCode, body: impl Into<String>) -> Self {
        Self::typed(status, "text/plain; charset=utf-8", body.into())
    }

    /// A response with another type.
    pub fn typed(status: StatusCode, content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            content_type,
            fields: Vec::new(),
            body: body.into(),
            readers: Readers::Nobodys,
            caching: Caching::Never,
        }
    }

    /// Adds a field. The value must be valid in a field.
    pub fn with(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    /// Allows pages of all sites to read it.
    pub fn for_everybody(self) -> Self {
        self.readable_by(Readers::Everybodys)
    }

    /// Allows these pages to read it.
    pub fn readable_by(mut self, readers: Readers) -> Self {
        self.readers = readers;
        self
    }

    /// Allows caches to do this with it.
    pub fn cached(mut self, caching: Caching) -> Self {
        self.caching = caching;
        self
    }

    /// The bytes of the response, to send now.
    pub fn bytes(&self, body: Body, now: SystemTime) -> Vec<u8> {
        let status = self.status.line();
        let date = HttpDate::from(now);
        let has_body = self.status != StatusCode::NotModified;
        let mut text = format!("HTTP/1.1 {status}\r\nDate: {date}\r\n");
        // Writing to a string can't fail.
        if has_body {
            let _ = write!(text, "Content-Type: {}\r\n", self.content_type);
        }
        for (name, value) in &self.fields {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        if has_body {
            let _ = write!(text, "Content-Length: {}\r\n", self.body.len());
        }
        let (caching, readers) = (self.caching.field(), self.readers.fields());
        // A response with `Upgrade` must also list it here (RFC 9110, 7.8).
        let upgrade = self.fields.iter().any(|(name, _)| *name == "Upgrade");
        let connection = if upgrade { "Upgrade, close" } else { "close" };
        let _ = write!(
            text,
            "{caching}{ALWAYS}{readers}Connection: {connection}\r\n\r\n"
        );
        let mut bytes = text.into_bytes();
        if body == Body::Sent && has_body {
            bytes.extend_from_slice(&self.body);
        }
        bytes
    }
}
