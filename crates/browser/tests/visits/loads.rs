//! A page of one site loads `/crossdomain.xml` of another: by itself, and in a movie with `URLLoader`. The browser allows
//! it if the policy does.

use browser::TestMovie;

use super::{Way, machine};

const HTTP: &str = "[http]\naddress = \"127.0.0.1:8081\"\ncrossdomain = \"default\"\n";

/// The address of `[http]`, and a gate.
const FILES: [&str; 2] = [
    "http://game.test:8081/crossdomain.xml",
    "http://game.test:9339/crossdomain.xml",
];

#[test]
fn with_a_grant() {
    let Some(machine) = machine(Way::Gate, "play.test", HTTP) else {
        return;
    };
    let server = machine.server();
    let mut visit = machine.visit(TestMovie::Socket);
    visit.wait_for("started").expect("a movie that starts");
    for file in FILES {
        for (call, event) in [("fetch", "fetched"), ("load", "loaded")] {
            visit.call(call, file);
            let text = visit.wait_for(event).expect("the file");
            assert!(
                text.contains("domain=\"play.test\"/>"),
                "{call} {file}: {text}"
            );
        }
    }
    drop(server);
}

#[test]
fn without_one() {
    let Some(machine) = machine(Way::Gate, "elsewhere.test", HTTP) else {
        return;
    };
    let server = machine.server();
    let mut visit = machine.visit(TestMovie::Socket);
    visit.wait_for("started").expect("a movie that starts");
    for file in FILES {
        for (call, event) in [("fetch", "not-fetched"), ("load", "not-loaded")] {
            visit.call(call, file);
            visit.wait_for(event).expect("an error");
        }
    }
    drop(server);
}
