//! `X-Forwarded-For`: the client that a proxy forwards for.
//!
//! Each proxy appends the address that connected to it, so the list is read from the end. An entry is believed if a
//! trusted proxy wrote it. The first address that is not a trusted proxy is the client's. Anyone could have written the
//! entries before it.

use std::net::{IpAddr, SocketAddr};

use flashgate_wire::http::HttpRequest;

/// The client's address, if the trusted proxies report one.
pub(super) fn client(request: &HttpRequest, trusted: impl Fn(IpAddr) -> bool) -> Option<IpAddr> {
    let values = request.values("x-forwarded-for").rev();
    let hops = values.flat_map(|value| value.rsplit(|byte| *byte == b','));
    let mut client = None;
    for hop in hops {
        // Entries before something that is not an address are not believed.
        let Some(address) = address(hop) else { break };
        client = Some(address);
        if !trusted(address) {
            break;
        }
    }
    client
}

/// Parses `192.0.2.1` and `2001:db8::1`, also with brackets and a port, as some proxies write them.
fn address(hop: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(hop.trim_ascii()).ok()?;
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let address = bare.unwrap_or(text).parse().ok();
    let with_port = || text.parse().ok().map(|address: SocketAddr| address.ip());
    address
        .or_else(with_port)
        .map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use flashgate_wire::http::{HeadReader, HeadVerdict};

    #[track_caller]
    fn check(fields: &str, expected: Option<&str>) {
        let head = format!("GET / HTTP/1.1\r\nHost: a.test\r\n{fields}\r\n");
        let (HeadVerdict::Request(request), _) = HeadReader::default().feed(head.as_bytes()) else {
            panic!("expected a request: {fields}");
        };
        let trusted = |address: IpAddr| address.to_string().starts_with("10.");
        let found = client(&request, trusted).map(|address| address.to_string());
        assert_eq!(found.as_deref(), expected, "{fields}");
    }

    #[test]
    fn the_last_that_is_not_ours() {
        check("", None);
        check("X-Forwarded-For: 192.0.2.1\r\n", Some("192.0.2.1"));
        check(
            "X-Forwarded-For: 192.0.2.9, 192.0.2.1, 10.0.0.1\r\n",
            Some("192.0.2.1"),
        );
        check(
            "X-Forwarded-For: 192.0.2.9\r\nx-forwarded-for: 192.0.2.1,10.0.0.1\r\n",
            Some("192.0.2.1"),
        );
        check(
            "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 10.0.0.1\r\n",
            Some("192.0.2.1"),
        );
        check("X-Forwarded-For: [2001:db8::1]:80\r\n", Some("2001:db8::1"));
        check("X-Forwarded-For: ::ffff:192.0.2.1\r\n", Some("192.0.2.1"));
        check("X-Forwarded-For: 10.0.0.2, 10.0.0.1\r\n", Some("10.0.0.2"));
        check(
            "X-Forwarded-For: 192.0.2.1, unknown, 10.0.0.1\r\n",
            Some("10.0.0.1"),
        );
        check("X-Forwarded-For: 192.0.2.1,\r\n", None);
        check("X-Forwarded-For: unknown\r\n", None);
    }
}
