//! The body of a response, as it arrives: with a length, in chunks, or up to the end of the stream.

use super::head::{BadHttp, WebHead};

/// Collects a body, up to a limit.
#[derive(Debug)]
pub(crate) struct BodyReader {
    framing: BodyFraming,
    most: usize,
    pub(crate) body: Vec<u8>,
}

#[derive(Debug)]
enum BodyFraming {
    /// This many bytes are still to come.
    Length(u64),
    /// Until the stream ends.
    UntilEnd,
    /// In chunks. The bytes before the next chunk's data, and how many bytes of data are still to come.
    Chunks {
        line: Vec<u8>,
        left: u64,
    },
    Done,
}

/// A line before a chunk is shorter.
const LONGEST_LINE: usize = 4 << 10;

impl BodyReader {
    pub(crate) fn new(head: &WebHead, most: usize) -> Self {
        let coding = head.field("transfer-encoding").unwrap_or_default();
        let length = head.field("content-length");
        let framing = match length.map(|length| length.parse::<u64>()) {
            _ if matches!(head.code, 101 | 204 | 304) => BodyFraming::Done,
            _ if coding.to_ascii_lowercase().ends_with("chunked") => BodyFraming::Chunks {
                line: Vec::new(),
                left: 0,
            },
            Some(Ok(0)) => BodyFraming::Done,
            Some(Ok(length)) => BodyFraming::Length(length),
            Some(Err(_)) | None => BodyFraming::UntilEnd,
        };
        Self {
            framing,
            most,
            body: Vec::new(),
        }
    }

    /// Whether nothing more is needed: the body is complete, or the limit is reached.
    pub(crate) fn is_done(&self) -> bool {
        matches!(self.framing, BodyFraming::Done) || self.body.len() >= self.most
    }

    /// Whether the body is over, now that the stream has ended.
    pub(crate) fn is_whole_at_end(&self) -> bool {
        matches!(self.framing, BodyFraming::Done | BodyFraming::UntilEnd)
    }

    pub(crate) fn feed(&mut self, mut bytes: &[u8]) -> Result<(), BadHttp> {
        while !bytes.is_empty() && !self.is_done() {
            bytes = match &mut self.framing {
                BodyFraming::Done => return Ok(()),
                BodyFraming::UntilEnd => {
                    self.keep(bytes);
                    return Ok(());
                }
                BodyFraming::Length(left) => {
                    let (now, rest) = split(bytes, *left);
                    *left -= now.len() as u64;
                    if *left == 0 {
                        self.framing = BodyFraming::Done;
                    }
                    self.keep(now);
                    rest
                }
                BodyFraming::Chunks { left, .. } if *left > 0 => {
                    let (now, rest) = split(bytes, *left);
                    *left -= now.len() as u64;
                    self.keep(now);
                    rest
                }
                BodyFraming::Chunks { .. } => self.line(bytes)?,
            };
        }
        Ok(())
    }

    /// Reads one byte of the line before a chunk. A line also ends the data of the chunk before it.
    fn line<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], BadHttp> {
        let (BodyFraming::Chunks { line, left }, Some((byte, rest))) =
            (&mut self.framing, bytes.split_first())
        else {
            return Ok(bytes);
        };
        if *byte != b'\n' {
            line.push(*byte);
            return if line.len() > LONGEST_LINE {
                Err(BadHttp)
            } else {
                Ok(rest)
            };
        }
        let text = String::from_utf8_lossy(line).into_owned();
        line.clear();
        let size = text.split(';').next().unwrap_or_default().trim();
        if size.is_empty() {
            return Ok(rest);
        }
        *left = u64::from_str_radix(size, 16).map_err(|_| BadHttp)?;
        if *left == 0 {
            self.framing = BodyFraming::Done;
        }
        Ok(rest)
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = self.most.saturating_sub(self.body.len());
        let kept = bytes.get(..room.min(bytes.len())).unwrap_or_default();
        self.body.extend_from_slice(kept);
    }
}

/// Splits off up to this many bytes.
fn split(bytes: &[u8], most: u64) -> (&[u8], &[u8]) {
    let at = usize::try_from(most).map_or(bytes.len(), |most| most.min(bytes.len()));
    bytes.split_at(at)
}

#[cfg(test)]
mod tests {
    use super::super::head::WebHead;
    use super::BodyReader;

    /// The body, and whether it is over, however the bytes are cut.
    #[track_caller]
    fn check(fields: &str, bytes: &str, expected: Option<(&str, bool)>) {
        let head = format!("HTTP/1.1 200 OK\r\n{fields}\r\n");
        let (head, _) = WebHead::read(head.as_bytes()).unwrap().unwrap();
        for size in [1, 2, 3, 1_000] {
            let mut reader = BodyReader::new(&head, 20);
            let fed = bytes
                .as_bytes()
                .chunks(size)
                .try_for_each(|part| reader.feed(part));
            let body = String::from_utf8(reader.body.clone()).unwrap();
            let found = fed.is_ok().then(|| (body.as_str(), reader.is_done()));
            assert_eq!(found, expected, "{fields} {bytes:?} {size}");
        }
    }

    #[test]
    fn bodies() {
        check("Content-Length: 3\r\n", "abcdef", Some(("abc", true)));
        check("Content-Length: 30\r\n", "abc", Some(("abc", false)));
        check("", "abc", Some(("abc", false)));
        check(
            "",
            "123456789012345678901234",
            Some(("12345678901234567890", true)),
        );
        let chunked = "Content-Length: 2\r\nTransfer-Encoding: gzip, Chunked\r\n";
        check(
            chunked,
            "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n",
            Some(("abc0123456789", true)),
        );
        check(chunked, "3\r\nab", Some(("ab", false)));
        check(chunked, "zz\r\nab", None);
        check(chunked, "FFFFFFFFFFFFFFFFF\r\nab", None);
    }
}
