//! The vectors of the protocol's description, each by its number: D1 to D53 are decisions, W12 to W16 answers on their
//! way to a client.
//!
//! Every trip takes 10 ms: a connection, an answer, a refusal. So a policy costs 20, the movie's own connection 10, and
//! a port that drops packets or says nothing 3,000.

use std::collections::BTreeSet;

use flash_policy::Port;
use flash_policy::decide::Sandbox;
use flash_policy::player::Client;

use crate::world::{Deed, Server, TRIP, World, a, document, ms, sc};

const HERE: &str = "http://a.test/game.swf";

/// What comes of an attempt: verdict, reason, where it was decided, and after how many milliseconds.
type Expected = (&'static str, &'static str, &'static str, u64);

/// A vector, what it asks, and what must come of it with which ports asked.
type Vector = (&'static str, World, Expected, &'static [u16]);

const fn granted(source: &'static str, after: u64) -> Expected {
    ("allowed", "granted", source, after)
}

const fn denied(reason: &'static str, source: &'static str, after: u64) -> Expected {
    ("denied", reason, source, after)
}

const NONE_NEEDED: Expected = ("allowed", "no-policy-needed", "none", 10);

/// Nobody on 843, and the game is silent.
fn here() -> World {
    World::new(HERE, 5000)
}

fn secure() -> String {
    "<allow-access-from domain=\"*\" to-ports=\"*\" secure=\"true\"/>".to_owned()
}

/// The master policy and the destination's.
fn places() -> Vec<Vector> {
    let (all, on_5000) = (&a("*", "*"), &a("*", "5000"));
    let page = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";
    let both: &[u16] = &[843, 5000];
    let late = granted("destination", 3030);
    let at_once = granted("destination", 50);
    let nobody = here().on(843, Server::Refuses).on(5000, Server::Refuses);
    let closed = here().on(843, Server::Refuses).destination(on_5000);
    let broken = here().on(843, Server::text("<cross-domain-policy"));
    let http = here().on(843, Server::text(page));
    let own = World::new("http://srv.test/", 5000);
    vec![
        ("D1", here().master(all), granted("master", 30), &[843]),
        ("D2", here().destination(on_5000), late, both),
        ("D3", closed, granted("destination", 40), both),
        ("D4", here(), denied("no-policy", "none", 6000), both),
        ("D4", nobody, denied("no-policy", "none", 20), both),
        ("D5", own, denied("no-policy", "none", 6000), both),
        (
            "D6",
            here().master(&a("*", "4000")).destination(on_5000),
            at_once,
            both,
        ),
        ("D10", here().master("").destination(on_5000), at_once, both),
        (
            "D12",
            World::new(HERE, 80).destination(all),
            late,
            &[843, 80],
        ),
        ("D39", broken.destination(on_5000), at_once, both),
        ("D40", http.destination(on_5000), at_once, both),
        (
            "D41",
            here().on(80, Server::policy(all)),
            denied("no-policy", "none", 6000),
            both,
        ),
        (
            "D51",
            World::new(HERE, 843).master(&a("*", "843")),
            granted("master", 30),
            &[843],
        ),
    ]
}

fn meta_policies() -> Vec<Vector> {
    let on_5000 = &a("*", "5000");
    let world = |master: &str| here().master(master).destination(on_5000);
    let only = denied("meta-policy-master-only", "master", 20);
    let none = denied("meta-policy-none", "master", 20);
    let off_master = here().destination(&(sc("none") + on_5000));
    vec![
        (
            "D7",
            world(&(sc("master-only") + &a("*", "4000"))),
            only,
            &[843],
        ),
        ("D8", world(&(sc("none") + &a("*", "*"))), none, &[843]),
        (
            "D9",
            world(&sc("all")),
            granted("destination", 50),
            &[843, 5000],
        ),
        (
            "D11",
            off_master,
            granted("destination", 3030),
            &[843, 5000],
        ),
        ("D47", world(&sc("by-content-type")), only, &[843]),
    ]
}

fn loaded() -> Vec<Vector> {
    let load = |from: u16, body: &str, port| {
        let world = World::new(HERE, port).on(from, Server::policy(body));
        world.loads(&format!("xmlsocket://srv.test:{from}"))
    };
    let all = &a("*", "*");
    let only = load(100, all, 5000).master(&sc("master-only"));
    let late = |seconds: u64| {
        let server = Server::policy(all).after(ms(seconds * 1000));
        here().on(843, server)
    };
    let explicit = |seconds| late(seconds).loads("xmlsocket://srv.test:843");
    let in_range = load(5000, &a("*", "80-6000"), 1024);
    vec![
        (
            "D13",
            load(5000, all, 80),
            denied("port-authority", "loaded", 6020),
            &[843, 5000, 80],
        ),
        ("D14", in_range, granted("loaded", 3030), &[843, 5000]),
        (
            "D15",
            load(100, all, 23),
            granted("loaded", 3030),
            &[843, 100],
        ),
        (
            "D16",
            only,
            denied("meta-policy-master-only", "master", 20),
            &[843],
        ),
        (
            "D44",
            late(5),
            denied("no-policy", "none", 6000),
            &[843, 5000],
        ),
        ("D45", explicit(5), granted("master", 5030), &[843]),
        (
            "D46",
            explicit(25),
            denied("timeout", "none", 20_000),
            &[843],
        ),
    ]
}

/// One policy on 843, and where the movie is from.
fn rules() -> Vec<Vector> {
    let no = denied("no-rule-matches", "master", 3020);
    let yes = granted("master", 30);
    let no_ports = "<allow-access-from domain=\"*\"/>".to_owned();
    let either = a("*", "4000-4999") + &a("a.test", "5000");
    let neither = a("a.test", "4000") + &a("b.test", "5000");
    let secure_only = denied("secure-only", "master", 3020);
    let rows = [
        ("D17", a("*.a.test", "*"), "http://a.test", yes),
        ("D18", a("*.a.test", "*"), "http://x.y.a.test", yes),
        ("D19", a("*.a.test", "*"), "http://ba.test", no),
        ("D20", a("a.test", "*"), "http://www.a.test", no),
        ("D21", a("www.a.test", "*"), "http://a.test", no),
        ("D22", a("A.TEST", "*"), "http://a.test", yes),
        ("D23", a("192.0.2.1", "*"), "http://192.0.2.1/x.swf", yes),
        ("D24", a("192.0.2.1", "*"), "http://a.test", no),
        ("D25", a("localhost", "*"), "http://127.0.0.1/", no),
        ("D31", secure(), "http://a.test", secure_only),
        ("D32", secure(), "https://a.test", yes),
        ("D33", a("*", "*"), "https://a.test", yes),
        ("D34", a("http://*.a.test", "*"), "https://www.a.test", no),
        ("D35", a("http://*.a.test", "*"), "http://www.a.test", yes),
        ("D36", either, HERE, yes),
        ("D37", neither, HERE, no),
        ("D38", no_ports, HERE, no),
    ];
    let rows = rows.into_iter().map(|(id, body, from, expected)| {
        let asked: &[u16] = if expected == yes {
            &[843]
        } else {
            &[843, 5000]
        };
        (id, World::new(from, 5000).master(&body), expected, asked)
    });
    rows.collect()
}

/// Sandboxes, older players, TLS, other clients.
fn clients() -> Vec<Vector> {
    let all = &a("*", "*");
    let boxed = |sandbox, port| World::sandboxed(sandbox, port);
    let named = boxed(Sandbox::LocalWithNetwork, 5000).master(&a("a.test", "*"));
    let everybody = boxed(Sandbox::LocalWithNetwork, 5000).master(all);
    let no = denied("no-rule-matches", "master", 3020);
    let files = boxed(Sandbox::LocalWithFile, 5000).master(all);
    let http = |port| {
        let site = Server::policy("<allow-access-from domain=\"a.test\"/>");
        let world = World::new(HERE, port).player("9.0.47").on(80, site);
        world.loads("http://srv.test/crossdomain.xml")
    };
    let own = |port| World::new("http://srv.test/", port).player("9.0.47");
    let tls = here()
        .secure_socket()
        .on(843, Server::policy(all).over_tls());
    let clear = here()
        .secure_socket()
        .on(843, Server::policy(all))
        .destination(all);
    let ruffle = here().client(Client::Ruffle);
    let range = |port| {
        World::new(HERE, port)
            .client(Client::Lightspark)
            .master(&a("*", "1024-65535"))
            .on(u16::try_from(port).unwrap(), Server::Refuses)
    };
    vec![
        ("D26", named, no, &[843, 5000]),
        ("D27", everybody, granted("master", 30), &[843]),
        ("D28", files, denied("sandbox", "none", 0), &[]),
        ("D29", boxed(Sandbox::LocalTrusted, 5000), NONE_NEEDED, &[]),
        ("D30", boxed(Sandbox::Application, 25), NONE_NEEDED, &[]),
        ("D42", http(5000), granted("loaded", 30), &[80]),
        // Asked as the destination too; what comes is the same document, whose rule names no ports.
        (
            "D42",
            http(80),
            denied("no-rule-matches", "destination", 20),
            &[80],
        ),
        ("D43", own(5000), NONE_NEEDED, &[]),
        ("D43", own(80), denied("no-policy", "none", 3000), &[80]),
        ("D48", tls, granted("master", 30), &[843]),
        ("D49", clear, denied("no-policy", "none", 20), &[843, 5000]),
        ("D52", ruffle, NONE_NEEDED, &[]),
        ("D53", range(1024), granted("master", 40), &[843, 1024]),
        (
            "D53",
            range(5000),
            denied("no-rule-matches", "master", 30),
            &[843, 5000],
        ),
    ]
}

/// What happens to the master's answer; nobody answers on the destination port.
fn wire() -> Vec<Vector> {
    let policy = document(&a("*", "*"));
    let says = |text: &str| Deed::Says(text.as_bytes().to_vec());
    let master = |deeds: &[Deed]| {
        here()
            .on(5000, Server::Refuses)
            .on(843, Server::does(deeds))
    };
    let with_nul = policy.clone() + "\0";
    let (one, rest) = with_nul.split_at(30);
    let (two, three) = rest.split_at(20);
    let pieces = vec![
        (TRIP, says(one)),
        (ms(1000), says(two)),
        (ms(2000), says(three)),
    ];
    let fine = granted("master", 30);
    let held = denied("no-policy", "none", 3010);
    vec![
        ("W12", master(&[says(&policy), Deed::Fin]), fine, &[843]),
        ("W13", master(&[says(&policy)]), held, &[843, 5000]),
        (
            "W14",
            master(&[says(&(policy.clone() + "\0\n")), Deed::Fin]),
            fine,
            &[843],
        ),
        (
            "W15",
            here().on(843, Server::Does(pieces)),
            granted("master", 2020),
            &[843],
        ),
        ("W16", master(&[says(&with_nul), Deed::Rst]), fine, &[843]),
        (
            "W16",
            master(&[says(&policy), Deed::Rst]),
            denied("no-policy", "none", 30),
            &[843, 5000],
        ),
    ]
}

#[test]
fn every_vector() {
    let vectors = [
        places(),
        meta_policies(),
        loaded(),
        rules(),
        clients(),
        wire(),
    ]
    .concat();
    let mut seen = BTreeSet::new();
    for (id, world, (verdict, reason, source, elapsed), asked) in vectors {
        println!("{id}");
        world
            .play()
            .is(verdict, reason, source, elapsed)
            .asked(asked);
        seen.insert(id.to_owned());
    }
    // D50: no such port can be asked for at all; the player throws `SecurityError` #2003.
    assert!(Port::new(70_000).is_err());
    seen.insert("D50".to_owned());
    let decisions = (1..=53).map(|number| format!("D{number}"));
    let answers = (12..=16).map(|number| format!("W{number}"));
    let all: BTreeSet<String> = decisions.chain(answers).collect();
    assert_eq!(seen, all, "a vector is missing, or unknown");
}
