//! The beginning of a protocol: what a client sends, what the server answers, and both ways to say it.

use std::net::SocketAddr;

use testkit::client::{StreamEnd, TestClient, fetch};
use testkit::websocket::WebSocketClient;

/// The page that the recipes allow.
pub(crate) const ORIGIN: &str = "http://www.example.com";

/// One message of a client, and the server's answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opening {
    pub(crate) client: &'static [u8],
    pub(crate) server: &'static [u8],
}

impl Opening {
    /// Speaks as a player does, over TCP.
    #[track_caller]
    pub(crate) fn over_tcp(&self, to: SocketAddr) {
        let mut client = TestClient::connect(to).unwrap();
        assert!(client.send(self.client));
        let mut answer = vec![0; self.server.len()];
        client.read_exact(&mut answer).unwrap();
        assert_eq!(answer, self.server);
    }

    /// Speaks as a page with Ruffle does.
    #[track_caller]
    pub(crate) fn over_websocket(&self, to: SocketAddr, path: &str) {
        let mut client = WebSocketClient::open(to, path, Some(ORIGIN)).unwrap();
        assert!(client.say(self.client));
        let answer = client.read(self.server.len()).unwrap();
        assert_eq!(answer, self.server);
    }
}

/// Checks that the gate answers a policy request, with one rule: `www.example.com` may connect to these ports.
#[track_caller]
pub(crate) fn allows(to: SocketAddr, ports: &[u16]) {
    let heard = fetch(to).unwrap();
    let text = String::from_utf8(heard.bytes).unwrap();
    let (_, rule) = text
        .split_once("<allow-access-from domain=\"www.example.com\" to-ports=\"")
        .unwrap();
    let (list, rest) = rule.split_once("\"/>").unwrap();
    assert_eq!(listed(list), ports, "{text}");
    assert_eq!(rest, "</cross-domain-policy>\0", "{text}");
    assert_eq!(heard.end, StreamEnd::Fin);
}

/// The ports of a list such as `6112,9875-9878`.
fn listed(text: &str) -> Vec<u16> {
    let ports = |part: &str| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        first.parse::<u16>().unwrap()..=last.parse().unwrap()
    };
    text.split(',').flat_map(ports).collect()
}
