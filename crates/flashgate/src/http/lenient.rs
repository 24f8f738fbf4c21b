//! Whether any server, however lenient, could read a request to upgrade in a head that is none to us.
//!
//! Servers differ in what ends a line, in which bytes they skip, and in what may stand around a name. So whatever could
//! begin a line for one of them begins one here, and letters and digits alone make up a name. It must never say "no"
//! where a server says "yes"; the reverse only costs a client a status.

/// What fields of an upgrade are called, and of a WebSocket's handshake; without the hyphens, which some write `_`.
const NAME: &[u8] = b"upgrade";
const PREFIX: &[u8] = b"secwebsocket";

/// See the module.
pub(crate) fn may_ask_for_upgrade(head: &[u8]) -> bool {
    let breaks = |byte: &u8| byte.is_ascii_control() || !byte.is_ascii();
    head.split(breaks).any(begins_with_such_a_name) || without_nul(head)
}

/// Some servers drop a NUL, or whatever else they don't know, where it stands: then two pieces make up one name.
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
    let part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let name = line.iter().take_while(part);
    let name: Vec<u8> = name
        .filter(|byte| byte.is_ascii_alphanumeric())
        .map(u8::to_ascii_lowercase)
        .collect();
    name == NAME || name.starts_with(PREFIX)
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
        ] {
            check(field, true);
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
