//! The head of a request. However it is cut into pieces, the verdict is the same, at the same byte.
//!
//! Line ends are checked as they arrive. The rest is checked once the head is complete, by httparse and then by
//! stricter rules here, because RFC 9112 lets a server accept heads that programs read differently.

use httparse::{EMPTY_HEADER, Error, Header, Status};

use super::host::HostField;
use super::method::{Method, Methods};
use super::refusal::HeadRefusal;

/// The longest head. Browsers with many cookies send four KiB.
const LONGEST: usize = 8 * 1024;

/// A head grows in steps of this size, so that its buffer is never much larger than the received part.
const STEP: usize = 512;

/// More fields than any client sends.
const MOST_FIELDS: usize = 64;

/// Reads a head piece by piece.
#[derive(Debug, Default)]
pub struct HeadReader {
    bytes: Vec<u8>,
    methods: Methods,
    hosts: AcceptedHosts,
}

/// Which `Host` fields are accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum AcceptedHosts {
    /// One host with at most a port. HTTP/1.0 may omit it.
    #[default]
    Valid,
    /// Any text, and none.
    Any,
}

/// The verdict about the received part of a head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeadVerdict {
    /// It is incomplete.
    NeedMore,
    /// It is complete, and may be answered.
    Request(HttpRequest),
    /// It is answered with an error, and the rest is not read.
    Refused(HeadRefusal),
}

/// A request that may be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    /// One of the methods that the reader accepts.
    pub method: Method,
    /// The minor version of HTTP/1: 1 or 0.
    pub version: u8,
    /// The path without the query.
    pub path: String,
    /// What follows the first question mark, which may be empty. None without a question mark.
    pub query: Option<String>,
    /// The host that the client wants to reach. None only in HTTP/1.0, or if the reader accepts any host.
    pub host: Option<HostField>,
    /// The [kept](KEPT) fields in order, with lower-case names.
    fields: Vec<(&'static str, Vec<u8>)>,
}

/// The fields that are used later.
const KEPT: [&str; 8] = [
    "access-control-request-headers",
    "connection",
    "if-none-match",
    "origin",
    "sec-websocket-key",
    "sec-websocket-version",
    "upgrade",
    "x-forwarded-for",
];

impl HttpRequest {
    /// The values of a field, in order.
    pub fn values(&self, name: &str) -> impl DoubleEndedIterator<Item = &[u8]> {
        let fields = self.fields.iter();
        fields
            .filter(move |(kept, _)| *kept == name)
            .map(|(_, value)| value.as_slice())
    }

    /// The value of a field that appears exactly once.
    pub fn only(&self, name: &str) -> Option<&[u8]> {
        let mut values = self.values(name);
        let value = values.next()?;
        values.next().is_none().then_some(value)
    }
}

impl HeadReader {
    /// A reader that also accepts OPTIONS.
    pub fn with_options() -> Self {
        Self {
            methods: Methods::WithOptions,
            ..Self::default()
        }
    }

    /// For answers that do not depend on the host: it may be anything, or missing, but not given twice.
    #[must_use]
    pub fn for_any_host(mut self) -> Self {
        self.hosts = AcceptedHosts::Any;
        self
    }

    /// Takes the received bytes, and returns those after the head. After a verdict it takes no more.
    pub fn feed<'a>(&mut self, input: &'a [u8]) -> (HeadVerdict, &'a [u8]) {
        let mut rest = input;
        loop {
            rest = self.take_text(rest);
            let Some((byte, after)) = rest.split_first() else {
                return (HeadVerdict::NeedMore, rest);
            };
            rest = after;
            let verdict = self.take(*byte);
            if verdict != HeadVerdict::NeedMore {
                return (verdict, rest);
            }
        }
    }

    /// Takes as many bytes as are surely neither part of a line end nor too many. Returns the others.
    fn take_text<'a>(&mut self, input: &'a [u8]) -> &'a [u8] {
        if self.bytes.ends_with(b"\r") {
            return input;
        }
        let is_line_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let text = input.iter().position(is_line_end).unwrap_or(input.len());
        let room = LONGEST.saturating_sub(self.bytes.len());
        let (taken, rest) = input.split_at(text.min(room));
        let needed = self.bytes.len() + taken.len();
        if needed > self.bytes.capacity() {
            let steps = needed.next_multiple_of(STEP);
            self.bytes.reserve_exact(steps - self.bytes.len());
        }
        self.bytes.extend_from_slice(taken);
        rest
    }

    /// How much memory the head uses so far.
    pub fn held(&self) -> usize {
        self.bytes.capacity()
    }

    /// How many bytes the reader has taken.
    pub fn taken(&self) -> usize {
        self.bytes.len()
    }

    /// All received bytes, given the last piece and the number of bytes taken before it.
    pub fn into_bytes(mut self, before: usize, piece: &[u8]) -> Vec<u8> {
        self.bytes.truncate(before);
        self.bytes.extend_from_slice(piece);
        self.bytes
    }

    /// The method as far as the answer depends on it: HEAD gets no body, even for an invalid request.
    pub fn method(&self) -> Method {
        Method::of(&self.bytes)
    }

    fn take(&mut self, byte: u8) -> HeadVerdict {
        // LF must follow CR and nothing else, so that all programs see the same line ends.
        if (byte == b'\n') != self.bytes.ends_with(b"\r") {
            return HeadVerdict::Refused(HeadRefusal::LineEnd);
        }
        if self.bytes.len() == LONGEST {
            return HeadVerdict::Refused(HeadRefusal::TooLarge);
        }
        if self.bytes.len() == self.bytes.capacity() {
            self.bytes.reserve_exact(STEP);
        }
        self.bytes.push(byte);
        if self.bytes.ends_with(b"\r\n\r\n") {
            parse(&self.bytes, self.methods, self.hosts)
                .map_or_else(HeadVerdict::Refused, HeadVerdict::Request)
        } else {
            HeadVerdict::NeedMore
        }
    }
}

