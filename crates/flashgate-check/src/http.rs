//! The part of HTTP that is needed to fetch one document: a request, and the response.

use flash_policy::parse::LARGEST;

mod body;
mod head;

pub(super) use body::BodyReader;
pub(super) use head::{BadHttp, WebHead};

/// HTTP/1.0, so that the body is not chunked and ends with the stream. Some servers send chunks nevertheless.
pub(super) fn request(authority: &str, path: &str) -> String {
    format!(
        "GET {path} HTTP/1.0\r\nHost: {authority}\r\nUser-Agent: flashgate-check\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    )
}

/// A response, as far as it has arrived.
#[derive(Clone, Debug)]
pub(super) struct WebReply {
    pub(super) head: WebHead,
    pub(super) body: Vec<u8>,
    /// Whether the head says that the body is complete.
    pub(super) is_whole: bool,
}

impl WebReply {
    /// Whether the body is not the file itself. Nothing asked for that.
    pub(super) fn is_compressed(&self) -> bool {
        let coding = self.head.field("content-encoding");
        coding.is_some_and(|coding| !coding.eq_ignore_ascii_case("identity"))
    }

    /// Whether the body is shorter than the head says, or the head contradicts itself. Browsers' HTTP stacks, which
    /// players use, refuse it.
    pub(super) fn is_cut(&self) -> bool {
        let says_length = |name| self.head.field(name).is_some();
        !self.is_whole && (says_length("content-length") || says_length("transfer-encoding"))
    }
}

/// Reads a response. None if the bytes are not HTTP, or if the head is incomplete.
pub(super) fn read(bytes: &[u8]) -> Option<WebReply> {
    let (mut head, mut length) = WebHead::read(bytes).ok()??;
    // The real response follows these.
    while matches!(head.code, 100 | 102..=199) {
        let (next, more) = WebHead::read(bytes.get(length..)?).ok()??;
        (head, length) = (next, length + more);
    }
    // One byte more, so that an excess is visible.
    let mut reader = BodyReader::new(&head, LARGEST + 1);
    let body = bytes.get(length..).unwrap_or_default();
    let is_whole = reader.feed(body).is_ok() && reader.is_done();
    Some(WebReply {
        head,
        body: reader.body,
        is_whole,
    })
}

/// Whether these bytes are a complete response.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    read(bytes).is_some_and(|reply| reply.is_whole)
}

/// Whether these bytes are an HTTP response.
pub(super) fn is_response(bytes: &[u8]) -> bool {
    bytes.starts_with(b"HTTP/1.")
}

#[cfg(test)]
mod tests {
    use super::read;

    #[track_caller]
    fn check(bytes: &str, code: u16, body: &str, is_whole: bool) {
        let reply = read(bytes.as_bytes()).unwrap();
        assert_eq!(reply.head.code, code, "{bytes}");
        assert_eq!(reply.body, body.as_bytes(), "{bytes}");
        assert_eq!(reply.is_whole, is_whole, "{bytes}");
    }

    #[test]
    fn responses() {
        check("HTTP/1.0 200 OK\r\nA: b\r\n\r\n<x/>", 200, "<x/>", false);
        check(
            "HTTP/1.1 404 No\r\nContent-Length: 4\r\n\r\n<x/>",
            404,
            "<x/>",
            true,
        );
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n<x/>\r\n0\r\n\r\n";
        check(chunked, 200, "<x/>", true);
        let early = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<x/>";
        check(early, 200, "<x/>", true);
        assert!(read(b"HTTP/1.0 200 OK\r\nA: b\r\n").is_none());
        assert!(read(b"<x/>").is_none());
    }
}
