//! Whether a player connects: the vectors for decisions, with values instead of servers, and everything else that
//! affects `decide`.

#![cfg(test)]

use std::time::Duration;

use flash_policy::decide::{
    Allowed, Ask, Decision, Known, Location, PATIENCE, Place, PolicyAnswer, RefusalReason, Request,
    Sandbox, decide, decide_alone,
};
use flash_policy::{Host, Movie, PlayerVersion, Port, Profile, Scheme, parse};

#[path = "vectors/table.rs"]
mod table;

use table::{Client, Vector, vectors};

/// The servers on a host called `srv.test`.
#[derive(Default)]
struct World {
    master: Server,
    destination: Server,
    loaded: Vec<(Location, Server)>,
    site_root: Server,
}

/// A server: what it answers and after how long. By default, there is no server.
#[derive(Clone, Default)]
struct Server(Option<(String, Duration)>);

impl Server {
    fn serves(body: &str) -> Self {
        Self::says(format!("<cross-domain-policy>{body}</cross-domain-policy>"))
    }

    fn says(text: impl Into<String>) -> Self {
        Self(Some((text.into(), Duration::ZERO)))
    }

    fn after(self, seconds: u64) -> Self {
        Self(self.0.map(|(text, _)| (text, Duration::from_secs(seconds))))
    }

    fn answer(&self, limit: Option<Duration>, profile: Profile) -> PolicyAnswer {
        match &self.0 {
            Some((text, after)) if limit.is_none_or(|limit| *after <= limit) => {
                parse(text.as_bytes(), profile)
                    .policy
                    .map_or(PolicyAnswer::Unusable, PolicyAnswer::Policy)
            }
            _ => PolicyAnswer::Absent,
        }
    }
}

struct Outcome {
    decision: Decision,
    asked: Vec<Ask>,
}

/// Runs a movie's request: asks all places that are needed, until it is decided.
fn play(world: &World, player: &str, sandbox: Sandbox, port: u16) -> Outcome {
    let target = "srv.test".parse().unwrap();
    let loaded = world.loaded.iter().map(|(location, _)| location.clone());
    let request = Request::new(sandbox, target, Port::new(port).unwrap())
        .player(player.parse().unwrap())
        .loaded(loaded);
    let (mut known, mut asked) = (Known::default(), Vec::new());
    loop {
        let Decision::Ask(ask) = decide(&request, &known) else {
            return Outcome {
                decision: decide(&request, &known),
                asked,
            };
        };
        assert!(!asked.contains(&ask), "{ask:?} is asked for twice");
        asked.push(ask);
        let answer = match ask.place {
            Place::Master => world.master.answer(ask.limit, Profile::Socket),
            Place::Destination => world.destination.answer(ask.limit, Profile::Socket),
            Place::SiteRoot => world.site_root.answer(ask.limit, Profile::Url),
            Place::Loaded(index) => {
                let (location, server) = &world.loaded[index];
                let http = matches!(location, Location::Http { .. });
                server.answer(ask.limit, if http { Profile::Url } else { Profile::Socket })
            }
        };
        known.learn(ask.place, answer);
    }
}

fn remote(url: &str) -> Sandbox {
    Sandbox::Remote(url.parse().unwrap())
}

fn a(domain: &str, ports: &str) -> String {
    format!("<allow-access-from domain=\"{domain}\" to-ports=\"{ports}\"/>")
}

fn xmlsocket(port: u16) -> Location {
    Location::Socket {
        host: "srv.test".parse().unwrap(),
        port: Port::new(port).unwrap(),
    }
}

fn http(path: &str) -> Location {
    Location::Http {
        scheme: Scheme::Http,
        host: "srv.test".parse().unwrap(),
        port: Port::HTTP,
        path: path.into(),
    }
}

/// A master and a destination policy by their bodies; `None`: no answer.
fn world(master: Option<&str>, destination: Option<&str>) -> World {
    let server = |body: Option<&str>| body.map(Server::serves).unwrap_or_default();
    World {
        master: server(master),
        destination: server(destination),
        ..World::default()
    }
}

