//! A gate on a range of ports, as clients and an operator see it.

use std::net::SocketAddr;

use testkit::backend::{Absent, BackendBehaviour};
use testkit::client::TestClient;
use testkit::port;
use testkit::websocket::{WebSocketClient, ask};

use super::{LIMIT, start};

const PORTS: u16 = 3;

/// Each port of the range leads to its own server, with one policy for all.
#[test]
fn each_port_has_its_server() {
    let first = port::free_range(usize::from(PORTS)).unwrap();
    let servers = port::free_range(usize::from(PORTS)).unwrap();
    let last = PORTS - 1;
    let mut running = start(&format!(
        "hosts = [\"play.test\"]\n[policy.p]\nrules = [{{ domain = \"a.test\" }}]\n\
         [[gate]]\nname = \"penguin\"\naddress = \"127.0.0.1:{first}-{}\"\nbackend = \"127.0.0.1:{servers}-{}\"\n\
         send-proxy = \"v1\"\n[bridge]\naddress = \"127.0.0.1:0\"\npath = \"/{{name}}\"\n\
         [admin]\naddress = \"127.0.0.1:0\"\n",
        first + last,
        servers + last,
    ));
    let policy = format!("to-ports=\"{first},{},{}\"", first + 1, first + last);
    let log = running.daemon.log().to_vec();
    let bridge = log.iter().find(|line| line.contains("gates=")).unwrap();
    let bridge = testkit::daemon::address_in(bridge).unwrap();
    for nth in 0..PORTS {
        let address = SocketAddr::from(([127, 0, 0, 1], first + nth));
        let mut client = TestClient::connect(address).unwrap();
        client.send(testkit::load::REQUEST);
        let reply = String::from_utf8(client.hear().bytes).unwrap();
        assert!(reply.contains(&policy), "{reply}");
        let named = format!("gate=penguin-{}", first + nth);
        assert!(log.iter().any(|line| line.contains(&named)), "{log:?}");
        // Only this server is there: the others' clients would be closed.
        let at = SocketAddr::from(([127, 0, 0, 1], servers + nth));
        let backend = Absent::reserve(at)
            .unwrap()
            .appear(BackendBehaviour::Record)
            .unwrap();
        let mut client = TestClient::connect(address).unwrap();
        client.send(b"LOGIN\0");
        client.half_close().unwrap();
        let record = backend.record(LIMIT).unwrap().bytes;
        let record = String::from_utf8(record).unwrap();
        assert!(
            record.starts_with("PROXY TCP4 127.0.0.1 ") && record.ends_with("LOGIN\0"),
            "{record}"
        );
        let path = format!("/penguin-{}", first + nth);
        WebSocketClient::open(bridge, &path, Some("http://a.test"))
            .unwrap()
            .half_close()
            .unwrap();
        assert!(backend.record(LIMIT).unwrap().bytes.starts_with(b"PROXY "));
    }
    let (json, _) = ask(bridge, "GET /ruffle.json HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    for nth in 0..PORTS {
        let (port, name) = (
            format!("\"port\": {}", first + nth),
            format!("/penguin-{}\"", first + nth),
        );
        assert!(
            json.body.contains(&port) && json.body.contains(&name),
            "{}",
            json.body
        );
    }
}
