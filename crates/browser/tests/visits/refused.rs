//! A page that the policy does not allow. Its movie still gets a "connect" event, because Ruffle sends that first, but
//! the game's server receives nothing.

use browser::TestMovie;

use super::{LIMIT, Way, machine};

#[track_caller]
fn refused(way: Way, movie: TestMovie) {
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
    refused(Way::Gate, TestMovie::Socket);
    refused(Way::Gate, TestMovie::Avm1);
}

#[test]
fn at_the_bridge() {
    refused(Way::Bridge, TestMovie::Socket);
    refused(Way::Bridge, TestMovie::XmlSocket);
}

#[test]
fn over_tls() {
    refused(Way::GateTls, TestMovie::Socket);
    refused(Way::BridgeTls, TestMovie::Socket);
}