#[track_caller]
fn allows(id: &str, world: &World, url: &str, port: u16) -> Outcome {
    let outcome = play(world, "32", remote(url), port);
    assert!(
        matches!(outcome.decision, Decision::Allowed(_)),
        "{id}: {:?}",
        outcome.decision
    );
    outcome
}

#[track_caller]
fn denies(id: &str, world: &World, url: &str, port: u16, reason: RefusalReason) -> Outcome {
    let outcome = play(world, "32", remote(url), port);
    assert_eq!(
        denial(&outcome),
        Some(reason),
        "{id}: {:?}",
        outcome.decision
    );
    outcome
}

fn denial(outcome: &Outcome) -> Option<RefusalReason> {
    match outcome.decision {
        Decision::Denied(denied) => Some(denied.reason),
        Decision::Allowed(_) | Decision::Ask(_) => None,
    }
}

fn asked(outcome: &Outcome) -> Vec<Place> {
    outcome.asked.iter().map(|ask| ask.place).collect()
}

const HERE: &str = "http://a.test/game.swf";

/// The vectors that are decisions.
#[test]
fn every_vector() {
    for vector in vectors() {
        let id = vector.id;
        if let Some(why) = left_out(vector) {
            println!("{id} is left out: {why}");
            continue;
        }
        let Some(expected) = vector.expected else {
            assert!(vector.port.to_string().parse::<Port>().is_err(), "{id}");
            continue;
        };
        let Client::Flash(player) = vector.client else {
            panic!("{id}: not left out");
        };
        let outcome = play(
            &world_of(vector),
            player,
            sandbox(vector.movie),
            u16::try_from(vector.port).unwrap(),
        );
        let (verdict, reason, source) = told(&outcome.decision);
        assert_eq!(
            (verdict, reason, source),
            (expected.verdict, expected.reason, expected.source),
            "{id}: {:?}",
            outcome.decision
        );
        let ports: Vec<u16> = outcome
            .asked
            .iter()
            .map(|ask| port_of(vector, ask.place))
            .collect();
        assert_eq!(ports, expected.asked, "{id}");
    }
}

/// Why a vector does not apply to `decide`.
fn left_out(vector: &Vector) -> Option<&'static str> {
    let reason = vector.expected.map_or("", |expected| expected.reason);
    if vector.secure_socket || vector.over_tls {
        Some("secure_socket, over_tls: only the code that fetches knows whether TLS works")
    } else if matches!(vector.client, Client::Lightspark | Client::Ruffle) {
        Some("client: it decides as Flash Player does")
    } else if matches!(vector.master, table::Server::Does(_)) {
        Some("master: it is given answers, not their way")
    } else if reason == "timeout" {
        Some("reason: how long the whole attempt may take is the player's own")
    } else {
        None
    }
}

fn world_of(vector: &Vector) -> World {
    let site = vector.site.map(Server::says).unwrap_or_default();
    let on_port = |port: u16| match vector.other {
        Some((other, text)) if other == port => Server::says(text),
        Some(_) | None if port == 843 => server(vector.master),
        Some(_) | None => Server::default(),
    };
    let loaded = vector.loads.map(|location| {
        let location: Location = location.parse().unwrap();
        let server = if let Location::Socket { port, .. } = &location {
            on_port(port.get())
        } else {
            site.clone()
        };
        (location, server)
    });
    World {
        master: server(vector.master),
        destination: server(vector.destination),
        loaded: loaded.into_iter().collect(),
        site_root: site,
    }
}

fn server(server: table::Server) -> Server {
    use table::Server::{Does, Ends, Filtered, Refuses, Says, Silent};
    match server {
        Filtered | Refuses | Silent | Ends | Does(_) => Server::default(),
        Says(text, wait) => Server(Some((text.to_owned(), Duration::from_millis(wait)))),
    }
}

