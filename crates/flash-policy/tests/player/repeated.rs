//! Places with the same address: no address is asked twice, and `decide` and the player agree.

use flash_policy::Profile;
use flash_policy::decide::{
    Allowed, Decision, Known, Location, Place, PolicyAnswer, RefusalReason, Request, decide,
};
use flash_policy::player::{Choice, Protocol, Purpose, Reason, Verdict};
use flash_policy::{Port, parse};

use crate::world::{Played, Server, World, a, document, ms, sc};

const HERE: &str = "http://a.test/game.swf";

const LOCATIONS: [&str; 4] = [
    "xmlsocket://srv.test:843",
    "xmlsocket://srv.test:5000",
    "xmlsocket://srv.test:80",
    "http://srv.test/crossdomain.xml",
];

/// What a port answers. `None`: it refuses the connection.
type Answer = Option<&'static str>;

/// No locations, each one, and each pair of them.
fn loaded() -> Vec<Vec<&'static str>> {
    let mut all = vec![Vec::new()];
    for one in LOCATIONS {
        all.push(vec![one]);
        all.extend(LOCATIONS.map(|two| vec![one, two]));
    }
    all
}

fn answers() -> Vec<[Answer; 3]> {
    let none = "<allow-access-from domain='b.test' to-ports='*'/>";
    let all = "<allow-access-from domain='*' to-ports='*'/>";
    let each = [None, Some(none), Some(all)];
    let mut found = Vec::new();
    for master in each {
        for destination in each {
            found.extend(each.map(|http| [master, destination, http]));
        }
    }
    found
}

/// The place's port, and whether it uses HTTP.
fn address(world: &World, place: Place) -> (u16, bool) {
    match place {
        Place::Master => (843, false),
        Place::Destination => (world.config.port.get(), false),
        Place::SiteRoot => (80, true),
        Place::Loaded(index) => match &world.config.loaded[index] {
            Location::Socket { port, .. } => (port.get(), false),
            Location::Http { port, .. } => (port.get(), true),
            _ => unreachable!(),
        },
    }
}

/// The places that `decide` asks, and its decision.
fn decided(world: &World, answers: [Answer; 3]) -> (Vec<Place>, Decision) {
    let config = &world.config;
    let request = Request::new(config.sandbox.clone(), config.target.clone(), config.port)
        .player(config.version)
        .loaded(config.loaded.iter().cloned());
    let (mut known, mut asked) = (Known::default(), Vec::new());
    loop {
        let place = match decide(&request, &known) {
            Decision::Ask(ask) => ask.place,
            decision @ (Decision::Allowed(_) | Decision::Denied(_)) => return (asked, decision),
        };
        asked.push(place);
        let (port, is_http) = address(world, place);
        let at = [843, 5000, 80].iter().position(|known| *known == port);
        let profile = if is_http {
            Profile::Url
        } else {
            Profile::Socket
        };
        let answer = match answers[at.unwrap()] {
            Some(body) => parse(document(body).as_bytes(), profile)
                .policy
                .map_or(PolicyAnswer::Unusable, PolicyAnswer::Policy),
            None => PolicyAnswer::Absent,
        };
        known.learn(place, answer);
    }
}

fn places(played: &Played) -> Vec<Place> {
    let purposes = played.steps.iter().map(|step| step.fetch.purpose);
    let place = |purpose| match purpose {
        Purpose::Policy(place) => Some(place),
        Purpose::Target => None,
    };
    purposes.filter_map(place).collect()
}

#[test]
fn decide_and_the_player_ask_each_address_once() {
    let (loaded, answers) = (loaded(), answers());
    for version in ["7.0.14", "8", "9.0.47", "9.0.115", "32"] {
        for port in [843, 5000, 80] {
            for locations in &loaded {
                for answers in &answers {
                    check(version, port, locations, *answers);
                }
            }
        }
    }
}

