//! The part of HTTP that is needed to fetch one document: a request, and the response up to the end of the stream.

use flash_policy::Host;

/// HTTP/1.0, so that the body is not chunked and ends with the stream.
pub(super) fn request(host: &Host, path: &str) -> String {
    format!("GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n")
}

/// The body of a `200`.
pub(super) fn document(bytes: &[u8]) -> Option<&[u8]> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    match response.parse(bytes) {
        Ok(httparse::Status::Complete(head)) if response.code == Some(200) => bytes.get(head..),
        Ok(_) | Err(_) => None,
    }
}

/// Whether these bytes are an HTTP response.
pub(super) fn is_response(bytes: &[u8]) -> bool {
    bytes.starts_with(b"HTTP/1.")
}

#[cfg(test)]
mod tests {
    use super::document;

    #[test]
    fn only_a_200_has_a_document() {
        assert_eq!(
            document(b"HTTP/1.0 200 OK\r\nA: b\r\n\r\n<x/>"),
            Some(&b"<x/>"[..])
        );
        assert_eq!(document(b"HTTP/1.0 404 No\r\n\r\n<x/>"), None);
        assert_eq!(document(b"<x/>"), None);
    }
}