fn sandbox(movie: table::Movie) -> Sandbox {
    use table::Movie::{Application, LocalTrusted, LocalWithFile, LocalWithNetwork, Remote};
    match movie {
        Remote(url) => remote(url),
        LocalWithNetwork => Sandbox::LocalWithNetwork,
        LocalWithFile => Sandbox::LocalWithFile,
        LocalTrusted => Sandbox::LocalTrusted,
        Application => Sandbox::Application,
    }
}

/// Verdict, reason and source, as in a report.
fn told(decision: &Decision) -> (&'static str, &'static str, &'static str) {
    match decision {
        Decision::Allowed(Allowed::Rule { place, .. }) => ("allowed", "granted", source(*place)),
        Decision::Allowed(_) => ("allowed", "no-policy-needed", "none"),
        Decision::Denied(denied) => {
            let source = denied.place.map_or("none", source);
            ("denied", denied.reason.code(), source)
        }
        Decision::Ask(ask) => panic!("{ask:?} is no decision"),
    }
}

fn source(place: Place) -> &'static str {
    match place {
        Place::Master | Place::SiteRoot => "master",
        Place::Loaded(_) => "loaded",
        Place::Destination => "destination",
    }
}

fn port_of(vector: &Vector, place: Place) -> u16 {
    match place {
        Place::Master => 843,
        Place::SiteRoot => 80,
        Place::Destination => u16::try_from(vector.port).unwrap(),
        Place::Loaded(_) => match vector.loads.unwrap().parse() {
            Ok(Location::Socket { port, .. }) => port.get(),
            _ => 80,
        },
    }
}

/// Beyond the vectors: which rule of a policy decided, or why none was needed.
#[test]
fn by_what() {
    let rule = |rule| Allowed::Rule {
        place: Place::Master,
        rule,
    };
    let second = a("*", "4000-4999") + &a("a.test", "5000");
    let here = || remote(HERE);
    for (master, sandbox, port, expected) in [
        (a("*", "*"), here(), 5000, rule(0)),                    // D1
        (second, here(), 5000, rule(1)),                         // D36
        (a("*", "*"), Sandbox::LocalWithNetwork, 5000, rule(0)), // D27
        (
            a("a.test", "*"),
            Sandbox::LocalTrusted,
            5000,
            Allowed::LocalTrusted,
        ), // D29
        (
            a("a.test", "*"),
            Sandbox::Application,
            25,
            Allowed::Application,
        ), // D30
    ] {
        let outcome = play(&world(Some(&master), None), "32", sandbox, port);
        assert_eq!(outcome.decision, Decision::Allowed(expected));
    }
}

#[test]
fn ports() {
    assert!(Port::new(0).is_err());
}

/// A policy on another host opens no port here.
#[test]
fn another_host() {
    let elsewhere = World {
        loaded: vec![(
            "xmlsocket://other.test:100".parse().unwrap(),
            Server::serves(&a("*", "*")),
        )],
        ..World::default()
    };
    denies(
        "another host's policy",
        &elsewhere,
        HERE,
        5000,
        RefusalReason::NoPolicy,
    );
}

/// If two policies refuse for the same reason, the first that was asked is named.
#[test]
fn the_first_refusal() {
    let other = a("b.test", "*");
    let world = world(Some(&other), Some(&other));
    let outcome = denies("both", &world, HERE, 5000, RefusalReason::NoRuleMatches);
    let Decision::Denied(denied) = outcome.decision else {
        panic!()
    };
    assert_eq!(denied.place, Some(Place::Master));
}

/// Names that are addresses. Other names are in the table.
#[test]
fn addresses() {
    for (id, domain, url, expected) in [
        (
            "an IPv6 literal",
            "2001:db8::1",
            "http://[2001:DB8:0::1]:8080/x.swf",
            true,
        ),
        (
            "an IPv6 literal in brackets",
            "[2001:db8::1]",
            "http://[2001:db8::1]/",
            true,
        ),
        (
            "a suffix is no address",
            "*.0.2.test",
            "http://192.0.2.1",
            false,
        ),
    ] {
        let world = world(Some(&a(domain, "*")), None);
        if expected {
            allows(id, &world, url, 5000);
        } else {
            denies(id, &world, url, 5000, RefusalReason::NoRuleMatches);
        }
    }
}

