//! An outcome that depends on something unknown lists it, and other outcomes do not.

use flash_policy::Moment;
use flash_policy::decide::Sandbox;
use flash_policy::player::{Action, Choice, Event, Player};

use crate::world::{Deed, Server, World, a, document, ms, sc};

const HERE: &str = "http://a.test/game.swf";

#[track_caller]
fn check(world: &World, choices: &[Choice]) {
    let played = world.play();
    assert_eq!(played.outcome.rests_on, choices, "{:#?}", played.outcome);
    for choice in choices {
        let (code, text) = (choice.code(), choice.to_string());
        assert!(
            code.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        );
        assert!(text.contains(" (assumed: "), "{text}");
    }
}

fn here() -> World {
    World::new(HERE, 5000)
}

#[test]
fn what_is_certain() {
    let all = &a("*", "*");
    check(&here().master(all), &[]);
    check(&here().destination(all), &[]);
    check(&here().on(5000, Server::Refuses), &[]);
    check(&here().master(&sc("none")), &[]);
    check(
        &here()
            .on(100, Server::policy(all))
            .loads("xmlsocket://srv.test:100"),
        &[],
    );
    // The master is unusable, and no other policy grants the connection, so it is denied either way.
    check(
        &here().on(843, Server::text("no")).on(5000, Server::Refuses),
        &[],
    );
}

#[test]
fn documents() {
    let all = &a("*", "*");
    let unusable = here().on(843, Server::text("no policy")).destination(all);
    check(&unusable, &[Choice::UnusableMaster]);
    let text = document(all);
    let bom = Server::text(&format!("\u{feff}{text}"));
    check(&here().on(843, bom), &[Choice::Encoding]);
    let indented = Server::text(&format!("  <?xml version=\"1.0\"?>{text}"));
    check(&here().on(843, indented), &[Choice::Encoding]);
    check(&here().on(843, Server::text(&format!("\n{text}"))), &[]);
    let large = Server::text(&format!("<!--{}-->{text}", "x".repeat(10_000)));
    check(&here().on(843, large), &[Choice::Size]);
    let by = here().master(&sc("by-content-type")).destination(all);
    check(&by, &[Choice::MetaPolicyValue]);
    check(
        &here().master(&sc("everything")),
        &[Choice::MetaPolicyValue],
    );
}

#[test]
fn limits() {
    let silent = here().on(843, Server::Refuses);
    check(&silent, &[Choice::DestinationLimit]);
    let half = Server::does(&[Deed::Says(b"<cross-".to_vec()), Deed::Rst]);
    check(
        &here().on(843, half).on(5000, Server::Refuses),
        &[Choice::HalfAnswer],
    );
}

/// A connection that needed a second SYN, and an answer that could have arrived within 3 seconds from then.
#[test]
fn a_slow_connection() {
    let mut player = Player::new(here().config, Moment::ZERO);
    let at = |millis| Moment::after(ms(millis));
    let mut ids = Vec::new();
    let mut now = Moment::ZERO;
    let mut outcome = None;
    for _ in 0..20 {
        match player.poll(now) {
            Action::Connect(fetch) => ids.push(fetch.id),
            Action::Wait { .. } if ids.len() == 1 && now < at(1000) => {
                now = at(1000);
                player.handle(ids[0], Event::Connected, now);
            }
            Action::Wait { .. } if ids.len() == 2 => player.handle(ids[1], Event::Refused, now),
            Action::Wait { until } => now = until,
            Action::Close(_) => {}
            Action::Done(done) => outcome = Some(done),
        }
    }
    let outcome = outcome.expect("the attempt ends");
    assert_eq!(outcome.rests_on, [Choice::LimitStart]);
    assert_eq!(outcome.elapsed, ms(3000));
}

#[test]
fn order() {
    let all = &a("*", "*");
    let both = here()
        .on(843, Server::Refuses)
        .on(100, Server::policy(""))
        .destination(all);
    let both = both.loads("xmlsocket://srv.test:100");
    check(&both, &[Choice::LoadedReplacesDestination]);
    let same = here().on(843, Server::Refuses).on(5000, Server::Refuses);
    let same = same.loads("xmlsocket://srv.test:5000");
    check(&same, &[Choice::AskedAgain]);
    same.play()
        .is("denied", "no-policy", "none", 20)
        .asked(&[843, 5000]);
}

#[test]
fn versions() {
    let all = &a("*", "*");
    check(
        &World::new("http://srv.test", 5000).player("9.0.115"),
        &[Choice::OwnHost],
    );
    check(&World::new("http://srv.test", 5000).player("9.0.47"), &[]);
    let known = |version: &str| {
        let world = here().player(version).on(143, Server::policy(all));
        world
            .on(843, Server::Refuses)
            .loads("xmlsocket://srv.test:143")
    };
    check(&known("9.0.47"), &[Choice::PolicyPort]);
    check(&known("10"), &[]);
    // Ports that Flash Player 24 and later is said to block.
    let blocked = |port, version: &str| World::new(HERE, port).player(version).master(all);
    for port in [1, 22, 531, 6000, 6667, 6669] {
        check(&blocked(port, "24"), &[Choice::BlockedPort]);
        check(&blocked(port, "32"), &[Choice::BlockedPort]);
        check(&blocked(port, "23"), &[]);
    }
    for port in [2, 24, 80, 843, 6664, 6670, 9339] {
        check(&blocked(port, "32"), &[]);
    }
    check(
        &blocked(6667, "32").target(Server::Refuses),
        &[Choice::BlockedPort],
    );
    let denied = World::new(HERE, 6667)
        .on(843, Server::Refuses)
        .on(6667, Server::Refuses);
    check(&denied, &[]);
    let air = World::sandboxed(Sandbox::Application, 6667);
    check(&air, &[]);
    let mut short = here().player("8").loads("xmlsocket://srv.test:100");
    short.config.timeout = ms(100);
    check(&short, &[Choice::Timeout]);
    let clear = here().secure_socket().on(843, Server::policy(all));
    check(&clear, &[Choice::SecureInClear]);
}

#[test]
fn callers() {
    let trusted = World::sandboxed(Sandbox::LocalTrusted, 5000);
    check(&trusted, &[Choice::LocalTrusted]);
    let local = |domain: &str| {
        let world = World::sandboxed(Sandbox::LocalWithNetwork, 5000).on(5000, Server::Refuses);
        world.master(&a(domain, "*"))
    };
    check(&local("a.test"), &[Choice::LocalWithNetwork]);
    check(&local("*"), &[]);
    let v6 = |domain: &str| World::new("http://[2001:db8::1]/", 5000).master(&a(domain, "*"));
    check(&v6("2001:db8::1"), &[Choice::Ipv6]);
    check(&v6("*"), &[]);
}
