//! Lightspark: what it fetches, how it reads, and how it evaluates the answers. The cases were run against the real
//! program.

use flash_policy::player::{Client, DecidedBy, Notification};

use crate::world::{Deed, Played, Server, World, a, document, ms, sc};

pub(crate) const HERE: &str = "http://a.test/game.swf";
const HEADERS: &str = "<allow-http-request-headers-from domain='*' headers='*'/>";

/// The destination port does not answer.
pub(crate) fn here() -> World {
    from(HERE)
}

pub(crate) fn from(movie: &str) -> World {
    let world = World::new(movie, 5000).client(Client::Lightspark);
    world.on(5000, Server::Refuses)
}

/// Port 100 grants the connection, and the movie loads a policy from it.
fn loads(world: World) -> World {
    let world = world.on(100, Server::policy(&a("*", "*")));
    world.loads("xmlsocket://srv.test:100")
}

pub(crate) fn sent(deeds: &[&[u8]]) -> Server {
    let says = |piece: &&[u8]| Deed::Says(piece.to_vec());
    Server::does(&deeds.iter().map(says).collect::<Vec<_>>())
}

pub(crate) const GRANTED: (&str, &str) = ("allowed", "granted");
const NO_POLICY: (&str, &str) = ("denied", "no-policy");
pub(crate) const NO_MATCH: (&str, &str) = ("denied", "no-rule-matches");

#[track_caller]
pub(crate) fn check(case: &str, played: &Played, expected: (&str, &str), asked: &[u16]) {
    let outcome = &played.outcome;
    let seen = (outcome.verdict.code(), outcome.reason.code());
    assert_eq!(seen, expected, "{case}");
    played.has_asked(asked);
}

#[test]
fn it_asks_in_its_own_order() {
    let (all, here_only) = (a("*", "*"), a("*", "5000"));
    // Without a connection, the master counts as empty. The limit for the connect is 3 s, the answer has none.
    let filtered = here().destination(&here_only).play();
    filtered.is("allowed", "granted", "destination", 3030);
    let refused = loads(here().on(843, Server::Refuses)).play();
    let refused = refused.is("allowed", "granted", "loaded", 50);
    refused.has_asked(&[843, 100, 5000]);
    let late = Server::policy(&all).after(ms(7000));
    let late = here().on(843, late).play();
    late.is("allowed", "granted", "master", 7040);
    let silent = here().on(843, Server::silent()).play();
    silent.is("denied", "timeout", "none", 20_000);
    // After an unusable answer, only the destination is asked.
    for unusable in ["no policy", ""] {
        let unusable = Server::does(&[Deed::Says(unusable.into()), Deed::Fin]);
        let loaded = loads(here().on(843, unusable.clone())).play();
        check("loaded", &loaded, NO_POLICY, &[843, 5000]);
        let destination = here().on(843, unusable).destination(&here_only).play();
        check("destination", &destination, GRANTED, &[843, 5000]);
    }
    // `by-…` allows the locations that the movie loaded, but not the destination.
    let by = loads(here().master(&sc("by-content-type"))).play();
    by.is("allowed", "granted", "loaded", 50).asked(&[843, 100]);
    let only = ("denied", "meta-policy-master-only");
    for value in ["by-content-type", "by-ftp-filename", "master-only"] {
        let played = here().master(&sc(value)).destination(&here_only).play();
        check(value, &played, only, &[843]);
    }
    let none = here().master(&(sc("none") + &all)).play();
    let none = none.is("denied", "meta-policy-none", "master", 20);
    assert_eq!(none.outcome.reported, Notification::AtOnce);
}