/// How long the player waits is part of the question.
#[test]
fn patience() {
    let on_843 = World {
        master: Server::serves(&a("*", "*")),
        ..World::default()
    };
    let asked = |world: &World| {
        let asked = play(world, "32", remote(HERE), 5000).asked;
        asked.iter().map(|ask| (ask.place, ask.limit)).collect()
    };
    let on_master: Vec<_> = asked(&on_843);
    assert_eq!(on_master, [(Place::Master, Some(PATIENCE))]);
    // D45: without a limit.
    let explicit = World {
        loaded: vec![(xmlsocket(843), Server::default())],
        ..on_843
    };
    assert_eq!(asked(&explicit), [(Place::Master, None)]);
    let slow = World {
        destination: Server::serves(&a("*", "*")).after(5),
        ..World::default()
    };
    denies(
        "the destination port also has 3 s",
        &slow,
        HERE,
        5000,
        RefusalReason::NoPolicy,
    );
}

#[test]
fn older_players() {
    let check = |world: &World, player: &str, url: &str, port, expected, places: &[Place]| {
        let outcome = play(world, player, remote(url), port);
        let allowed = matches!(outcome.decision, Decision::Allowed(_));
        assert_eq!(
            allowed, expected,
            "{player} from {url} to {port}: {:?}",
            outcome.decision
        );
        assert_eq!(asked(&outcome), places, "{player} from {url} to {port}");
    };
    let (own, other) = ("http://srv.test/", "http://a.test/");
    let nothing = World::default();
    for player in ["6", "7.0.14", "7", "8", "9.0.16", "9.0.47", "9.0.115"] {
        check(&nothing, player, own, 5000, true, &[]); // D43
    }
    for player in ["9.0.124", "10", "11", "32"] {
        check(
            &nothing,
            player,
            own,
            5000,
            false,
            &[Place::Master, Place::Destination],
        );
    }
    check(&nothing, "9.0.47", own, 80, false, &[Place::Destination]); // D43
    check(
        &nothing,
        "9.0.115",
        own,
        80,
        false,
        &[Place::Master, Place::Destination],
    );

    // D42: HTTP counts if the movie loads it, from the root folder, for ports from 1024 up.
    let loads = |path| World {
        loaded: vec![(
            http(path),
            Server::serves("<allow-access-from domain=\"a.test\"/>"),
        )],
        ..World::default()
    };
    check(
        &loads("/crossdomain.xml"),
        "9.0.47",
        other,
        5000,
        true,
        &[Place::Loaded(0)],
    );
    check(
        &loads("/crossdomain.xml"),
        "9.0.47",
        other,
        80,
        false,
        &[Place::Destination],
    );
    // `loadPolicyFile` came with 7.0.19.
    check(
        &loads("/crossdomain.xml"),
        "7.0.14",
        other,
        5000,
        false,
        &[Place::SiteRoot],
    );
    check(
        &loads("/game/crossdomain.xml"),
        "9.0.47",
        other,
        5000,
        false,
        &[Place::Destination],
    );
    check(
        &loads("/crossdomain.xml"),
        "9.0.124",
        other,
        5000,
        false,
        &[Place::Master, Place::Destination],
    );

    // Before 9, the site's root answers for every port from 1024 up. Lower ports need a socket policy, from 7.0.19 on.
    let root = World {
        site_root: Server::serves("<allow-access-from domain=\"a.test\" secure=\"true\"/>"),
        ..World::default()
    };
    check(&root, "6", other, 5000, true, &[Place::SiteRoot]);
    check(&root, "8", other, 5000, true, &[Place::SiteRoot]);
    check(&root, "8", other, 80, false, &[]);
    check(&root, "9.0.16", other, 5000, false, &[Place::Destination]);
    let named = World {
        loaded: vec![(xmlsocket(100), Server::serves(&a("*", "*")))],
        ..World::default()
    };
    check(&named, "8", other, 80, true, &[Place::Loaded(0)]);
    check(&named, "7.0.14", other, 80, false, &[]);
    let master = World {
        loaded: vec![(xmlsocket(843), Server::serves(&a("*", "*")))],
        ..World::default()
    };
    check(&master, "9.0.47", other, 80, true, &[Place::Loaded(0)]);
}

