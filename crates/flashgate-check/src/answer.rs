//! The answer to a WebSocket handshake, as a browser sees it: bytes in, values out.

/// The sample key of RFC 6455. A nonce only protects against caches that replay an old answer, so a probe needs no
/// fresh one.
pub(crate) const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
/// The answer that RFC 6455 requires for this key.
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// The longest head that is accepted. Servers send shorter ones.
pub(super) const LARGEST_HEAD: usize = 16 << 10;

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HandshakeAnswer {
    /// No answer in time.
    Silence,
    /// No answer in time, and none to a plain HTTP request on the same port.
    NoHttpAtAll,
    /// The connection was closed or reset before an answer.
    HungUp,
    /// Bytes that are not HTTP.
    NotHttp(Vec<u8>),
    /// A status other than 101.
    Status(HttpStatus),
    /// 101, but without what RFC 6455 requires. Browsers fail the connection.
    Lacks(BadUpgrade),
    /// 101.
    Open {
        protocol: Option<String>,
        extensions: Option<String>,
    },
}

/// A status other than 101, and the server that sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HttpStatus {
    pub(crate) code: u16,
    pub(crate) reason: String,
    pub(crate) location: Option<String>,
    pub(crate) by: Hop,
    /// The first line of a body from flashgate. It gives the reason.
    pub(crate) said: Option<String>,
}

/// The server on the path that answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Hop {
    Flashgate,
    /// The name in its `Server` field.
    Named(String),
    Unnamed,
}

/// Why a 101 does not open a WebSocket (RFC 6455, section 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadUpgrade {
    /// No `Upgrade: websocket`.
    Upgrade,
    /// No `upgrade` among the tokens of `Connection`.
    Connection,
    /// `Sec-WebSocket-Accept` is wrong or missing.
    Proof,
}

/// The answer is not HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotHttp;

/// Reads a complete head and the part of the body that has arrived. Also returns the length of the head.
pub(crate) fn read(bytes: &[u8]) -> Result<Option<(HandshakeAnswer, usize)>, NotHttp> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head) = response.parse(bytes).map_err(|_| NotHttp)? else {
        return Ok(None);
    };
    let code = response.code.unwrap_or(0);
    if code == 101 {
        return Ok(Some((switching(response.headers), head)));
    }
    let by = hop(response.headers);
    let body = bytes.get(head..).unwrap_or_default();
    let said = (by == Hop::Flashgate).then(|| first_line(body)).flatten();
    let status = HttpStatus {
        code,
        reason: response.reason.unwrap_or_default().to_owned(),
        location: all(response.headers, "location"),
        by,
        said,
    };
    Ok(Some((HandshakeAnswer::Status(status), head)))
}