/// A grant on 843 is not the end: every place that counts is asked and awaited.
#[test]
fn it_waits_for_every_place_that_counts() {
    let all = &a("*", "*");
    let silent = || here().on(5000, Server::silent());
    let hangs = silent().master(all).play();
    let hangs = hangs.is("denied", "timeout", "none", 20_000);
    let hangs = hangs.asked(&[843, 5000]);
    let in_vain = hangs.outcome.granted_in_vain.map(DecidedBy::source);
    assert_eq!(in_vain, Some("master"));
    let loaded = here()
        .on(100, Server::silent())
        .loads("xmlsocket://srv.test:100");
    let loaded = loaded.master(all).play();
    check("a loaded port", &loaded, ("denied", "timeout"), &[843, 100]);
    // If no policy grants the connection, it also times out, and `granted_in_vain` is `None`.
    let nothing = silent().on(843, Server::Refuses).play();
    check("no master", &nothing, ("denied", "timeout"), &[843, 5000]);
    assert_eq!(nothing.outcome.granted_in_vain, None);
    // The fixes: a narrower meta-policy, or any answer at all.
    let only = silent().master(&(sc("master-only") + all)).play();
    check("master-only", &only, GRANTED, &[843]);
    let closes = here()
        .on(5000, Server::does(&[Deed::Fin]))
        .master(all)
        .play();
    check("closes", &closes, GRANTED, &[843, 5000]);
    let greets = here().on(5000, sent(&[b"welcome\r"])).master(all).play();
    check("greets", &greets, GRANTED, &[843, 5000]);
    let denies = here().destination(&a("b.test", "*")).master(all).play();
    check("denies", &denies, GRANTED, &[843, 5000]);
    // 4,096 bytes, and the connection stays open.
    let full = format!(
        "{}<!--{}-->\0",
        document(all),
        "x".repeat(4096 - 7 - 1 - document(all).len())
    );
    assert_eq!(full.len(), 4096);
    let full = here().on(843, sent(&[full.as_bytes()])).play();
    check("4,096 bytes", &full, ("denied", "timeout"), &[843]);
    // The master's own port is asked once.
    let mut own = World::new(HERE, 843).client(Client::Lightspark).master(all);
    own.config.master_port = None;
    check("843 itself", &own.play(), GRANTED, &[843]);
}

/// The file counts up to the first element that is not accepted: a meta-policy before it applies, and so do the rules.
#[test]
fn a_bad_element_in_the_master() {
    let (all, none, only) = (&a("*", "*"), &sc("none"), &sc("master-only"));
    let meta_none = ("denied", "meta-policy-none");
    let meta_only = ("denied", "meta-policy-master-only");
    let bad = [
        HEADERS.to_owned(),
        "<allow-access-from domain='*'/>".to_owned(),
        "<allow-access-from to-ports='*'/>".to_owned(),
        "<allow-access-from domain='*' to-ports='*' secure='false' id='x'/>".to_owned(),
        sc("all"),
        "<site-control/>".to_owned(),
        sc(""),
    ];
    for bad in &bad {
        let both = |master: &str| here().master(master).destination(all).play();
        check(
            bad,
            &here().master(&(sc("all") + all + bad)).play(),
            GRANTED,
            &[843, 5000],
        );
        check(
            bad,
            &here().master(&(sc("all") + bad + all)).play(),
            NO_MATCH,
            &[843, 5000],
        );
        check(bad, &both(&(none.clone() + bad)), meta_none, &[843]);
        check(bad, &both(&(only.clone() + bad + all)), meta_only, &[843]);
        check(
            bad,
            &here().master(&(only.clone() + all + bad)).play(),
            GRANTED,
            &[843],
        );
    }
    // Without a meta-policy before it, the rules do not count, and everything is allowed: loaded files and the
    // destination.
    for bad in bad.iter().filter(|bad| **bad != sc("all")) {
        let master = all.clone() + bad + all;
        check(bad, &here().master(&master).play(), NO_POLICY, &[843, 5000]);
        let loaded = loads(here().master(&master)).play();
        check(bad, &loaded, GRANTED, &[843, 100, 5000]);
        let destination = here().master(&master).destination(all).play();
        check(bad, &destination, GRANTED, &[843, 5000]);
        // In any other place, it voids the file.
        let off = here().on(843, Server::Refuses).destination(&master).play();
        check(bad, &off, NO_POLICY, &[843, 5000]);
    }
    for text in ["<html></html>", "<policy/>", ""] {
        let world = || here().on(843, Server::text(text));
        check(text, &loads(world()).play(), GRANTED, &[843, 100, 5000]);
        check(text, &world().play(), NO_POLICY, &[843, 5000]);
    }
    // D11: outside 843, a meta-policy is an element that is not accepted.
    let d11 = here()
        .on(843, Server::Refuses)
        .destination(&(sc("none") + all))
        .play();
    d11.is("denied", "no-policy", "none", 30);
}

