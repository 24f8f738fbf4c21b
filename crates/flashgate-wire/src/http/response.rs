//! A response as bytes. Each connection gets one, so every response says that it is the last.

use std::fmt::Write as _;
use std::time::SystemTime;

use httpdate::HttpDate;

/// A response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    status: StatusCode,
    content_type: &'static str,
    fields: Vec<(&'static str, &'static str)>,
    body: String,
    readers: Readers,
}

/// The sites whose pages may read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Readers {
    Nobodys,
    Everybodys,
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

/// Responses are valid only now, so caches must not keep them. Browsers must not guess another type.
const ALWAYS: &str = "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";

impl Readers {
    const fn fields(self) -> &'static str {
        match self {
            Self::Nobodys => "Cross-Origin-Resource-Policy: same-origin\r\n",
            Self::Everybodys => {
                "Cross-Origin-Resource-Policy: cross-origin\r\nAccess-Control-Allow-Origin: *\r\n"
            }
        }
    }
}

impl Response {
    /// A plain-text response.
    pub fn plain(status: StatusCode, body: impl Into<String>) -> Self {
        Self::typed(status, "text/plain; charset=utf-8", body)
    }

    /// A response with another type.
    pub fn typed(status: StatusCode, content_type: &'static str, body: impl Into<String>) -> Self {
        Self {
            status,
            content_type,
            fields: Vec::new(),
            body: body.into(),
            readers: Readers::Nobodys,
        }
    }

    /// Adds a field.
    pub fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.fields.push((name, value));
        self
    }

    /// Allows pages of all sites to read it.
    pub fn for_everybody(mut self) -> Self {
        self.readers = Readers::Everybodys;
        self
    }

    /// The bytes of the response, to send now.
    pub fn bytes(&self, body: Body, now: SystemTime) -> Vec<u8> {
        let (status, content_type, length) =
            (self.status.line(), self.content_type, self.body.len());
        let date = HttpDate::from(now);
        let mut text =
            format!("HTTP/1.1 {status}\r\nDate: {date}\r\nContent-Type: {content_type}\r\n");
        for (name, value) in &self.fields {
            // Writing to a string can't fail.
            let _ = write!(text, "{name}: {value}\r\n");
        }
        let readers = self.readers.fields();
        // A response with `Upgrade` must also list it here (RFC 9110, 7.8).
        let upgrade = self.fields.iter().any(|(name, _)| *name == "Upgrade");
        let connection = if upgrade { "Upgrade, close" } else { "close" };
        let _ = write!(
            text,
            "Content-Length: {length}\r\n{ALWAYS}{readers}Connection: {connection}\r\n\r\n"
        );
        if body == Body::Sent {
            text.push_str(&self.body);
        }
        text.into_bytes()
    }
}
