//! Each client's policy in the place of each other client: what the document is, and what is needed, is the first
//! finding.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use testkit::needs;
use testkit::zoo::ScriptStep::{End, Read, ReadLine, ReadOnly, Send};
use testkit::zoo::{Enclosure, Script, ScriptStep, missing};

use super::{ids, report};

const FLASH_SOCKET: &str = "<cross-domain-policy><allow-access-from domain=\"a.test\" to-ports=\"4502\"/></cross-domain-policy>";
const FLASH_URL: &str =
    "<cross-domain-policy><allow-access-from domain=\"a.test\"/></cross-domain-policy>";
const SILVERLIGHT: &str = "<access-policy><cross-domain-access><policy><allow-from><domain uri=\"http://a.test\"/></allow-from><grant-to><socket-resource port=\"4502\" protocol=\"tcp\"/></grant-to></policy></cross-domain-access></access-policy>";
const SILVERLIGHT_HTTP: &str = "<access-policy><cross-domain-access><policy><allow-from><domain uri=\"http://a.test\"/></allow-from><grant-to><resource path=\"/\" include-subpaths=\"true\"/></grant-to></policy></cross-domain-access></access-policy>";
const PAGE: &str = "<!DOCTYPE html>\n<html><body><p>Not found</body></html>";

const DOCUMENTS: [(&str, &str); 6] = [
    ("flash-socket", FLASH_SOCKET),
    ("flash-url", FLASH_URL),
    ("silverlight", SILVERLIGHT),
    ("silverlight-http", SILVERLIGHT_HTTP),
    ("page", PAGE),
    ("empty", ""),
];

/// A client, where it asks, the flags, and what it needs there.
struct Asking {
    port: u16,
    flags: &'static [&'static str],
    name: &'static str,
    needs: &'static str,
    /// The documents that are right, or not wrong in this way.
    takes: &'static [&'static str],
}

const SOCKET: &str = "a `<cross-domain-policy>` whose rules have `to-ports`";
const ACCESS: &str = "an `<access-policy>` with a `<socket-resource>`";

const CLIENTS: [Asking; 6] = [
    Asking {
        port: 843,
        flags: &[],
        name: "Flash Player",
        needs: SOCKET,
        takes: &["flash-socket"],
    },
    Asking {
        port: 843,
        flags: &["--client", "unity"],
        name: "Unity's web player",
        needs: SOCKET,
        takes: &["flash-socket"],
    },
    Asking {
        port: 843,
        flags: &["--client", "lightspark"],
        name: "Lightspark",
        needs: SOCKET,
        takes: &["flash-socket"],
    },
    Asking {
        port: 943,
        flags: &["--client", "silverlight"],
        name: "Silverlight",
        needs: ACCESS,
        takes: &["silverlight"],
    },
    Asking {
        port: 80,
        flags: &[
            "--client",
            "silverlight",
            "--load-policy",
            "http://srv.test/clientaccesspolicy.xml",
        ],
        name: "Silverlight",
        needs: ACCESS,
        takes: &["silverlight"],
    },
    Asking {
        port: 80,
        flags: &[
            "--player",
            "9.0.47",
            "--load-policy",
            "http://srv.test/crossdomain.xml",
        ],
        name: "Flash Player",
        needs: "a `<cross-domain-policy>`",
        takes: &["flash-socket", "flash-url"],
    },
];

/// What a document is, in the message.
fn kind(document: &str) -> &'static str {
    match document {
        "flash-socket" => "serves a Flash policy for sockets",
        "flash-url" => "serves a Flash policy for URLs",
        "silverlight" => "serves a Silverlight policy (",
        "silverlight-http" => "serves a Silverlight policy for URLs",
        "page" => "serves a web page (HTML)",
        _ => "serves an empty document",
    }
}

/// Runs a check against a server that serves this document to this client.
fn checked(document: &'static str, asking: &Asking) -> Value {
    let mut enclosure = Enclosure::empty(&["127.0.0.1"]).unwrap();
    let script = match asking.port {
        80 => {
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n";
            vec![ReadLine, sends(format!("{head}{document}")), End]
        }
        943 => vec![ReadOnly(22), sends(document.to_owned()), End],
        _ => vec![Read, sends(format!("{document}\0")), End],
    };
    let turns: &'static [Script] = vec![&*script.leak()].leak();
    let address = format!("127.0.0.1:{}", asking.port);
    enclosure.listen(&address, turns).unwrap();
    // It closes after a policy request, so that Lightspark does not wait for it.
    enclosure.listen("127.0.0.1:4502", &[&[Read, End]]).unwrap();
    let fixed = [
        "srv.test:4502",
        "--from",
        "http://a.test/",
        "--format",
        "json",
    ];
    let arguments = [&fixed[..], asking.flags].concat();
    report(&enclosure.check(&arguments).unwrap())
}

/// Leaked, because scripts are static and a run has few of them.
fn sends(text: String) -> ScriptStep {
    Send(text.leak().as_bytes())
}

#[test]
fn each_document_for_each_client() {
    if !needs::met(missing()) {
        return;
    }
    let clients = || CLIENTS.iter();
    let all: Vec<_> = DOCUMENTS
        .iter()
        .flat_map(|document| clients().map(move |asking| (document, asking)))
        .collect();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| {
                while let Some(((document, text), asking)) =
                    all.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    one(document, text, asking);
                }
            });
        }
    });
}

#[track_caller]
fn one(document: &str, text: &'static str, asking: &Asking) {
    let told = checked(text, asking);
    let cell = format!("{document} for {:?}: {told:#}", asking.flags);
    if asking.takes.contains(&document) {
        let wrong = ["wrong-kind-of-policy", "web-page-as-policy", "empty-policy"];
        assert!(!ids(&told).iter().any(|id| wrong.contains(id)), "{cell}");
        let is_for_unity = asking.flags.contains(&"unity");
        assert_eq!(told["reason"] == "granted", !is_for_unity, "{cell}");
        return;
    }
    assert_eq!(told["verdict"], "denied", "{cell}");
    let first = &told["findings"][0];
    let text = |key: &str| first[key].as_str().unwrap();
    let remedy = text("remedy");
    if document == "empty" && asking.port == 943 {
        // Without a NUL, an empty document is no byte at all.
        assert_eq!(text("id"), "closed-without-reply", "{cell}");
        assert!(
            first["notes"][0].as_str().unwrap().contains("empty file"),
            "{cell}"
        );
    } else {
        let id = match document {
            "page" => "web-page-as-policy",
            "empty" => "empty-policy",
            _ => "wrong-kind-of-policy",
        };
        assert_eq!(text("id"), id, "{cell}");
        let message = text("message");
        let needs = format!("; {} needs {}", asking.name, asking.needs);
        assert!(message.contains(kind(document)), "{cell}");
        assert!(message.ends_with(&needs), "{cell}");
    }
    let right = match (document, asking.name) {
        ("silverlight-http", "Silverlight") => {
            "add `<socket-resource port=\"4502\" protocol=\"tcp\"/>`"
        }
        (_, "Silverlight") => "`flashgate policy --dialect silverlight --allow 'a.test:4502'`",
        ("flash-url", _) => "add `to-ports=\"4502\"`",
        (_, "Unity's web player") => "`flashgate serve --allow '*:4502'`",
        _ if asking.port == 80 => "`<allow-access-from domain=\"a.test\"/>`",
        _ => "`flashgate serve --allow 'a.test:4502'`",
    };
    assert!(remedy.contains(right), "{cell}");
}
