//! Lightspark: how the movie's URL, the port and the rule count. The cases were run against the real program.

use flash_policy::decide::{Place, Sandbox};
use flash_policy::player::Client;

use crate::lightspark::{GRANTED, HERE, NO_MATCH, check, from, here, sent};
use crate::world::{Server, World, a, document};

/// The host of the movie's URL, extracted as Lightspark does and compared exactly.
#[test]
fn movies_and_domains() {
    let plain = "http://play.example.com/game.swf";
    let dotted = "http://play.example.com./game.swf";
    for (movie, domain, expected) in [
        (plain, "play.example.com", GRANTED),
        (plain, "PLAY.example.COM", GRANTED),
        (plain, "*.com", GRANTED),
        (plain, "*.play.example.com", GRANTED),
        (plain, "*play.example.com", NO_MATCH),
        (plain, "http://play.example.com", NO_MATCH),
        (plain, "play.example.com.", NO_MATCH),
        (dotted, "play.example.com.", GRANTED),
        (dotted, "*.example.com.", GRANTED),
        (dotted, "play.example.com", NO_MATCH),
        (dotted, "*.example.com", NO_MATCH),
        ("http://[::1]/game.swf", "[::1]", NO_MATCH),
        ("http://[::1]/game.swf", "::1", NO_MATCH),
        ("http://[::1]/game.swf", "*", GRANTED),
        ("http://[::1]:8080/game.swf", "[::1]", GRANTED),
        (
            "http://user:pw@play.example.com/",
            "play.example.com",
            NO_MATCH,
        ),
        (
            "http://user@play.example.com/",
            "play.example.com",
            NO_MATCH,
        ),
        ("http://user:pw@play.example.com/", "*", GRANTED),
        ("http://play.example.com:8080/", "play.example.com", GRANTED),
        ("http://play.example.com", "play.example.com", GRANTED),
    ] {
        let played = from(movie).master(&a(domain, "*")).play();
        check(
            &format!("{domain}: {movie}"),
            &played,
            expected,
            &[843, 5000],
        );
    }
}

#[test]
fn ports_and_schemes() {
    for (ports, granted) in [
        ("5000", true),
        ("+5000", true),
        (" 5000", true),
        ("70536", true),
        ("4000,5000", true),
        ("5000-6000", true),
        ("4000-6000", false),
        ("4000-4999,*", true),
        ("*,4000-4999", false),
        ("-5000", false),
        ("x5000", false),
    ] {
        let expected = if granted { GRANTED } else { NO_MATCH };
        check(
            ports,
            &here().master(&a("*", ports)).play(),
            expected,
            &[843, 5000],
        );
    }
    // It has no rule about low ports.
    let low = World::new(HERE, 80).client(Client::Lightspark);
    let low = low.on(80, Server::Refuses).on(843, Server::Refuses);
    let low = low.on(5000, Server::policy(&a("*", "*")));
    let low = low.loads("xmlsocket://srv.test:5000").play();
    low.is("allowed", "granted", "loaded", 50);
    let secure = "<allow-access-from domain='*' to-ports='*' secure='true'/>";
    let over = |movie| from(movie).master(secure).play();
    over(HERE).is("denied", "secure-only", "master", 30);
    over("https://a.test/").is("allowed", "granted", "master", 40);
}

#[test]
fn local_movies() {
    let local = |sandbox, host: &str| {
        let mut world = World::sandboxed(sandbox, 5000).client(Client::Lightspark);
        world.config.target = host.parse().unwrap();
        world.on(5000, Server::Refuses)
    };
    let trusted = |host| {
        local(Sandbox::LocalTrusted, host)
            .on(843, Server::Refuses)
            .play()
    };
    for host in ["localhost", "127.0.0.1"] {
        let needs_none = trusted(host).is("allowed", "no-policy-needed", "none", 10);
        needs_none.asked(&[]);
    }
    let elsewhere = trusted("srv.test").is("denied", "no-policy", "none", 20);
    elsewhere.asked(&[843, 5000]);
    trusted("::1")
        .is("denied", "no-policy", "none", 0)
        .asked(&[]);
    for (domain, expected) in [("*", GRANTED), ("a.test", NO_MATCH)] {
        let world = local(Sandbox::LocalWithNetwork, "srv.test");
        let played = world.master(&a(domain, "*")).play();
        check(domain, &played, expected, &[843, 5000]);
    }
}

/// The rule that grants the connection has a location in the received text. Decoded text has no such location.
#[test]
fn the_rule_that_decides() {
    let policy = document(&(a("b.test", "*") + &a("*", "*")));
    let rule = |bytes: &[u8]| {
        let played = here().on(843, sent(&[bytes])).play();
        let by = played.outcome.decided_by.unwrap();
        by.rule.map(|rule| {
            let document = played.step(Place::Master).document.clone();
            let tag = document.get(rule.tag.start..rule.tag.end).unwrap();
            (rule.index, String::from_utf8(tag.to_vec()).unwrap())
        })
    };
    let marked = format!("\u{feff} {policy}\0");
    assert_eq!(rule(marked.as_bytes()), Some((1, a("*", "*"))));
    let utf_16: Vec<u8> = policy.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(rule(&utf_16), None);
}
