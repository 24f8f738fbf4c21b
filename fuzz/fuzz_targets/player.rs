//! Whatever servers do, and in whatever order it is reported, an attempt ends in time, and its outcome does not change.
#![no_main]

use std::time::Duration;

use flash_policy::decide::Sandbox;
use flash_policy::player::{Action, Client, Config, Event, FetchId, Player};
use flash_policy::{Moment, Port};
use libfuzzer_sys::fuzz_target;

const CLIENTS: [Client; 5] = [
    Client::Flash,
    Client::Lightspark,
    Client::Unity,
    Client::Silverlight,
    Client::Ruffle,
];
const VERSIONS: [&str; 7] = ["6", "8", "9.0.47", "9.0.115", "9.0.124", "10", "32"];
const LOCATIONS: [&str; 6] = [
    "xmlsocket://srv.test:843",
    "xmlsocket://srv.test:100",
    "xmlsocket://srv.test:5000",
    "http://srv.test/crossdomain.xml",
    "http://srv.test/other.xml",
    "http://srv.test/clientaccesspolicy.xml",
];

fuzz_target!(|bytes: &[u8]| {
    let Some((head, mut rest)) = bytes.split_at_checked(4) else {
        return;
    };
    let mut player = Player::new(config(head), Moment::ZERO);
    let mut ids: Vec<FetchId> = Vec::new();
    let mut now = Moment::ZERO;
    while let Some(([which, kind, wait], after)) = rest.split_first_chunk() {
        if let Action::Connect(fetch) = player.poll(now) {
            assert!(fetch.deadline <= player.budget_end());
            ids.push(fetch.id);
        }
        now = now + Duration::from_millis(u64::from(*wait) * 16);
        let (event, after) = event(*kind, after);
        if let Some(id) = ids.get(usize::from(*which)) {
            player.handle(*id, event, now);
        }
        rest = after;
    }
    let end = player.budget_end();
    // More polls than there can be fetches.
    let outcome = (0..20).find_map(|_| match player.poll(end) {
        Action::Done(outcome) => Some(outcome),
        _ => None,
    });
    let outcome = outcome.expect("the attempt has ended");
    assert!(outcome.elapsed <= player.config().timeout);
    let later = end + Duration::from_secs(1);
    assert_eq!(player.poll(later), Action::Done(outcome));
});

/// One of a few configurations, so that most bytes describe what servers do.
fn config(head: &[u8]) -> Config {
    let [client, version, port, loaded] = [0, 1, 2, 3].map(|at| usize::from(head[at]));
    let movie = "http://a.test/game.swf".parse().expect("an origin");
    let ports = [5000, 80, 843, 4502];
    let mut config = Config::new(
        Sandbox::Remote(movie),
        "srv.test".parse().expect("a host"),
        Port::new(ports[port % ports.len()]).expect("a port"),
    );
    config.client = CLIENTS[client % CLIENTS.len()];
    config.version = VERSIONS[version % VERSIONS.len()]
        .parse()
        .expect("a version");
    let locations = LOCATIONS.iter().enumerate();
    config.loaded = locations
        .filter(|(at, _)| loaded >> at & 1 == 1)
        .map(|(_, location)| location.parse().expect("a location"))
        .collect();
    config
}

/// An event, and the bytes after it. The first byte of a read is its length.
fn event(kind: u8, rest: &[u8]) -> (Event<'_>, &[u8]) {
    let event = match kind % 10 {
        0 => Event::Connected,
        1 => Event::Refused,
        2 => Event::TimedOut,
        3 => Event::TlsFailed,
        4 => Event::Received(b"\0"),
        5 => Event::Finished,
        6 => Event::Reset,
        7 => Event::NoDocument,
        8 => Event::Responded {
            content_type: (kind > 99).then_some("text/xml"),
            meta_policy: (kind > 149).then_some("none"),
            redirects: usize::from(kind > 199),
        },
        _ => {
            let Some((length, rest)) = rest.split_first() else {
                return (Event::Received(rest), rest);
            };
            let length = usize::from(*length).min(rest.len());
            let (read, rest) = rest.split_at(length);
            return (Event::Received(read), rest);
        }
    };
    (event, rest)
}
