//! Every kind of movie connects, sends and receives, over every kind of connection.

use browser::TestMovie;

use super::{Way, converse, machine};

#[track_caller]
fn connects(way: Way, movies: &[TestMovie]) {
    let Some(machine) = machine(way, "play.test", "") else {
        return;
    };
    let server = machine.server();
    for movie in movies {
        let mut visit = machine.visit(*movie);
        let stream = converse(&mut visit, *movie, &server);
        drop(stream);
        visit.wait_for("close").expect("the server's end");
    }
}

const ALL: [TestMovie; 3] = [TestMovie::Socket, TestMovie::XmlSocket, TestMovie::Avm1];

#[test]
fn through_the_gate() {
    connects(Way::Gate, &ALL);
}

#[test]
fn through_the_bridge() {
    connects(Way::Bridge, &ALL);
}

#[test]
fn through_the_gate_over_tls() {
    connects(Way::GateTls, &[TestMovie::Socket, TestMovie::Avm1]);
}

#[test]
fn through_the_bridge_over_tls() {
    connects(Way::BridgeTls, &ALL);
}