/// Checks a 101 as a browser does.
fn switching(headers: &[httparse::Header<'_>]) -> HandshakeAnswer {
    let (upgrade, connection) = (all(headers, "upgrade"), all(headers, "connection"));
    let upgrade = upgrade.unwrap_or_default();
    let connection = connection.unwrap_or_default();
    let mut tokens = connection.split(',');
    if !upgrade.eq_ignore_ascii_case("websocket") {
        HandshakeAnswer::Lacks(BadUpgrade::Upgrade)
    } else if !tokens.any(|token| token.trim().eq_ignore_ascii_case("upgrade")) {
        HandshakeAnswer::Lacks(BadUpgrade::Connection)
    } else if all(headers, "sec-websocket-accept").as_deref() != Some(ACCEPT) {
        HandshakeAnswer::Lacks(BadUpgrade::Proof)
    } else {
        HandshakeAnswer::Open {
            protocol: all(headers, "sec-websocket-protocol"),
            extensions: all(headers, "sec-websocket-extensions"),
        }
    }
}

/// Fields in every refusal from flashgate. Proxies put their own name into `Server` but pass these fields on. Their
/// own error pages are HTML and have none of them.
const OURS: [(&str, &str); 3] = [
    ("content-type", "text/plain; charset=utf-8"),
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
];

fn hop(headers: &[httparse::Header<'_>]) -> Hop {
    let mut ours = OURS.iter();
    let has = |(name, value): &(&str, &str)| all(headers, name).as_deref() == Some(*value);
    if ours.all(has) && all(headers, "cross-origin-resource-policy").is_some() {
        return Hop::Flashgate;
    }
    match all(headers, "server") {
        Some(name) if !name.is_empty() => Hop::Named(name.chars().take(MOST_OF_A_NAME).collect()),
        _ => Hop::Unnamed,
    }
}

/// A longer name in `Server` adds nothing.
const MOST_OF_A_NAME: usize = 40;

/// A longer line adds nothing. Lines from flashgate are shorter.
const MOST_OF_A_LINE: usize = 200;

fn first_line(body: &[u8]) -> Option<String> {
    let body = String::from_utf8_lossy(body);
    let line: String = body.lines().next()?.chars().take(MOST_OF_A_LINE).collect();
    (!line.is_empty()).then_some(line)
}

/// The values of a header, joined as in HTTP. None if there is no such header.
fn all(headers: &[httparse::Header<'_>], name: &str) -> Option<String> {
    let found: Vec<_> = headers
        .iter()
        .filter(|header| header.name.eq_ignore_ascii_case(name))
        .map(|header| String::from_utf8_lossy(header.value.trim_ascii()).into_owned())
        .collect();
    (!found.is_empty()).then(|| found.join(", "))
}

impl HttpStatus {
    pub(crate) fn is_flashgates(&self) -> bool {
        self.by == Hop::Flashgate
    }
}

#[cfg(test)]
mod tests {
    use super::{ACCEPT, BadUpgrade, HandshakeAnswer, Hop, HttpStatus, read};

    #[test]
    fn a_head_in_pieces() {
        let head = b"HTTP/1.1 403 Forbidden\r\nLocation: /x\r\n\r\nbody";
        for cut in 0..head.len() - 4 {
            assert_eq!(read(&head[..cut]), Ok(None), "{cut}");
        }
        let expected = HandshakeAnswer::Status(HttpStatus {
            code: 403,
            reason: "Forbidden".to_owned(),
            location: Some("/x".to_owned()),
            by: Hop::Unnamed,
            said: None,
        });
        assert_eq!(read(head), Ok(Some((expected, head.len() - 4))));
    }

    #[test]
    fn who_answers() {
        let check = |fields: &str, expected: (Hop, Option<&str>)| {
            let head =
                format!("HTTP/1.1 502 Bad Gateway\r\n{fields}\r\nthe server `game` is down\n");
            let Ok(Some((HandshakeAnswer::Status(status), _))) = read(head.as_bytes()) else {
                panic!("{head}");
            };
            assert_eq!((status.by, status.said.as_deref()), expected, "{fields}");
        };
        let ours = "Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n\
            X-Content-Type-Options: nosniff\r\nCross-Origin-Resource-Policy: cross-origin\r\n";
        let said = Some("the server `game` is down");
        check(ours, (Hop::Flashgate, said));
        check(&format!("Server: nginx\r\n{ours}"), (Hop::Flashgate, said));
        let nginx = "Server: nginx/1.22.1\r\nContent-Type: text/html\r\n";
        check(nginx, (Hop::Named("nginx/1.22.1".to_owned()), None));
        check("", (Hop::Unnamed, None));
    }

    /// The headers that browsers require, in any case and among other tokens.
    #[test]
    fn what_a_101_must_have() {
        let check = |headers: &str, expected: Option<BadUpgrade>| {
            let head = format!("HTTP/1.1 101 Switching Protocols\r\n{headers}\r\n\r\n");
            let (answer, _) = read(head.as_bytes()).unwrap().unwrap();
            let open = matches!(answer, HandshakeAnswer::Open { .. });
            assert_eq!(open, expected.is_none(), "{headers}");
            if let Some(lack) = expected {
                assert_eq!(answer, HandshakeAnswer::Lacks(lack), "{headers}");
            }
        };
        let proof = format!("Sec-WebSocket-Accept: {ACCEPT}");
        let whole = format!("upgrade: WebSocket\r\nconnection: keep-alive, UPGRADE\r\n{proof}");
        check(&whole, None);
        check(&proof, Some(BadUpgrade::Upgrade));
        check(
            &format!("Upgrade: websocket2\r\nConnection: upgrade\r\n{proof}"),
            Some(BadUpgrade::Upgrade),
        );
        check(
            &format!("Upgrade: websocket\r\nConnection: close\r\n{proof}"),
            Some(BadUpgrade::Connection),
        );
        check(
            "Upgrade: websocket\r\nConnection: close\r\nConnection: upgrade",
            Some(BadUpgrade::Proof),
        );
    }
}