/// A single policy, on the port that the movie wants to connect to.
/// The site's own file is fetched once, also if the movie loads it after one that depends on it.
#[test]
fn one_fetch_of_the_site_root() {
    let world = World {
        loaded: vec![
            (http("/policy.xml"), Server::default()),
            (http("/crossdomain.xml"), Server::default()),
        ],
        ..World::default()
    };
    let places = [
        Place::Master,
        Place::SiteRoot,
        Place::Loaded(0),
        Place::Destination,
    ];
    let outcome = play(&world, "9.0.115", remote(HERE), 5000);
    assert_eq!(asked(&outcome), places);
}

#[test]
fn alone() {
    let rules = [
        a("www.a.test", "*"),
        a("*", "1-900"),
        a("*.a.test", "9339"),
        "<allow-access-from domain=\"*\" to-ports=\"*\" secure=\"true\"/>".to_owned(),
        String::new(),
    ];
    let metas = ["", "all", "master-only", "none", "by-content-type"];
    let movies = [
        Some("http://www.a.test"),
        Some("https://b.test"),
        Some("http://a.test"),
        None,
    ];
    let mut cases = 0;
    for (rule, meta) in rules
        .iter()
        .flat_map(|rule| metas.iter().map(move |meta| (rule, meta)))
    {
        let meta = match *meta {
            "" => String::new(),
            meta => format!("<site-control permitted-cross-domain-policies=\"{meta}\"/>"),
        };
        let text = format!("<cross-domain-policy>{meta}{rule}</cross-domain-policy>");
        let Some(policy) = parse(text.as_bytes(), Profile::Socket).policy else {
            continue;
        };
        for (movie, port) in movies
            .iter()
            .flat_map(|movie| [843, 80, 9339].map(|port| (movie, Port::new(port).unwrap())))
        {
            let (sandbox, movie) = match movie {
                Some(origin) => {
                    let origin: flash_policy::Origin = origin.parse().unwrap();
                    (Sandbox::Remote(origin.clone()), Movie::Remote(origin))
                }
                None => (Sandbox::LocalWithNetwork, Movie::Hostless),
            };
            let mut known = Known::default();
            let master = if port == Port::MASTER {
                PolicyAnswer::Policy(policy.clone())
            } else {
                PolicyAnswer::Absent
            };
            known.learn(Place::Master, master);
            known.learn(Place::Destination, PolicyAnswer::Policy(policy.clone()));
            let target = "srv.test".parse().unwrap();
            let request = Request::new(sandbox, target, port).player("32".parse().unwrap());
            let expected = match decide(&request, &known) {
                Decision::Allowed(Allowed::Rule { rule, .. }) => Some(rule),
                Decision::Denied(_) => None,
                other @ (Decision::Allowed(_) | Decision::Ask(_)) => panic!("{other:?}"),
            };
            let found = decide_alone(&policy, &movie, port);
            assert_eq!(found.ok(), expected, "{text} {movie:?} {port}");
            if meta.contains("none") && port == Port::MASTER {
                assert_eq!(found.unwrap_err().reason, RefusalReason::MetaPolicyNone);
            }
            cases += 1;
        }
    }
    assert!(cases >= 200, "{cases}");
}

