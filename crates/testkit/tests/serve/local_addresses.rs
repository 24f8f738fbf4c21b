//! Several policies on one machine: the local address of a connection picks the policy.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use testkit::client::{StreamEnd, fetch};
use testkit::daemon::Daemon;
use testkit::folder::Folder;
use testkit::namespace::Namespace;
use testkit::{binary, namespace, needs};

const LIMIT: Duration = Duration::from_secs(20);

/// Which of the policies an address serves: the first letter of the domain that it allows.
#[track_caller]
fn gives(address: &str, policy: char) {
    let heard = fetch(address.parse::<SocketAddr>().unwrap()).unwrap();
    assert_eq!(heard.end, StreamEnd::Fin, "{address}");
    let text = String::from_utf8(heard.bytes).unwrap();
    let domain = format!("domain=\"{policy}.test\"");
    assert!(
        text.contains(&domain),
        "{address}: expected {domain} in {text}"
    );
}

/// A config with policies `a`, `b` and `c`, each on the given addresses.
fn config(folder: &Folder, listeners: &[(&str, &str)]) -> PathBuf {
    let policies = ["a", "b", "c"].map(|policy| {
        format!("[policy.{policy}]\nrules = [{{ domain = \"{policy}.test\", ports = \"9339\" }}]\n")
    });
    let listeners = listeners.iter().map(|(addresses, policy)| {
        format!("[[listen]]\naddress = [{addresses}]\npolicy = \"{policy}\"\n")
    });
    let text: String = policies.into_iter().chain(listeners).collect();
    folder.file("flashgate.toml", text).unwrap()
}

/// A machine with addresses of both families, and a folder for its config.
fn machine() -> Option<(Namespace, Folder)> {
    if !needs::met(namespace::missing()) {
        return None;
    }
    binary::flashgate().unwrap();
    let network = Namespace::new().unwrap();
    for address in ["192.0.2.10/24", "192.0.2.11/24"] {
        network
            .ip(&["address", "add", address, "dev", "lo"])
            .unwrap();
    }
    for address in ["2001:db8::10/64", "2001:db8::11/64"] {
        network
            .ip(&["address", "add", address, "dev", "lo", "nodad"])
            .unwrap();
    }
    Some((network, Folder::new().unwrap()))
}

fn start(config: &PathBuf) -> Daemon {
    Daemon::builder()
        .args(["serve", "--config"])
        .args([config])
        .start()
        .unwrap()
}

/// Each address is bound separately.
#[test]
fn single_addresses() {
    let Some((network, folder)) = machine() else {
        return;
    };
    let listeners = [
        ("\"192.0.2.10:843\", \"[2001:db8::10]:843\"", "a"),
        ("\"192.0.2.11:843\", \"[2001:db8::11]:843\"", "b"),
    ];
    let path = config(&folder, &listeners);
    network
        .run(|| {
            let _daemon = start(&path);
            gives("192.0.2.10:843", 'a');
            gives("[2001:db8::10]:843", 'a');
            gives("192.0.2.11:843", 'b');
            gives("[2001:db8::11]:843", 'b');
        })
        .unwrap();
}

/// With a wildcard: its socket serves both, whichever wildcard it is, and in whatever order they are in the file.
#[test]
fn beside_a_wildcard() {
    let Some((network, folder)) = machine() else {
        return;
    };
    let wildcards = [
        vec![
            ("\"192.0.2.10:843\", \"[2001:db8::10]:843\"", "b"),
            ("\"[::]:843\"", "a"),
        ],
        vec![
            ("\"843\"", "a"),
            ("\"192.0.2.10:843\"", "b"),
            ("\"[2001:db8::10]:843\"", "b"),
        ],
        vec![
            ("\"0.0.0.0:843\", \"[::]:843\"", "a"),
            ("\"[2001:db8::10]:843\", \"192.0.2.10:843\"", "b"),
        ],
    ];
    for listeners in wildcards {
        let path = config(&folder, &listeners);
        network
            .run(|| {
                let mut daemon = start(&path);
                for general in ["127.0.0.1:843", "[::1]:843", "192.0.2.11:843"] {
                    gives(general, 'a');
                }
                gives("192.0.2.10:843", 'b');
                gives("[2001:db8::10]:843", 'b');
                let bound =
                    |line: &&String| line.contains("listening") && line.contains("policy=b");
                assert_eq!(daemon.log().iter().filter(bound).count(), 2);
            })
            .unwrap();
    }
}

/// A reload may give an address of a wildcard its own policy, another one, or none; the socket stays.
#[test]
fn reloaded() {
    let Some((network, folder)) = machine() else {
        return;
    };
    let path = config(&folder, &[("\"843\"", "a")]);
    network
        .run(|| {
            let mut daemon = start(&path);
            gives("192.0.2.10:843", 'a');
            for (listeners, expected) in [
                (vec![("\"843\"", "a"), ("\"192.0.2.10:843\"", "b")], 'b'),
                (vec![("\"192.0.2.10:843\"", "c"), ("\"843\"", "a")], 'c'),
                (vec![("\"843\"", "a")], 'a'),
            ] {
                config(&folder, &listeners);
                daemon.hang_up().unwrap();
                daemon.next_line_with("INFO reloaded", LIMIT).unwrap();
                gives("192.0.2.10:843", expected);
                gives("127.0.0.1:843", 'a');
            }
            // Changing to one of its addresses alone needs a restart, and the message says so.
            config(&folder, &[("\"192.0.2.10:843\"", "b")]);
            daemon.hang_up().unwrap();
            daemon.next_line_with("restart flashgate", LIMIT).unwrap();
            daemon.next_line_with("not reloaded", LIMIT).unwrap();
            gives("192.0.2.11:843", 'a');
        })
        .unwrap();
}
