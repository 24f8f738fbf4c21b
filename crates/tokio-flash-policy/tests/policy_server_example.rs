//! The policy server example: it answers policy requests, closes every other connection, and says where a mistake is.

#![cfg(test)]

use flash_policy::{Policy, Port, REQUEST, Reply, Serving};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_flash_policy::{Listener, PolicyAcceptor};

#[path = "../examples/policy_server.rs"]
#[expect(dead_code, reason = "the test starts the server without `main`")]
mod example;

#[tokio::test]
async fn policies_only() {
    let reply = Reply::new(&Policy::new().allow("*", 9339).unwrap()).unwrap();
    let listener = Listener::bind("127.0.0.1:0", PolicyAcceptor::new(reply.clone()));
    let listener = listener.await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(example::serve(listener));

    for (sent, expected) in [
        (&REQUEST[..], reply.as_bytes()),
        (b"LOGIN", b""),
        (REQUEST, reply.as_bytes()),
    ] {
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(sent).await.unwrap();
        let mut heard = Vec::new();
        client.read_to_end(&mut heard).await.unwrap();
        assert_eq!(heard, expected);
    }
}

#[test]
fn mistakes_have_a_place() {
    let file = b"<cross-domain-policy>\n  <allow-access-from domain=\"a.test\" to-ports=\"\"/>\n</cross-domain-policy>";
    let mistakes = example::mistakes(file, Serving::from_port(Port::MASTER));
    let places: Vec<_> = mistakes
        .iter()
        .map(|mistake| mistake.split_once("]: ").unwrap().0)
        .collect();
    assert_eq!(places, ["2:48: error[empty-to-ports"]);
}

/// For a trial on another port, a policy is checked as one for the port that players connect to.
#[test]
fn the_port_of_players() {
    let file =
        b"<cross-domain-policy><allow-access-from domain='a.test' to-ports='80'/></cross-domain-policy>";
    let mistakes = |arguments: &[&str]| {
        let arguments: Vec<_> = arguments.iter().map(Into::into).collect();
        let (address, served) = example::places(&arguments).unwrap();
        (address.to_string(), example::mistakes(file, served).len())
    };
    assert_eq!(mistakes(&[]), ("0.0.0.0:843".to_owned(), 0));
    assert_eq!(
        mistakes(&["127.0.0.1:8430"]),
        ("127.0.0.1:8430".to_owned(), 1)
    );
    assert_eq!(
        mistakes(&["127.0.0.1:8430", "843"]),
        ("127.0.0.1:8430".to_owned(), 0)
    );

    let error = |arguments: &[&str]| {
        let arguments: Vec<_> = arguments.iter().map(Into::into).collect();
        example::places(&arguments).unwrap_err()
    };
    assert_eq!(
        error(&["localhost"]),
        "ADDRESS:PORT `localhost`: invalid socket address syntax"
    );
    let port = error(&["127.0.0.1:8430", "x"]);
    assert!(port.starts_with("port `x`: expected "), "{port}");
}
