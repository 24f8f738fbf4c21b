//! The test vectors over real sockets, and other command lines that lead to the same verdict.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use testkit::needs;
use testkit::zoo::ScriptStep::{self, End, Hold, Read, ReadLine, Reset, Send, Wait};
use testkit::zoo::{Checked, Enclosure, Script, missing};

use super::report;

#[path = "../../../flash-policy/tests/vectors/table.rs"]
mod table;

use table::{Client, Deed, Movie, Server, Vector, vectors};

const ALL: &str =
    "<cross-domain-policy><allow-access-from domain=\"*\" to-ports=\"*\"/></cross-domain-policy>";

/// How many to run at a time; they wait most of the time.
const ABREAST: usize = 8;

#[test]
fn every_vector() {
    if !needs::met(missing()) {
        return;
    }
    let (all, next) = (vectors().collect::<Vec<_>>(), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..ABREAST {
            scope.spawn(|| {
                while let Some(vector) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match left_out(vector) {
                        Some(why) => println!("{} is skipped: {why}", vector.id),
                        None => check(vector),
                    }
                }
            });
        }
    });
}

/// What a vector contains that these sockets do not support.
fn left_out(vector: &Vector) -> Option<&'static str> {
    if vector.over_tls {
        Some("over_tls: servers with certificates are in `secure.rs`")
    } else if vector.client == Client::Ruffle {
        Some("client: its target is a WebSocket; those are in `ruffle.rs`")
    } else {
        None
    }
}

fn check(vector: &Vector) {
    let id = vector.id;
    let checked = checked(vector);
    let Some(expected) = vector.expected else {
        assert_eq!(checked.code(), Some(2), "{id}");
        assert!(checked.stderr().contains("a port from 1 to 65535"), "{id}");
        return;
    };
    let told = report(&checked);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    assert_eq!(
        [
            &told["verdict"],
            &told["reason"],
            &told["decided-by"]["source"]
        ]
        .map(text),
        [expected.verdict, expected.reason, expected.source],
        "{id}: {told:#}"
    );
    let steps = told["steps"].as_array().unwrap().iter();
    let asked = steps.filter(|step| step["action"] == "ask");
    let ports: Vec<_> = asked.filter_map(|step| step["port"].as_u64()).collect();
    let expected: Vec<_> = expected.asked.iter().copied().map(u64::from).collect();
    assert_eq!(ports, expected, "{id}: {told:#}");
}

/// Runs `flashgate check` with a vector's servers.
fn checked(vector: &Vector) -> Checked {
    let mut enclosure = Enclosure::empty(&["127.0.0.1"]).unwrap();
    let mut dropped = Vec::new();
    for (port, server) in servers(vector) {
        match script(server) {
            Some(script) => {
                let address = format!("127.0.0.1:{port}");
                enclosure.listen(&address, vec![script].leak()).unwrap();
            }
            None if server == Listener::Policies(Server::Filtered) => {
                dropped.push(format!("tcp dport {port} drop"));
            }
            None => {}
        }
    }
    let dropped: Vec<_> = dropped.iter().map(String::as_str).collect();
    enclosure.filter(&dropped).unwrap();
    let target = format!("srv.test:{}", vector.port);
    let arguments = [&[&target, "--format", "json"], &further(vector)[..]].concat();
    enclosure.check(&arguments).unwrap()
}

/// What listens on a port.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Listener {
    Policies(Server),
    /// A website with this as its `/crossdomain.xml`.
    Site(&'static str),
}

fn servers(vector: &Vector) -> BTreeMap<u16, Listener> {
    let mut servers = BTreeMap::new();
    if let Ok(port) = u16::try_from(vector.port) {
        servers.insert(port, Listener::Policies(vector.destination));
    }
    servers.insert(843, Listener::Policies(vector.master));
    let other = vector.other;
    servers.extend(other.map(|(port, text)| (port, Listener::Policies(Server::Says(text, 0)))));
    servers.extend(vector.site.map(|text| (80, Listener::Site(text))));
    servers
}

/// What it does with a connection; `None` if there is no connection.
fn script(listener: Listener) -> Option<Script> {
    let steps = match listener {
        Listener::Policies(Server::Filtered | Server::Refuses) => return None,
        Listener::Policies(Server::Silent) => vec![Hold],
        Listener::Policies(Server::Ends) => vec![Read, End],
        Listener::Policies(Server::Says(text, wait)) => {
            vec![Read, Wait(wait), sends(format!("{text}\0")), End]
        }
        Listener::Policies(Server::Does(deeds)) => does(deeds),
        Listener::Site(text) => {
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n";
            vec![ReadLine, sends(format!("{head}{text}")), End]
        }
    };
    Some(steps.leak())
}

