//! A page that the policy does not admit. Its movie hears "connect" all the same, for that is what Ruffle says first; the
//! game's server hears nothing.

use browser::Movie;

use super::{LIMIT, Way, machine};

#[track_caller]
fn refused(way: Way, movie: Movie) {
    let Some(mut machine) = machine(way, "elsewhere.test", "") else {
        return;
    };
    let server = machine.server();
    let mut visit = machine.visit(movie);
    visit.wait_for("connect").expect("Ruffle's word");
    let events = visit.kinds_until("close").expect("an end");
    assert_eq!(events, ["close"]);
    let line = machine.daemon.wait_for_line("http://play.test", LIMIT);
    line.expect("a line that names the origin");
    assert!(machine.nobody_called(&server));
}

#[test]
fn at_the_gate() {
    refused(Way::Gate, Movie::Socket);
    refused(Way::Gate, Movie::Avm1);
}

#[test]
fn at_the_bridge() {
    refused(Way::Bridge, Movie::Socket);
    refused(Way::Bridge, Movie::XmlSocket);
}

#[test]
fn over_tls() {
    refused(Way::GateTls, Movie::Socket);
    refused(Way::BridgeTls, Movie::Socket);
}
