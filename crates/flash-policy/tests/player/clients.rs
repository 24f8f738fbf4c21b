//! Clients other than Flash Player: what each fetches, how it reads, and how it evaluates the answers.

use flash_policy::REQUEST;
use flash_policy::decide::{Place, Sandbox};
use flash_policy::player::{Choice, Client, Protocol};

use crate::world::{Deed, Played, Server, TRIP, World, a, document};

const HERE: &str = "http://a.test/game.swf";

fn client(client: Client, port: u16) -> World {
    let world = World::new(HERE, port).client(client);
    let port = world.config.port.get();
    world.on(port, Server::Refuses)
}

fn pieces(pieces: &[&str]) -> Server {
    let says = |piece: &&str| Deed::Says(piece.as_bytes().to_vec());
    Server::does(&pieces.iter().map(says).collect::<Vec<_>>())
}

fn request(played: &Played) -> &'static [u8] {
    match played.step(Place::Master).fetch.protocol {
        Protocol::Policy(bytes) => bytes,
        Protocol::Http { .. } | Protocol::Nothing => panic!("no policy is requested"),
    }
}

#[test]
fn unity() {
    let world = || client(Client::Unity, 5000);
    let all = &a("*", "*");
    let granted = world()
        .master(all)
        .play()
        .is("allowed", "granted", "master", 30);
    assert_eq!(request(&granted), REQUEST);
    // It never asks the destination, and only rules for `*` count.
    let nobody = world().destination(all).play();
    nobody.is("denied", "no-policy", "none", 3000).asked(&[843]);
    let named = world().master(&a("a.test", "*")).play();
    named.is("denied", "no-rule-matches", "master", 20);
    // The limit for the connect is 3 s, the read has none. It reads once, 5,000 bytes.
    world()
        .on(843, Server::silent())
        .play()
        .is("denied", "timeout", "none", 20_000);
    let text = document(all);
    let cut = world().on(843, pieces(&[&text[..30], &text[30..]])).play();
    cut.is("denied", "no-policy", "none", 20);
    let long = |length: usize| format!("<!--{}-->{text}", "x".repeat(length - 7 - text.len()));
    world()
        .on(843, pieces(&[&long(5000)]))
        .play()
        .is("allowed", "granted", "master", 30);
    world()
        .on(843, pieces(&[&long(5001)]))
        .play()
        .is("denied", "no-policy", "none", 20);
}

#[test]
fn unity_prefetches() {
    let from = |port: u16, target| {
        let world = client(Client::Unity, target).on(port, Server::policy(&a("*", "*")));
        world.loads(&format!("xmlsocket://srv.test:{port}"))
    };
    from(9000, 5000)
        .play()
        .is("allowed", "granted", "loaded", 30)
        .asked(&[9000]);
    // Its rule treats 1024 as a low port.
    from(1024, 80).play().is("allowed", "granted", "loaded", 30);
    from(1025, 80)
        .play()
        .is("denied", "port-authority", "loaded", 20)
        .asked(&[1025]);
    // After a failure, it asks 843.
    let failed = from(9000, 5000)
        .on(9000, Server::Refuses)
        .master(&a("*", "*"))
        .play();
    failed
        .is("allowed", "granted", "master", 40)
        .asked(&[9000, 843]);
}

fn access_policy(callers: &str, grants: &str) -> Server {
    let text = format!(
        "<?xml version=\"1.0\"?><access-policy><cross-domain-access><policy><allow-from>{callers}</allow-from>\
         <grant-to>{grants}</grant-to></policy></cross-domain-access></access-policy>"
    );
    // In pieces of the size of Moonlight's reads.
    Server::Does(
        text.as_bytes()
            .chunks(256)
            .map(|read| (TRIP, Deed::Says(read.to_vec())))
            .collect(),
    )
}

const ANY: &str = "<domain uri=\"*\"/>";
const ALL: &str = "<socket-resource port=\"4502-4534\" protocol=\"tcp\"/>";

#[test]
fn silverlight() {
    let world = || client(Client::Silverlight, 4502);
    let served = |callers, grants| world().on(943, access_policy(callers, grants)).play();
    let granted = served(ANY, ALL)
        .is("allowed", "granted", "master", 30)
        .asked(&[943]);
    assert_eq!(request(&granted), b"<policy-file-request/>");
    // Other ports are refused without fetching a policy, and there is no other place to ask.
    for port in [4501, 4535, 80] {
        let other = client(Client::Silverlight, port).play();
        other.is("denied", "port-authority", "none", 0).asked(&[]);
    }
    world()
        .master(&a("*", "*"))
        .play()
        .is("denied", "no-policy", "none", 10_000)
        .asked(&[943]);
    for (callers, granted) in [
        ("<domain uri=\"http://a.test\"/>", true),
        ("<domain uri=\"http://A.TEST/\"/>", true),
        ("<domain uri=\"http://*.a.test\"/>", true),
        ("<domain uri=\"http://a.test:80\"/>", true),
        ("<domain uri=\"http://*\"/>", true),
        ("<domain uri=\"https://*\"/>", false),
        ("<domain uri=\"https://a.test\"/>", false),
        ("<domain uri=\"http://b.test\"/>", false),
        ("<domain uri=\"http://a.test:8080\"/>", false),
        ("<domain uri=\"http://*.est\"/>", false),
        ("<domain uri=\"file:///\"/>", false),
        ("<domain uri=\"*\"/><other/>", false),
        ("<domain uri=\"*\"/></allow-from><other/><allow-from>", true),
        (
            "<domain uri=\"*\"/></allow-from><other></other><allow-from>",
            false,
        ),
    ] {
        println!("{callers}");
        let played = served(callers, ALL);
        if granted {
            played.is("allowed", "granted", "master", 30);
        } else {
            played.is("denied", "no-rule-matches", "master", 20);
        }
    }
}

#[test]
fn silverlight_ports_and_reads() {
    let world = || client(Client::Silverlight, 4502);
    let served = |grants: &str| world().on(943, access_policy(ANY, grants)).play();
    for (port, protocol, reason) in [
        ("4502", "tcp", "granted"),
        ("4503", "tcp", "no-rule-matches"),
        ("4502", "TCP", "no-rule-matches"),
        ("4502-5000", "tcp", "no-policy"),
        ("80", "tcp", "no-policy"),
    ] {
        let grant = format!("<socket-resource port=\"{port}\" protocol=\"{protocol}\"/>");
        assert_eq!(served(&grant).outcome.reason.code(), reason, "{grant}");
    }
    let flash = world().on(943, Server::policy(&a("*", "*"))).play();
    flash.is("denied", "no-policy", "none", 20);
    let split = world()
        .on(943, pieces(&["<access-policy>", "</access-policy>"]))
        .play();
    let split = split.is("denied", "no-policy", "none", 20);
    assert_eq!(split.outcome.rests_on, [Choice::SilverlightReading]);
    let file = World::sandboxed(Sandbox::LocalWithNetwork, 4502).client(Client::Silverlight);
    let file = file
        .on(943, access_policy("<domain uri=\"file:///\"/>", ALL))
        .play();
    file.is("allowed", "granted", "master", 30);
}
