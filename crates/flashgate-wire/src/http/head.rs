//! The head of a request: every way to cut it gives the same verdict, at the same byte.
//!
//! Lines are judged as they come, everything else once the head is whole, by httparse and then by our own rules, which
//! are narrower: RFC 9112 lets a server take more than two programs would read alike.

use httparse::{EMPTY_HEADER, Error, Header, Status};

use super::host::HostField;
use super::method::{Method, Methods};
use super::refusal::HeadRefusal;

/// The longest head; browsers with many cookies send four.
const LONGEST: usize = 8 * 1024;

/// A head grows in steps of so many bytes, so that its buffer is never much larger than what has come of it.
const STEP: usize = 512;

/// More fields than any client sends.
const MOST_FIELDS: usize = 64;

/// Takes a head piece by piece.
#[derive(Debug, Default)]
pub struct HeadReader {
    bytes: Vec<u8>,
    methods: Methods,
}

/// What a head is, as far as it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeadVerdict {
    /// It is not whole yet.
    NeedMore,
    /// It is whole, and may be answered.
    Request(HttpRequest),
    /// It is answered with an error, and nothing more of it is read.
    Refused(HeadRefusal),
}

/// A request that may be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    /// One of those that the reader takes.
    pub method: Method,
    /// Of HTTP/1: 1 or 0.
    pub version: u8,
    /// Without the query.
    pub path: String,
    /// Whom the client takes us for; none only from a client of HTTP/1.0.
    pub host: Option<HostField>,
    /// Those that are [kept](KEPT), by their names in lower case, in their order.
    fields: Vec<(&'static str, Vec<u8>)>,
}

/// The fields that somebody looks at.
const KEPT: [&str; 6] = [
    "connection",
    "origin",
    "sec-websocket-key",
    "sec-websocket-version",
    "upgrade",
    "x-forwarded-for",
];

impl HttpRequest {
    /// The values of a field, in their order.
    pub fn values(&self, name: &str) -> impl DoubleEndedIterator<Item = &[u8]> {
        let fields = self.fields.iter();
        fields
            .filter(move |(kept, _)| *kept == name)
            .map(|(_, value)| value.as_slice())
    }

    /// The value of a field that is there once.
    pub fn only(&self, name: &str) -> Option<&[u8]> {
        let mut values = self.values(name);
        let value = values.next()?;
        values.next().is_none().then_some(value)
    }
}

impl HeadReader {
    /// One that takes OPTIONS too.
    pub fn with_options() -> Self {
        Self {
            bytes: Vec::new(),
            methods: Methods::WithOptions,
        }
    }

    /// Takes what has arrived, and returns what stands behind the head. After a verdict it takes nothing more.
    pub fn feed<'a>(&mut self, input: &'a [u8]) -> (HeadVerdict, &'a [u8]) {
        for (index, byte) in input.iter().enumerate() {
            let verdict = self.take(*byte);
            if verdict != HeadVerdict::NeedMore {
                return (verdict, input.get(index + 1..).unwrap_or_default());
            }
        }
        (HeadVerdict::NeedMore, &[])
    }

    /// How much memory the head takes so far.
    pub fn held(&self) -> usize {
        self.bytes.capacity()
    }

    /// How many bytes it has taken.
    pub fn taken(&self) -> usize {
        self.bytes.len()
    }

    /// All that has come, given the piece that brought the verdict and what had been taken before it.
    pub fn into_bytes(mut self, before: usize, piece: &[u8]) -> Vec<u8> {
        self.bytes.truncate(before);
        self.bytes.extend_from_slice(piece);
        self.bytes
    }

    /// Which method it is, as far as an answer depends on it: HEAD gets no body, whatever else is wrong.
    pub fn method(&self) -> Method {
        Method::of(&self.bytes)
    }

    fn take(&mut self, byte: u8) -> HeadVerdict {
        // LF follows CR and nothing else does: what ends a line for one program ends it for the next.
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
            parse(&self.bytes, self.methods).map_or_else(HeadVerdict::Refused, HeadVerdict::Request)
        } else {
            HeadVerdict::NeedMore
        }
    }
}

fn parse(bytes: &[u8], methods: Methods) -> Result<HttpRequest, HeadRefusal> {
    // httparse skips empty lines in front.
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
    let path = path(head.path.unwrap_or_default())?;
    no_body(head.headers)?;
    let host = host(head.headers)?;
    if host.is_none() && head.version != Some(0) {
        return Err(HeadRefusal::NoHost);
    }
    Ok(HttpRequest {
        method,
        version: head.version.unwrap_or_default(),
        path,
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

/// Whether the first line ends in a version of HTTP that is none of ours; a blank too many is read as one otherwise.
fn names_another_version(bytes: &[u8]) -> bool {
    let line = bytes.split(|byte| *byte == b'\r').next();
    let last = line.and_then(|line| line.rsplit(|byte| *byte == b' ').next());
    last.is_some_and(|word| {
        word.starts_with(b"HTTP/") && !matches!(word, b"HTTP/1.0" | b"HTTP/1.1")
    })
}

/// A whole URL would name a host of its own, so only a path is taken.
fn path(target: &str) -> Result<String, HeadRefusal> {
    if !target.starts_with('/') || !target.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(HeadRefusal::Target);
    }
    Ok(target.split('?').next().unwrap_or_default().to_owned())
}

/// None of the methods has a body; one that says so has a second request in it.
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