fn does(deeds: &[(u64, Deed)]) -> Vec<ScriptStep> {
    let (mut steps, mut now) = (vec![Read], 0);
    for (at, deed) in deeds {
        steps.push(Wait(at - now));
        now = *at;
        steps.push(match deed {
            Deed::Says(text) => Send(text.as_bytes()),
            Deed::Fin => End,
            Deed::Rst => Reset,
        });
    }
    if !deeds
        .iter()
        .any(|(_, deed)| matches!(deed, Deed::Fin | Deed::Rst))
    {
        steps.push(Hold);
    }
    steps
}

/// Leaked, because a run has few tests.
fn sends(text: String) -> ScriptStep {
    Send(text.leak().as_bytes())
}

/// The arguments besides the target.
fn further(vector: &Vector) -> Vec<&'static str> {
    let mut arguments = match vector.movie {
        Movie::Remote(url) => vec!["--from", url],
        Movie::LocalWithNetwork => vec!["--sandbox", "local-with-network"],
        Movie::LocalWithFile => vec!["--sandbox", "local-with-file"],
        Movie::LocalTrusted => vec!["--sandbox", "local-trusted"],
        Movie::Application => vec!["--sandbox", "application"],
    };
    arguments.extend(match vector.client {
        Client::Flash(version) => ["--player", version],
        Client::Lightspark => ["--client", "lightspark"],
        Client::Ruffle => ["--client", "ruffle"],
    });
    if vector.secure_socket {
        arguments.push("--secure-socket");
    }
    if let Some(location) = vector.loads {
        arguments.extend(["--load-policy", location]);
    }
    arguments
}

fn serves_all() -> &'static [Script] {
    let script = script(Listener::Policies(Server::Says(ALL, 0))).unwrap();
    vec![script].leak()
}

/// Players from version 24 on reportedly block some ports. This is reported with its certainty, and the policy still
/// decides the verdict.
#[test]
fn a_blocked_port() {
    if !needs::met(missing()) {
        return;
    }
    let (late, early): (&[&str], &[&str]) = (&["--player", "WIN 24,0,0,186"], &["--player", "23"]);
    for (port, further, is_told) in [
        (6667, late, true),
        (22, late, true),
        (6667, &[], true),
        (6667, early, false),
        (9339, late, false),
    ] {
        let mut enclosure = Enclosure::empty(&["127.0.0.1"]).unwrap();
        enclosure.listen("127.0.0.1:843", serves_all()).unwrap();
        let address = format!("127.0.0.1:{port}");
        enclosure.listen(&address, &[&[Read, End]]).unwrap();
        let target = format!("srv.test:{port}");
        let from = ["--from", "http://a.test/", "--format", "json"];
        let arguments = [&[target.as_str()], &from[..], further].concat();
        let told = report(&enclosure.check(&arguments).unwrap());
        assert_eq!(told["verdict"], "allowed", "{told:#}");
        let has = |list: &str, id: &str| {
            let mut list = told[list].as_array().unwrap().iter();
            list.any(|entry| entry["id"] == id)
        };
        assert_eq!(
            (
                has("findings", "port-blocked-by-player"),
                has("not-known", "blocked-port")
            ),
            (is_told, is_told),
            "{told:#}"
        );
    }
}

/// A target in the format of a player's own messages, and a version as the player reports it.
#[test]
fn what_gets_pasted() {
    if !needs::met(missing()) {
        return;
    }
    let mut enclosure = Enclosure::empty(&["127.0.0.1"]).unwrap();
    enclosure.listen("127.0.0.1:843", serves_all()).unwrap();
    enclosure.listen("127.0.0.1:5000", &[&[Read, End]]).unwrap();
    let targets = ["xmlsocket://srv.test:5000", "XMLSocket://srv.test:5000/"];
    let versions = [
        "WIN 32,0,0,465",
        "LNX 11,2,202,644",
        "MAC 10,1,53,64",
        "32,0,0,465",
        "32.0.0.465",
    ];
    for target in targets {
        for version in versions {
            let arguments = [
                target,
                "--from",
                "http://a.test/",
                "--player",
                version,
                "--format",
                "json",
            ];
            let told = report(&enclosure.check(&arguments).unwrap());
            assert_eq!(told["reason"], "granted", "{target} {version}: {told:#}");
        }
    }
}
