//! Decisions beyond the vectors: limits to the millisecond, sandboxes, TLS, another master port.
//!
//! Every trip takes 10 ms: a connection, an answer, a refusal. So a policy takes 20 ms and the movie's own connection
//! 10 ms.

use flash_policy::Port;
use flash_policy::decide::Sandbox;
use flash_policy::player::{Notification, TIMEOUT};

use crate::world::{Server, World, a, document, ms, sc};

const HERE: &str = "http://a.test/game.swf";

/// D28: no event, but an error thrown from `connect` itself, and no traffic.
#[test]
fn a_file_of_its_own() {
    let d28 = World::sandboxed(Sandbox::LocalWithFile, 5000).master(&a("a.test", "*"));
    let d28 = d28.play().is("denied", "sandbox", "none", 0);
    assert_eq!(
        (d28.outcome.reported, d28.steps.len()),
        (Notification::Thrown, 0)
    );
}

#[test]
fn limits() {
    let late = |seconds: u64| Server::policy(&a("*", "*")).after(ms(seconds * 1000));
    let d46 = World::new(HERE, 5000).on(843, late(25));
    let d46 = d46.loads("xmlsocket://srv.test:843").play();
    let d46 = d46.is("denied", "timeout", "none", 20_000);
    assert_eq!(d46.outcome.reported, Notification::AtTimeout(TIMEOUT));
    // Granted at the very end, with no time left to connect.
    let spent = World::new(HERE, 5000).on(843, Server::policy(&a("*", "*")).after(ms(19_980)));
    let spent = spent.loads("xmlsocket://srv.test:843").play();
    let spent = spent.is("unreachable", "target-timeout", "master", 20_000);
    assert_eq!(spent.steps.len(), 1);
    // The last moment is in time, the next one is not.
    let exactly =
        |millis| World::new(HERE, 5000).on(843, Server::policy(&a("*", "*")).after(ms(millis)));
    exactly(2980)
        .play()
        .is("allowed", "granted", "master", 3010);
    exactly(2981).play().is("denied", "no-policy", "none", 6000);
}

#[test]
fn over_tls() {
    let (all, world) = (Server::policy(&a("*", "*")), || {
        World::new(HERE, 5000).secure_socket()
    });
    // The opposite of D49: a plain socket, and a server that requires TLS.
    let plain = World::new(HERE, 5000).on(843, all.over_tls()).play();
    plain.is("denied", "no-policy", "none", 3020);
    // A certificate that the player does not trust.
    let untrusted = world().on(843, Server::policy(&a("*", "*")).over_tls());
    let untrusted = untrusted.target(Server::silent()).play();
    untrusted.is("unreachable", "target-refused", "master", 30);
}

#[test]
fn the_target() {
    let world = || World::new(HERE, 5000).master(&a("*", "*"));
    let refused = world().target(Server::Refuses).play();
    refused.is("unreachable", "target-refused", "master", 30);
    let filtered = world().target(Server::Filtered).play();
    filtered.is("unreachable", "target-timeout", "master", 20_000);
    let mut short = world();
    short.config.timeout = ms(500);
    let short = short.on(843, Server::Filtered).play();
    let short = short.is("denied", "timeout", "none", 500);
    assert_eq!(short.outcome.reported, Notification::AtTimeout(ms(500)));
}

/// Another port in place of the master port counts as 843 in every rule, and 843 as any low port.
#[test]
fn another_master() {
    let master = |body: &str, location: Option<&str>| {
        let mut world = World::new(HERE, 80).on(10_843, Server::policy(body));
        world.config.master_port = Some(Port::new(10_843).unwrap());
        match location {
            Some(location) => world.loads(location),
            None => world,
        }
    };
    let low = master(&a("*", "80"), None).play();
    low.is("allowed", "granted", "master", 30).asked(&[10_843]);
    let only = sc("master-only");
    let explicit = master(&only, Some("xmlsocket://srv.test:10843")).play();
    explicit
        .is("denied", "meta-policy-master-only", "master", 20)
        .asked(&[10_843]);
    let old = master("", Some("xmlsocket://srv.test:843"));
    let old = old.on(843, Server::text(&document(&a("*", "80")))).play();
    old.is("allowed", "granted", "loaded", 50)
        .asked(&[10_843, 843]);
}
