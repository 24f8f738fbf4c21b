//! A response: its head and body as bytes. There is one to a connection, so every one of them says that it is the last.

use std::fmt::Write as _;
use std::time::SystemTime;

use httpdate::HttpDate;

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    status: StatusCode,
    content_type: &'static str,
    fields: Vec<(&'static str, &'static str)>,
    body: String,
    readers: Readers,
}

/// Whose pages may read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Readers {
    Nobodys,
    Everybodys,
}

/// Whether the body is sent; its length always is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// Head and body.
    Sent,
    /// The head alone, for HEAD.
    LeftOut,
}

/// The codes that are used.
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
    /// Its code and what that means.
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

/// What is said is for this moment: no cache keeps it, and no browser takes it for something else.
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
    /// Text for a person or a probe.
    pub fn plain(status: StatusCode, body: impl Into<String>) -> Self {
        Self::typed(status, "text/plain; charset=utf-8", body)
    }

    /// A body of another type.
    pub fn typed(status: StatusCode, content_type: &'static str, body: impl Into<String>) -> Self {
        Self {
            status,
            content_type,
            fields: Vec::new(),
            body: body.into(),
            readers: Readers::Nobodys,
        }
    }

    /// With one more field.
    pub fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.fields.push((name, value));
        self
    }

    /// For the pages of every site.
    pub fn for_everybody(mut self) -> Self {
        self.readers = Readers::Everybodys;
        self
    }

    /// All of it, to be sent now.
    pub fn bytes(&self, body: Body, now: SystemTime) -> Vec<u8> {
        let (status, content_type, length) =
            (self.status.line(), self.content_type, self.body.len());
        let date = HttpDate::from(now);
        let mut text =
            format!("HTTP/1.1 {status}\r\nDate: {date}\r\nContent-Type: {content_type}\r\n");
        for (name, value) in &self.fields {
            // Writing to a string does not fail.
            let _ = write!(text, "{name}: {value}\r\n");
        }
        let readers = self.readers.fields();
        // Whoever sends `Upgrade` says so here too (RFC 9110, 7.8).
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
