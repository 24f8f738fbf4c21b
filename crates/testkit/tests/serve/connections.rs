//! The table of connections that the libraries are tested with: the daemon agrees.

use testkit::client::{StreamEnd, TestClient};
use testkit::daemon::{Daemon, POLICY};

#[path = "../../../flash-policy/tests/vectors/connections.rs"]
mod table;

use table::{CONNECTIONS, ConnectionEnd};

#[test]
fn every_connection_of_the_table() {
    let daemon = Daemon::serve(["--allow", "a.test:80"]).unwrap();
    for connection in CONNECTIONS {
        let mut client = TestClient::connect(daemon.address()).unwrap();
        for part in connection.parts {
            if !part.is_empty() {
                client.send(part);
            }
        }
        if connection.ends {
            client.half_close().unwrap();
        }
        let heard = client.hear();
        let expected = match connection.outcome {
            ConnectionEnd::Answered => [POLICY, b"\0"].concat(),
            ConnectionEnd::Other | ConnectionEnd::Tls | ConnectionEnd::End => Vec::new(),
        };
        assert_eq!(heard.bytes, expected, "{connection:?}");
        if connection.outcome == ConnectionEnd::Answered {
            assert_eq!(heard.end, StreamEnd::Fin, "{connection:?}");
        }
    }
}