/// Its XML parser continues where others stop, and its errors are ignored.
#[test]
fn xml_is_read_leniently() {
    let all = &a("*", "*");
    let policy = document(all);
    let text = |body: &str| document(body).into_bytes();
    let utf_16: Vec<u8> = policy.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n{policy}");
    let granted: &[(&str, Vec<u8>)] = &[
        (
            "a duplicate attribute",
            text("<allow-access-from domain='*' domain='b.test' to-ports='*'/>"),
        ),
        (
            "a mismatched end tag",
            policy.replace("</cross-domain-policy>", "</policy>").into(),
        ),
        (
            "no end tag",
            policy.replace("</cross-domain-policy>", "").into(),
        ),
        ("text after the root", format!("{policy} and more").into()),
        ("two roots", format!("{policy}<a/>").into()),
        ("an HTTP head before it", head.into()),
        ("`--` in a comment", text(&format!("<!-- a -- b -->{all}"))),
        ("an unknown entity", text(&format!("&nope;{all}"))),
        (
            "a byte of Latin-1",
            [b"<!-- \xE9 -->".as_slice(), policy.as_bytes()].concat(),
        ),
        ("UTF-16LE", utf_16.clone()),
        (
            "UTF-16LE with a mark",
            [b"\xFF\xFE".as_slice(), &utf_16].concat(),
        ),
        (
            "a small doctype",
            format!("<!doctype a [<!ENTITY b 'c'>]>{policy}").into(),
        ),
        (
            "no space between attributes",
            text("<allow-access-from domain='*'to-ports='*'/>"),
        ),
        (
            "`<` in a value",
            text("<allow-access-from domain='*' to-ports='*' x='<'/>"),
        ),
    ];
    for (case, bytes) in granted {
        let answer = sent(&[&[bytes, b"\0".as_slice()].concat()]);
        check(case, &here().on(843, answer).play(), GRANTED, &[843, 5000]);
    }
    let denied: &[(&str, Vec<u8>)] = &[
        (
            "a mismatched end tag before it",
            text(&format!("<a></b>{all}")),
        ),
        ("no quotes before it", text(&format!("<a b=c/>{all}"))),
        ("a stray `<` before it", text(&format!("< {all}"))),
        ("a NUL before it", text(&format!("\0{all}"))),
        ("an open comment before it", text(&format!("<!-- {all}"))),
    ];
    for (case, bytes) in denied {
        let answer = sent(&[&[bytes, b"\0".as_slice()].concat()]);
        check(case, &here().on(843, answer).play(), NO_MATCH, &[843, 5000]);
    }
}

/// It stops after the first read that is not full.
#[test]
fn it_reads_while_reads_are_full() {
    let text = document(&a("*", "*")) + "\0";
    let cut = |at: usize| {
        let (one, two) = text.split_at(at);
        here()
            .on(843, sent(&[one.as_bytes(), two.as_bytes()]))
            .play()
    };
    check("within a tag", &cut(40), NO_POLICY, &[843, 5000]);
    let after_a_tag = text.find("</").unwrap();
    check("after a tag", &cut(after_a_tag), GRANTED, &[843, 5000]);
    let long = format!("<!--{}-->{text}", "x".repeat(4096 - 7));
    let (one, two) = long.split_at(4096);
    let full = here()
        .on(843, sent(&[one.as_bytes(), two.as_bytes()]))
        .play();
    check("after 4,096 bytes", &full, GRANTED, &[843, 5000]);
    // The bytes before a reset count if they are properly terminated.
    let ended = format!(
        "{}<!--{}-->",
        document(&a("*", "*")),
        "x".repeat(4096 - 7 - text.len() + 1)
    );
    assert_eq!(ended.len(), 4096);
    let reset = Server::does(&[Deed::Says(ended.into()), Deed::Rst]);
    check(
        "a reset",
        &here().on(843, reset).play(),
        GRANTED,
        &[843, 5000],
    );
}
