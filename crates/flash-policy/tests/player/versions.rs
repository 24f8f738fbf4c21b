//! Players before 9.0.124: their own host, HTTP, and which places are asked.

use flash_policy::player::{Choice, Notification, TIMEOUT};

use crate::world::{Server, World, a, ms, sc};

const OWN: &str = "http://srv.test/game.swf";
const OTHER: &str = "http://a.test/game.swf";

#[test]
fn own_hosts() {
    for version in ["6", "7.0.14", "7", "8", "9.0.16", "9.0.47", "9.0.115"] {
        let own = World::new(OWN, 5000).player(version).play();
        own.is("allowed", "no-policy-needed", "none", 10).asked(&[]);
    }
    for version in ["9.0.124", "9", "10", "11", "20", "32"] {
        let own = World::new(OWN, 5000).player(version).play();
        own.is("denied", "no-policy", "none", 6000)
            .asked(&[843, 5000]);
    }
    let d43 = World::new(OWN, 80).player("9.0.47").play();
    d43.is("denied", "no-policy", "none", 3000).asked(&[80]);
}

#[test]
fn policies_over_http() {
    let root = Server::policy("<allow-access-from domain=\"a.test\"/>");
    let world = |version, port| World::new(OTHER, port).player(version).on(80, root.clone());
    // Without being loaded before 9, and if the movie loads it from 7.0.19 to 9.0.115.
    for version in ["6", "7", "8"] {
        let asked = world(version, 5000).play();
        asked
            .is("allowed", "granted", "master", 40 - 10)
            .asked(&[80]);
    }
    world("8", 81)
        .play()
        .is("denied", "no-policy", "none", 0)
        .asked(&[]);
    world("9.0.16", 5000)
        .play()
        .is("denied", "no-policy", "none", 3000)
        .asked(&[5000]);
    let load = |version, port| world(version, port).loads("http://srv.test/crossdomain.xml");
    let d42 = load("9.0.47", 5000).play();
    d42.is("allowed", "granted", "loaded", 30).asked(&[80]);
    let d42 = load("9.0.47", 81).play();
    d42.is("denied", "no-policy", "none", 3000).asked(&[81]);
    let phase_1 = load("9.0.115", 5000)
        .play()
        .is("allowed", "granted", "loaded", 3030);
    assert_eq!(phase_1.outcome.rests_on, [Choice::HttpPolicy]);
    let strict = load("9.0.124", 5000).play();
    strict
        .is("denied", "no-policy", "none", 6000)
        .asked(&[843, 5000]);
    // A policy in a folder covers no port, and a missing page is not a policy.
    let folder = world("9.0.47", 5000)
        .loads("http://srv.test/game/crossdomain.xml")
        .play();
    folder
        .is("denied", "no-policy", "none", 3000)
        .asked(&[5000]);
    let missing = world("9.0.47", 5000)
        .loads("http://srv.test/other.xml")
        .play();
    missing
        .is("denied", "no-policy", "none", 3010)
        .asked(&[80, 5000]);
}

#[test]
fn policies_over_sockets() {
    let named = |version| {
        let world = World::new(OTHER, 80)
            .player(version)
            .on(100, Server::policy(&a("*", "*")));
        world.loads("xmlsocket://srv.test:100")
    };
    named("7.0.14")
        .play()
        .is("denied", "no-policy", "none", 0)
        .asked(&[]);
    for version in ["7.0.19", "8", "9.0.47"] {
        named(version)
            .play()
            .is("allowed", "granted", "loaded", 30)
            .asked(&[100]);
    }
    named("9.0.115")
        .play()
        .is("allowed", "granted", "loaded", 3030)
        .asked(&[843, 100]);
    let destination = World::new(OTHER, 5000)
        .player("9.0.16")
        .destination(&a("*", "5000"));
    destination
        .play()
        .is("allowed", "granted", "destination", 30)
        .asked(&[5000]);
    // A meta-policy has no effect in versions that do not ask 843.
    let named = World::new(OTHER, 5000)
        .player("9.0.47")
        .destination(&a("*", "5000"));
    let master = named
        .on(843, Server::policy(&sc("none")))
        .loads("xmlsocket://srv.test:843");
    master
        .play()
        .is("allowed", "granted", "destination", 50)
        .asked(&[843, 5000]);
}

#[test]
fn what_is_reported_when() {
    let reported = |version| {
        World::new(OTHER, 5000)
            .player(version)
            .play()
            .outcome
            .reported
    };
    assert_eq!(reported("9.0.124"), Notification::AtOnce);
    for version in ["10", "11", "32"] {
        assert_eq!(reported(version), Notification::AtTimeout(TIMEOUT));
    }
    let granted = World::new(OTHER, 5000).master(&a("*", "*"));
    assert_eq!(
        granted.clone().play().outcome.reported,
        Notification::AtOnce
    );
    let refused = granted.target(Server::Refuses).play();
    assert_eq!(refused.outcome.reported, Notification::AtOnce);
}

/// Players before 10 have no total limit of their own. The given one applies, and is listed as an assumption.
#[test]
fn no_limit_for_the_whole() {
    let mut world = World::new(OTHER, 5000)
        .player("8")
        .loads("xmlsocket://srv.test:100");
    world.config.timeout = ms(4000);
    let played = world.play().is("denied", "timeout", "none", 4000);
    assert_eq!(played.outcome.rests_on, [Choice::Timeout]);
}
