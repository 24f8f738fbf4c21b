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

/// Checks that the gate answers a policy request, with one rule for `www.example.com`.
#[track_caller]
pub(crate) fn allows(to: SocketAddr, ports: &str) {
    let heard = fetch(to).unwrap();
    let text = String::from_utf8(heard.bytes).unwrap();
    let rule = format!("<allow-access-from domain=\"www.example.com\" to-ports=\"{ports}\"/>");
    assert!(text.contains(&rule) && text.ends_with('\0'), "{text:?}");
    assert_eq!(text.matches("<allow-access-from").count(), 1, "{text}");
    assert_eq!(heard.end, StreamEnd::Fin);
}
