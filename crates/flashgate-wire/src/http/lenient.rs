//! Whether any server, even a lenient one, could read an upgrade request in a head.
//!
//! Servers differ in what ends a line, which bytes they skip, and what may be around a name. So everything that could
//! begin a line for one of them begins a line here, and names consist only of letters and digits. The answer must
//! never be "no" if a server would say "yes". The reverse only costs a client a status.

/// Names of fields of an upgrade and of a WebSocket handshake, including drafts, without hyphens: programs that get
/// fields as CGI variables treat other punctuation like hyphens.
const NAME: &[u8] = b"upgrade";
const PREFIX: &[u8] = b"secwebsocket";

/// The name of the WebSocket protocol in these fields.
const WEBSOCKET: &[u8] = b"websocket";

/// Whether a head with clear line ends could ask for a WebSocket. A readable head may ask for another protocol, as
/// with `Upgrade: h2c`.
pub fn may_ask_for_websocket(head: &[u8]) -> bool {
    let mut lines = head.split(|byte| *byte == b'\n');
    // Some non-ASCII characters have `k` or `s` as their lower case.
    lines.any(|line| may_ask_for_upgrade(line) && (!line.is_ascii() || names_websocket(line)))
}

fn names_websocket(line: &[u8]) -> bool {
    let letters = folded(line);
    letters
        .windows(WEBSOCKET.len())
        .any(|part| part == WEBSOCKET)
}

/// The beginning of HTTP/2 (RFC 9113, 3.4). Some of its requests open WebSockets (RFC 8441), but they are not parsed
/// here.
const HTTP2: &[u8] = b"PRI * HTTP/2.0";

/// Whether a head could ask for any upgrade. In a malformed head, it is not clear which value belongs to which name.
pub fn may_ask_for_upgrade(head: &[u8]) -> bool {
    let breaks = |byte: &u8| byte.is_ascii_control() || !byte.is_ascii();
    head.starts_with(HTTP2) || head.split(breaks).any(begins_with_such_a_name) || without_nul(head)
}

/// Some servers drop a NUL or other unknown bytes. Then two pieces form one name.
fn without_nul(head: &[u8]) -> bool {
    let lines = head.split(|byte| matches!(byte, b'\r' | b'\n'));
    let odd = |byte: &&u8| byte.is_ascii_control() || !byte.is_ascii();
    let mut odd_lines = lines.filter(|line| line.iter().any(|byte| odd(&byte)));
    odd_lines.any(|line| {
        let rest: Vec<u8> = line.iter().filter(|byte| !odd(byte)).copied().collect();
        begins_with_such_a_name(&rest)
    })
}

fn begins_with_such_a_name(line: &[u8]) -> bool {
    let start = line.iter().position(u8::is_ascii_alphanumeric);
    let line = start
        .and_then(|start| line.get(start..))
        .unwrap_or_default();
    let end = line.iter().position(|byte| !may_be_in_a_name(*byte));
    let name = folded(end.and_then(|end| line.get(..end)).unwrap_or(line));
    name == NAME || name.starts_with(PREFIX)
}

/// The characters of a token (RFC 9110, 5.6.2).
const fn may_be_in_a_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
}

/// Only the letters and digits, in lower case.
fn folded(text: &[u8]) -> Vec<u8> {
    let kept = text.iter().filter(|byte| byte.is_ascii_alphanumeric());
    kept.map(u8::to_ascii_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(field: &str, expected: bool) {
        for end in ["\r\n", "\n", "\r", ""] {
            let head = format!("GET / HTTP/1.1\r\nHost: a.test\r\n{field}{end}");
            let found = may_ask_for_upgrade(head.as_bytes());
            assert_eq!(found, expected, "{}", head.escape_debug());
        }
    }

    #[test]
    fn upgrades() {
        for field in [
            "Upgrade: websocket",
            "UPGRADE:websocket",
            "upgrade : websocket",
            " Upgrade: websocket",
            "\tUpgrade\t: websocket",
            "X: y\nUpgrade: websocket",
            "X: y\rUpgrade: websocket",
            "X: y\0Upgrade: websocket",
            "X: y\u{b}Upgrade: websocket",
            "X: y\u{85}Upgrade: websocket",
            "X: y\u{2028}Upgrade: websocket",
            "Upgrade\u{a0}: websocket",
            "Up\0grade: websocket",
            "Up\u{ad}grade: websocket",
            "\u{feff}Upgrade: websocket",
            "\"Upgrade\": websocket",
            "Upgrade=websocket",
            "Upgrade websocket",
            "Upgrade",
            "Upgrade:\r\n websocket",
            "Sec-WebSocket-Key: x",
            "sec_websocket_key: x",
            "Sec-WebSocket-Key1: x",
            "Sec.WebSocket.Key: x",
            "Sec'WebSocket~Version: x",
        ] {
            check(field, true);
        }
    }

    #[track_caller]
    fn check_websocket(field: &[u8], expected: bool) {
        let head = [b"GET / HTTP/1.1\r\nHost: a.test\r\n", field, b"\r\n\r\n"].concat();
        let found = may_ask_for_websocket(&head);
        assert_eq!(found, expected, "{}", head.escape_ascii());
    }

    #[test]
    fn websockets() {
        for field in [
            &b"Upgrade: websocket"[..],
            b"Upgrade: h2c, WebSocket",
            b"Upgrade: web-socket",
            "Upgrade: websoc\u{212a}et".as_bytes(),
            b"Sec-WebSocket-Key1: x",
            b"Sec_WebSocket_Key: x",
            b"Sec-WebSocket-Protocol: x",
            b"Cookie: a=b\x85Upgrade: websocket\x85Connection: Upgrade",
            "Cookie: a=b\u{85}Upgrade: websocket".as_bytes(),
            "Cookie: a=b\u{2028}Sec-WebSocket-Key: x".as_bytes(),
            b"Cookie: a=b\tUpgrade: websocket",
        ] {
            check_websocket(field, true);
        }
        for field in [
            &b"Upgrade: h2c\r\nReferer: http://a.test/websocket"[..],
            b"Upgrade: TLS/1.2",
            b"Upgrade-Insecure-Requests: 1",
            b"Connection: Upgrade, HTTP2-Settings",
            "Cookie: a=gr\u{fc}n; upgrade=websocket".as_bytes(),
        ] {
            check_websocket(field, false);
        }
    }

    #[test]
    fn others() {
        for field in [
            "Upgrade-Insecure-Requests: 1",
            "X-Upgrade: websocket",
            "Connection: Upgrade",
            "Referer: https://a.test/upgrade:websocket",
            "Cookie: upgrade=websocket; b=\"Upgrade: x\"",
            "Upgraded: x",
        ] {
            check(field, false);
        }
    }
}