#[test]
fn player_versions() {
    for text in [
        "7", "8", "9.0.16", "9.0.47", "9.0.115", "9.0.124", "10", "11", "32",
    ] {
        assert_eq!(text.parse::<PlayerVersion>().unwrap().to_string(), text);
    }
    for (text, expected) in [
        ("WIN 32,0,0,465", "32.0.0"),
        ("LNX 11,2,202,644", "11.2.202"),
        ("MAC 10,1,53,64", "10.1.53"),
        ("AND 11,1,115,81", "11.1.115"),
        ("32,0,0,465", "32.0.0"),
        ("32.0.0.465", "32.0.0"),
        (" WIN  9,0,124,0 ", "9.0.124"),
    ] {
        assert_eq!(text.parse::<PlayerVersion>().unwrap().to_string(), expected);
    }
    for text in ["WIN", "WIN ", "W1N 32", "WIN32,0", "32,0,0,465,1", "32, 0"] {
        assert!(text.parse::<PlayerVersion>().is_err(), "{text}");
    }
    for text in ["", "0", "33", "9.", "9.x", "9.0.124.0.1", "-1"] {
        assert!(text.parse::<PlayerVersion>().is_err(), "{text}");
    }
    assert_eq!("9.0.124.0".parse(), PlayerVersion::new(9, 0, 124));
}

#[test]
fn hosts() {
    for text in [
        "",
        ".",
        "a..b",
        "a b",
        "1.2.3",
        "1.2.3.4.5",
        "a/b",
        "[::1",
        "[1.2.3.4]",
        &"a".repeat(64),
    ] {
        assert!(text.parse::<Host>().is_err(), "{text}");
    }
    for (text, shown) in [
        ("WWW.Example.Com.", "www.example.com"),
        ("[::1]", "[::1]"),
        ("::1", "[::1]"),
        ("a_b-c", "a_b-c"),
    ] {
        assert_eq!(text.parse::<Host>().unwrap().to_string(), shown);
    }
}

/// URLs that browsers read differently, or not at all, are not origins.
#[test]
fn origins() {
    for text in [
        r"http://evil.test\@www.a.test/x.swf",
        r"http://evil.test\x@www.a.test/x.swf",
        r"http://www.a.test\x.swf",
        "http://u p@www.a.test/",
        "http://u\tp@www.a.test/",
        "http://u\np@www.a.test/",
        "http://u\0p@www.a.test/",
        "http://u\u{a0}p@www.a.test/",
        "http://u\u{85}p@www.a.test/",
        "http://www.a.test /",
        " http://www.a.test/",
        "http:www.a.test",
        "http:///www.a.test/",
        "http://www.a.test:+80/",
        "http://www.a.test:-1/",
        "http://www.a.test:8 0/",
        "http://www.a.test:65536/",
        "http://www%2ea.test/",
        "http://1:2:3:4:5:6:7:8/",
        "http://1:2:3:4:5:6:7:8:80/",
        "http://[::1%25eth0]/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.0.0.0x1/",
        "http://127.0.0.0X1./",
        "http://a.0x/",
        "http://127.0.0.1./",
        "http://m\u{fc}nchen.test/",
        "http://www.a.test\u{3002}/",
    ] {
        let found = text.parse::<flash_policy::Origin>();
        assert!(found.is_err(), "{text:?}: {found:?}");
    }
    for (text, shown) in [
        ("HTTP://WWW.A.Test.:80/x", "http://www.a.test"),
        ("https://u:p@www.a.test:?", "https://www.a.test"),
        (r"http://www.a.test/\@b.test", "http://www.a.test"),
        (r"http://www.a.test?\@b.test", "http://www.a.test"),
        ("http://www.a.test/a b\tc", "http://www.a.test"),
        (
            "http://[::ffff:192.0.2.1]:0080/",
            "http://[::ffff:192.0.2.1]",
        ),
        ("http://0x7f.test/", "http://0x7f.test"),
        ("http://a.0xg/", "http://a.0xg"),
    ] {
        let found = text.parse::<flash_policy::Origin>().unwrap();
        assert_eq!(found.to_string(), shown, "{text:?}");
    }
}
