//! Movies that pass `null` as the host, which Flash Player treats as the movie's own host.

use browser::TestMovie;

use super::{Machine, Way, converse, machine, needs, start};

/// Every kind of movie for which Ruffle supports it.
const MOVIES: [TestMovie; 2] = [TestMovie::Socket, TestMovie::Avm1];

#[track_caller]
fn connects(machine: Option<Machine>) {
    let Some(machine) = machine else {
        return;
    };
    let server = machine.server();
    for movie in MOVIES {
        let mut visit = machine.visit_unnamed(movie);
        let stream = converse(&mut visit, movie, &server);
        drop(stream);
        visit.wait_for("close").expect("the server's end");
    }
}

/// A page that is loaded by IP address, with or without names in the config.
#[track_caller]
fn connects_by_address(hosts: &str, more: &str) {
    if !needs::met(browser::missing()) {
        return;
    }
    let config = format!(
        "hosts = [{hosts}]\n[policy.default]\nrules = [{{ domain = \"127.0.0.1\" }}]\n[[gate]]\n\
         address = \"127.0.0.1:9339\"\nbackend = \"127.0.0.1:9340\"\n{more}"
    );
    let site = "http://127.0.0.1:9339";
    connects(Some(start(&config, "http://127.0.0.1", "127.0.0.1", site)));
}

#[test]
fn in_a_page_reached_by_name() {
    connects(machine(Way::Gate, "play.test", ""));
}

#[test]
fn in_a_page_reached_by_name_over_the_bridge() {
    connects(machine(Way::BridgeTls, "play.test", ""));
}

#[test]
fn in_a_page_reached_by_address() {
    connects_by_address("", "");
    connects_by_address("\"game.test\"", "");
}

#[test]
fn in_a_page_reached_by_address_over_the_bridge() {
    let bridge = "[bridge]\naddress = \"127.0.0.1:8080\"\npublic-url = \"ws://game.test:8080\"\n";
    connects_by_address("", bridge);
}

/// Ruffle 0.6.0 throws before it reads the page's list, so no config helps.
#[test]
fn an_xml_socket_of_actionscript_3_throws() {
    let Some(machine) = machine(Way::Gate, "play.test", "") else {
        return;
    };
    let mut visit = machine.visit_unnamed(TestMovie::XmlSocket);
    let thrown = visit.wait_for("thrown").expect("a movie that starts");
    assert!(thrown.contains("#1006"), "{thrown}");
}