fn parse(bytes: &[u8], methods: Methods, hosts: AcceptedHosts) -> Result<HttpRequest, HeadRefusal> {
    // httparse skips empty lines at the start.
    if bytes.starts_with(b"\r") {
        return Err(HeadRefusal::Malformed);
    }
    let mut fields = [EMPTY_HEADER; MOST_FIELDS];
    let mut head = httparse::Request::new(&mut fields);
    match head.parse(bytes) {
        Ok(Status::Complete(length)) if length == bytes.len() => {}
        Err(Error::TooManyHeaders) => return Err(HeadRefusal::TooLarge),
        Err(Error::Version) if names_another_version(bytes) => return Err(HeadRefusal::Version),
        Ok(_) | Err(_) => return Err(HeadRefusal::Malformed),
    }
    let method = match (head.method, methods) {
        (Some("GET"), _) => Method::Get,
        (Some("HEAD"), _) => Method::Head,
        (Some("OPTIONS"), Methods::WithOptions) => Method::Options,
        _ => return Err(HeadRefusal::Method(methods)),
    };
    let (path, query) = path(head.path.unwrap_or_default())?;
    no_body(head.headers)?;
    let host = match (host(head.headers), hosts) {
        (Ok(None), AcceptedHosts::Valid) if head.version != Some(0) => {
            return Err(HeadRefusal::NoHost);
        }
        (Err(HeadRefusal::BadHost), AcceptedHosts::Any) => None,
        (host, _) => host?,
    };
    Ok(HttpRequest {
        method,
        version: head.version.unwrap_or_default(),
        path: path.to_owned(),
        query: query.map(str::to_owned),
        host,
        fields: kept(head.headers),
    })
}

fn kept(fields: &[Header<'_>]) -> Vec<(&'static str, Vec<u8>)> {
    let kept = |field: &Header<'_>| {
        let mut names = KEPT.into_iter();
        let name = names.find(|name| name.eq_ignore_ascii_case(field.name))?;
        Some((name, field.value.to_vec()))
    };
    fields.iter().filter_map(kept).collect()
}

/// Whether the first line ends with an unsupported version of HTTP. Otherwise, an extra space could look like one.
fn names_another_version(bytes: &[u8]) -> bool {
    let line = bytes.split(|byte| *byte == b'\r').next();
    let last = line.and_then(|line| line.rsplit(|byte| *byte == b' ').next());
    last.is_some_and(|word| {
        word.starts_with(b"HTTP/") && !matches!(word, b"HTTP/1.0" | b"HTTP/1.1")
    })
}

/// The path and the query. A full URL contains its own host, so only a path is accepted.
fn path(target: &str) -> Result<(&str, Option<&str>), HeadRefusal> {
    if !target.starts_with('/') || !target.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(HeadRefusal::Target);
    }
    Ok(match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    })
}

/// None of the methods has a body. A head that announces one may hide a second request.
fn no_body(fields: &[Header<'_>]) -> Result<(), HeadRefusal> {
    let has_body = |field: &Header<'_>| {
        field.name.eq_ignore_ascii_case("transfer-encoding")
            || field.name.eq_ignore_ascii_case("content-length") && field.value != b"0"
    };
    if fields.iter().any(has_body) {
        Err(HeadRefusal::Body)
    } else {
        Ok(())
    }
}

fn host(fields: &[Header<'_>]) -> Result<Option<HostField>, HeadRefusal> {
    let mut hosts = fields
        .iter()
        .filter(|field| field.name.eq_ignore_ascii_case("host"));
    let Some(host) = hosts.next() else {
        return Ok(None);
    };
    if hosts.next().is_some() {
        return Err(HeadRefusal::SeveralHosts);
    }
    HostField::parse(host.value)
        .map(Some)
        .ok_or(HeadRefusal::BadHost)
}
