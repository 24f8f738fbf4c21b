//! The player over real sockets.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener};
use std::thread;
use std::time::Duration;

use flash_policy::decide::{Place, RefusalReason, Sandbox};
use flash_policy::player::{
    Attempt, AttemptError, Config, ConnectionEnd, Purpose, Reason, SocketClass, Verdict, attempt,
};
use flash_policy::{PlayerVersion, Port, REQUEST};

/// A port whose listener is gone, so it refuses connections.
fn closed_port() -> Port {
    port_of(&TcpListener::bind("127.0.0.1:0").unwrap())
}

fn port_of(listener: &TcpListener) -> Port {
    let port = listener.local_addr().unwrap().port();
    Port::new(port).unwrap()
}

/// A server that answers the first connection with this, after it has received the request. It keeps its listener.
fn answering(answer: &'static [u8]) -> Port {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = port_of(&listener);
    thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let mut request = [0; REQUEST.len()];
        client.read_exact(&mut request).unwrap();
        assert_eq!(&request, REQUEST);
        client.write_all(answer).unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        // The next client gets no answer until the process ends.
        let next = listener.accept();
        thread::park();
        drop((next, client));
    });
    port
}

fn config(master: Port, target: Port) -> Config {
    let movie = Sandbox::Remote("http://www.a.test/game.swf".parse().unwrap());
    Config::new(movie, "127.0.0.1".parse().unwrap(), target).master_port(master)
}

fn verdict(attempt: &Attempt) -> (Verdict, Reason) {
    (attempt.outcome.verdict, attempt.outcome.reason)
}

const GRANT: &[u8] =
    b"<cross-domain-policy><allow-access-from domain='*' to-ports='*'/></cross-domain-policy>\0";

#[test]
fn the_destination_grants() {
    let (master, target) = (closed_port(), answering(GRANT));
    let attempt = attempt(config(master, target)).unwrap();
    assert_eq!(verdict(&attempt), (Verdict::Allowed, Reason::Granted));
    let ends = attempt.steps.iter().map(|step| step.end.unwrap().0);
    let expected = [
        ConnectionEnd::Refused,
        ConnectionEnd::Nul,
        ConnectionEnd::Connected,
    ];
    assert!(ends.eq(expected), "{:#?}", attempt.steps);
    let purpose = attempt.steps[1].fetch.purpose;
    assert_eq!(purpose, Purpose::Policy(Place::Destination));
    assert_eq!(attempt.steps[1].document, GRANT[..GRANT.len() - 1]);
}

#[test]
fn the_master_refuses() {
    let master = answering(b"<cross-domain-policy><site-control permitted-cross-domain-policies='none'/></cross-domain-policy>\0");
    let attempt = attempt(config(master, closed_port())).unwrap();
    let reason = Reason::Refused(RefusalReason::MetaPolicyNone);
    assert_eq!(verdict(&attempt), (Verdict::Denied, reason));
}

#[test]
fn nothing_answers() {
    let attempt = attempt(config(closed_port(), closed_port())).unwrap();
    let reason = Reason::Refused(RefusalReason::NoPolicy);
    assert_eq!(verdict(&attempt), (Verdict::Denied, reason));
}

/// A server that never answers costs the movie's whole time, and no more than that.
#[test]
fn silence() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let config = config(port_of(&listener), closed_port()).timeout(Duration::from_millis(50));
    let attempt = attempt(config).unwrap();
    assert_eq!(verdict(&attempt), (Verdict::Denied, Reason::Timeout));
    assert_eq!(attempt.outcome.elapsed, Duration::from_millis(50));
}

#[test]
fn what_needs_more_than_tcp() {
    let port = closed_port();
    let mut secure = config(port, port);
    secure.socket = SocketClass::Secure;
    assert!(matches!(attempt(secure), Err(AttemptError::Tls)));
    let mut old = config(port, port);
    old.version = PlayerVersion::new(7, 0, 0).unwrap();
    assert!(matches!(attempt(old), Err(AttemptError::Http)));
}
