//! The answer to flashgate's own request, as it arrives: bytes in, values out.

use httparse::{EMPTY_HEADER, Response, Status};

/// The longest head that is read. Servers send shorter ones.
const LARGEST_HEAD: usize = 16 << 10;

/// More fields than servers send.
const MOST_FIELDS: usize = 64;

/// The head of an answer, and where its body is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedHead {
    /// The status code.
    pub status: u16,
    /// The text after the status code, which may be empty.
    pub reason: String,
    /// How many bytes the head takes. The body follows.
    pub length: usize,
    /// The length of the body, if the head contains it. Otherwise the body ends with the connection.
    pub body: Option<usize>,
}

/// The answer is not HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotHttpAnswer;

impl ReceivedHead {
    /// Reads the head at the start of these bytes. None if it is incomplete.
    ///
    /// # Errors
    ///
    /// If the bytes are not the start of an HTTP answer.
    ///
    /// # Examples
    ///
    /// ```
    /// use flashgate_wire::http::ReceivedHead;
    ///
    /// let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nready\n";
    /// let head = ReceivedHead::read(answer)?.expect("a complete head");
    /// assert_eq!((head.status, head.body), (200, Some(6)));
    /// assert_eq!(&answer[head.length..], b"ready\n");
    /// assert_eq!(ReceivedHead::read(&answer[..20])?, None);
    /// # Ok::<_, flashgate_wire::http::NotHttpAnswer>(())
    /// ```
    pub fn read(bytes: &[u8]) -> Result<Option<Self>, NotHttpAnswer> {
        let mut fields = [EMPTY_HEADER; MOST_FIELDS];
        let mut response = Response::new(&mut fields);
        match response.parse(bytes).map_err(|_| NotHttpAnswer)? {
            Status::Partial if bytes.len() > LARGEST_HEAD => Err(NotHttpAnswer),
            Status::Partial => Ok(None),
            Status::Complete(length) => Ok(Some(Self {
                status: response.code.unwrap_or_default(),
                reason: response.reason.unwrap_or_default().to_owned(),
                length,
                body: body(response.headers),
            })),
        }
    }
}

/// The length of the body, as its field says.
fn body(fields: &[httparse::Header<'_>]) -> Option<usize> {
    let field = fields
        .iter()
        .find(|field| field.name.eq_ignore_ascii_case("content-length"))?;
    std::str::from_utf8(field.value).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cut_gives_the_same_answer() {
        let answer = b"HTTP/1.0 503 Service Unavailable\r\nX: y\r\ncontent-length: 3\r\n\r\nabc";
        let head = answer.len() - 3;
        for cut in 0..head {
            assert_eq!(ReceivedHead::read(&answer[..cut]), Ok(None), "{cut}");
        }
        for cut in head..=answer.len() {
            let read = ReceivedHead::read(&answer[..cut]).unwrap().unwrap();
            assert_eq!((read.status, read.length, read.body), (503, head, Some(3)));
            assert_eq!(read.reason, "Service Unavailable");
        }
    }

    #[test]
    fn other_protocols() {
        assert_eq!(
            ReceivedHead::read(b"SSH-2.0-OpenSSH_9.2\r\n"),
            Err(NotHttpAnswer)
        );
        assert_eq!(
            ReceivedHead::read(b"\x15\x03\x01\0\x02\x02P"),
            Err(NotHttpAnswer)
        );
        let endless = format!("HTTP/1.1 200 OK\r\nX: {}", "x".repeat(LARGEST_HEAD));
        assert_eq!(ReceivedHead::read(endless.as_bytes()), Err(NotHttpAnswer));
        let unlimited = ReceivedHead::read(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        assert_eq!(unlimited.unwrap().body, None);
    }
}