fn check(version: &str, port: u16, locations: &[&str], answers: [Answer; 3]) {
    let world = World::new(HERE, port).player(version);
    let world = [843, 5000, 80]
        .into_iter()
        .zip(answers)
        .fold(world, |world, (port, body)| {
            world.on(port, body.map_or(Server::Refuses, Server::policy))
        });
    let world = locations
        .iter()
        .fold(world, |world, location| world.loads(location));
    let shown = format!("{version}, port {port}, {locations:?}, {answers:?}");
    let (asked, decision) = decided(&world, answers);
    let played = world.play();
    assert_eq!(asked, places(&played), "{shown}");
    let mut addresses: Vec<_> = asked.iter().map(|place| address(&world, *place)).collect();
    addresses.sort_unstable();
    addresses.dedup();
    assert_eq!(addresses.len(), asked.len(), "{shown}: {asked:?}");
    let outcome = played.outcome;
    let by = outcome
        .decided_by
        .map(|by| (by.place, by.rule.map(|rule| rule.index)));
    match decision {
        Decision::Allowed(Allowed::Rule { place, rule }) => {
            let seen = (outcome.verdict, outcome.reason, by);
            let expected = (Verdict::Allowed, Reason::Granted, Some((place, Some(rule))));
            assert_eq!(seen, expected, "{shown}");
        }
        Decision::Denied(denied) => {
            let expected = denied.place.map(|place| (place, denied.rule));
            assert_eq!(
                (outcome.reason, by),
                (Reason::Refused(denied.reason), expected),
                "{shown}"
            );
        }
        Decision::Allowed(_) | Decision::Ask(_) => panic!("{shown}: {decision:?}"),
    }
}

/// The master policy is that of the destination: once refused, it is not asked again.
#[test]
fn a_target_on_port_843() {
    let movie = flash_policy::decide::Sandbox::Remote(HERE.parse().unwrap());
    let request = Request::new(movie, "srv.test".parse().unwrap(), Port::MASTER);
    let mut known = Known::default();
    known.learn(Place::Master, PolicyAnswer::Absent);
    let Decision::Denied(denied) = decide(&request, &known) else {
        panic!("{:?}", decide(&request, &known));
    };
    assert_eq!(denied.reason, RefusalReason::NoPolicy);
}

/// With another master port, 843 is a port like others, and has another address.
#[test]
fn another_master_port() {
    let world = |port| {
        let mut world = World::new(HERE, port)
            .on(10_843, Server::Refuses)
            .on(843, Server::Refuses);
        world.config.master_port = Some(Port::new(10_843).unwrap());
        world.on(80, Server::Refuses)
    };
    world(843).play().asked(&[10_843, 843]);
    world(10_843).play().asked(&[10_843]);
    let loads = world(80).loads("xmlsocket://srv.test:843");
    loads.play().asked(&[10_843, 843, 80]);
    let master_only = world(843).on(10_843, Server::policy(&sc("master-only")));
    master_only.play().asked(&[10_843]);
    // The master policy on the destination port counts as one from 843.
    let own = world(10_843).on(10_843, Server::policy(&a("*", "10843")));
    own.play().is("allowed", "granted", "master", 30);
}

/// Asking again could not change that the time ran out, and old players never ask the destination.
#[test]
fn asking_again_matters_only_if_there_is_time() {
    let choices = |world: &World, millis| {
        let mut world = world.clone();
        world.config.timeout = ms(millis);
        let rests_on = world.play().outcome.rests_on;
        rests_on
            .into_iter()
            .filter(|choice| *choice == Choice::AskedAgain)
            .count()
    };
    let master = World::new(HERE, 843).on(843, Server::silent());
    assert_eq!(choices(&master, 1_000), 0);
    assert_eq!(choices(&master, 20_000), 1);
    let loaded = World::new(HERE, 5000).on(5000, Server::silent());
    let loaded = loaded.loads("xmlsocket://srv.test:5000");
    assert_eq!(choices(&loaded, 4_000), 0);
    let refused = loaded.clone().on(5000, Server::Refuses);
    assert_eq!(choices(&refused, 4_000), 1);
    assert_eq!(
        choices(&refused.player("8").on(80, Server::Refuses), 4_000),
        0
    );
}

/// A location over HTTP and one on the same port without HTTP are two addresses.
#[test]
fn http_is_another_address() {
    let world = World::new(HERE, 5000)
        .player("9.0.47")
        .on(80, Server::Refuses);
    let world = world
        .loads("xmlsocket://srv.test:80")
        .loads("http://srv.test/crossdomain.xml");
    let played = world.on(5000, Server::Refuses).play();
    played.has_asked(&[80, 80, 5000]);
    let is_http = |protocol: &Protocol| matches!(protocol, Protocol::Http { .. });
    let http: Vec<bool> = played
        .steps
        .iter()
        .map(|step| is_http(&step.fetch.protocol))
        .collect();
    assert_eq!(http, [false, true, false]);
}
