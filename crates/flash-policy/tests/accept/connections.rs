//! The shared table of connections, with a simulated client and clock.

use flash_policy::accept::StreamKind;

use crate::world::{Client, End, config, reply};

#[path = "../vectors/connections.rs"]
mod table;

use table::{CONNECTIONS, Connection, ConnectionEnd};

#[test]
fn every_connection_of_the_table() {
    for connection in CONNECTIONS {
        for together in [false, true] {
            check(&connection, together);
        }
    }
}

fn check(connection: &Connection, together: bool) {
    let mut client = Client::new();
    let mut at = 0;
    for part in connection.parts {
        client = client.says(at, part);
        at += if together { 0 } else { 10 };
    }
    let client = if connection.ends {
        client.ends(at)
    } else {
        client
    };
    let met = client.meets(&config());
    let kind = match met.end {
        End::Closed(_) => {
            assert_eq!(met.sent, reply().as_bytes());
            return assert_eq!(connection.outcome, ConnectionEnd::Answered);
        }
        End::HandedOn(first) => StreamKind::from(first),
        End::Aborted(reason) => panic!("{connection:?}: {reason:?}"),
    };
    let expected = match connection.outcome {
        ConnectionEnd::Answered => panic!("{connection:?}: {kind:?}"),
        ConnectionEnd::Other => StreamKind::Other,
        ConnectionEnd::Tls => StreamKind::Tls,
        ConnectionEnd::End => StreamKind::End,
    };
    assert_eq!(kind, expected, "{connection:?}");
}
