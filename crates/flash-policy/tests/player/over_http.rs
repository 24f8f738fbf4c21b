//! Policies over HTTP: `/crossdomain.xml` for old Flash players, and Silverlight's `/clientaccesspolicy.xml`.

use flash_policy::player::{Choice, Client, ConnectionEnd, Protocol, Verdict};

use crate::world::{Deed, Server, World, document};

const OTHER: &str = "http://a.test/game.swf";

const TEXT: Option<&str> = Some("text/xml; charset=utf-8");

const ACCESS: &str = "<access-policy><cross-domain-access><policy><allow-from><domain uri=\"*\"/></allow-from>\
     <grant-to><socket-resource port=\"4502-4534\" protocol=\"tcp\"/></grant-to></policy></cross-domain-access></access-policy>";

const ACCESS_URL: &str = "http://srv.test/clientaccesspolicy.xml";

fn crossdomain(content_type: Option<&'static str>) -> Server {
    Server::file(
        content_type,
        &document("<allow-access-from domain=\"a.test\"/>"),
    )
}

/// From 9.0.115 on, the content type decides. Before, any is accepted.
#[test]
fn content_types() {
    let load = |version: &str, content_type| {
        let world = World::new(OTHER, 5000).player(version);
        let world = world.on(843, Server::Refuses).on(5000, Server::Refuses);
        let world = world.loads("http://srv.test/crossdomain.xml");
        world.site(crossdomain(content_type)).play()
    };
    for (content_type, counts) in [
        (TEXT, true),
        (Some("text/x-cross-domain-policy"), true),
        (Some("TEXT/html"), true),
        (Some("application/xml"), true),
        (Some(" application/xhtml+xml ; charset=x"), true),
        (Some("application/octet-stream"), false),
        (Some("application/xmlx"), false),
        (Some("textual/xml"), false),
        (None, false),
    ] {
        let old = load("9.0.47", content_type).outcome;
        assert_eq!(old.verdict, Verdict::Allowed, "{content_type:?}");
        let phase_1 = load("9.0.115", content_type);
        let is_allowed = phase_1.outcome.verdict == Verdict::Allowed;
        assert_eq!(is_allowed, counts, "{content_type:?}");
        let step = &phase_1.steps[1];
        let response = step.response.as_ref().unwrap();
        assert_eq!(response.content_type.as_deref(), content_type);
        if !counts {
            assert!(matches!(step.end, Some((ConnectionEnd::ContentType, _))));
            assert_eq!(phase_1.outcome.rests_on, [Choice::ContentType]);
        }
    }
}

/// What a redirect leads to rests on an assumption, whether it was followed or not.
#[test]
fn redirects() {
    let load = |deeds: &[Deed]| {
        let world = World::new(OTHER, 5000).player("9.0.47");
        let world = world.on(5000, Server::Refuses);
        let world = world.loads("http://srv.test/crossdomain.xml");
        world.site(Server::does(deeds)).play().outcome
    };
    let text = document("<allow-access-from domain=\"*\"/>").into_bytes();
    let followed = load(&[Deed::Responds(TEXT, 1), Deed::Says(text), Deed::Fin]);
    assert_eq!(followed.verdict, Verdict::Allowed);
    assert_eq!(followed.rests_on, [Choice::HttpRedirect]);
    let elsewhere = load(&[Deed::Responds(TEXT, 1), Deed::HasNone]);
    assert_eq!(elsewhere.verdict, Verdict::Denied);
    assert_eq!(elsewhere.rests_on, [Choice::HttpRedirect]);
    let missing = load(&[Deed::Responds(TEXT, 0), Deed::HasNone]);
    assert_eq!(missing.rests_on, []);
}

/// In 9.0.115, another file counts only if the site's `/crossdomain.xml` allows other files.
#[test]
fn the_sites_meta_policy() {
    let other = || Server::file(TEXT, &document("<allow-access-from domain=\"*\"/>"));
    let load = |version: &str, site: Server| {
        let world = World::new(OTHER, 5000).player(version);
        let world = world.on(843, Server::Refuses).on(5000, Server::Refuses);
        let world = world.loads("http://srv.test/other.xml");
        world.site(site).has_file("/other.xml", other()).play()
    };
    let says = |value: &str| {
        let control = format!("<site-control permitted-cross-domain-policies=\"{value}\"/>");
        Server::file(TEXT, &document(&control))
    };
    for (site, counts) in [
        (says("all"), true),
        (crossdomain(TEXT), true),
        (
            Server::does(&[Deed::Responds(TEXT, 0), Deed::HasNone]),
            true,
        ),
        (Server::Refuses, true),
        (says("master-only"), false),
        (says("by-content-type"), false),
        (says("none"), false),
    ] {
        let old = load("9.0.47", site.clone());
        assert_eq!(old.outcome.verdict, Verdict::Allowed, "{site:?}");
        old.asked(&[80]);
        let phase_1 = load("9.0.115", site.clone());
        let is_allowed = phase_1.outcome.verdict == Verdict::Allowed;
        assert_eq!(is_allowed, counts, "{site:?}");
        let asked: &[u16] = if counts {
            &[843, 80, 80]
        } else {
            &[843, 80, 5000]
        };
        phase_1.asked(asked);
    }
    // The site's own file does not count if it says `none`, and is asked once for both.
    let both = |site: Server| {
        let world = World::new(OTHER, 5000).player("9.0.115");
        let world = world.on(843, Server::Refuses).on(5000, Server::Refuses);
        let world = world.loads("http://srv.test/crossdomain.xml");
        let world = world.loads("http://srv.test/other.xml").site(site);
        world.has_file("/other.xml", other()).play()
    };
    let none =
        "<site-control permitted-cross-domain-policies=\"none\"/><allow-access-from domain=\"*\"/>";
    both(Server::file(TEXT, &document(none)))
        .is("denied", "no-policy", "none", 40)
        .asked(&[843, 80, 5000]);
    let for_b = "<allow-access-from domain=\"b.test\"/>";
    let granted = both(Server::file(TEXT, &document(for_b)));
    assert_eq!(granted.outcome.verdict, Verdict::Allowed);
    granted.asked(&[843, 80, 80]);
}

/// An application that asks over HTTP: one file on port 80, and nothing else.
#[test]
fn silverlight() {
    let world = || {
        let world = World::new(OTHER, 4502).client(Client::Silverlight);
        world.on(943, Server::Refuses).loads(ACCESS_URL)
    };
    let serves = |content_type, text: &str| {
        let file = Server::file(content_type, text);
        world().has_file("/clientaccesspolicy.xml", file).play()
    };
    let granted = serves(TEXT, ACCESS);
    let path = "/clientaccesspolicy.xml".into();
    assert_eq!(granted.steps[0].fetch.protocol, Protocol::Http { path });
    granted.is("allowed", "granted", "loaded", 30).asked(&[80]);
    for (content_type, text, reason) in [
        (Some("application/xml"), ACCESS, "granted"),
        (Some("application/octet-stream"), ACCESS, "no-policy"),
        (Some("application/xhtml+xml"), ACCESS, "no-policy"),
        (None, ACCESS, "no-policy"),
        (TEXT, "<html/>", "no-policy"),
        (TEXT, "<cross-domain-policy/>", "no-policy"),
        (TEXT, &ACCESS.replace("4502-", "4503-"), "no-rule-matches"),
    ] {
        let played = serves(content_type, text);
        assert_eq!(
            played.outcome.reason.code(),
            reason,
            "{content_type:?} {text}"
        );
        // Neither port 943 nor `/crossdomain.xml` is asked instead.
        played.asked(&[80]);
    }
    // No other address has this effect.
    for other in [
        "http://srv.test/crossdomain.xml",
        "http://srv.test:8080/clientaccesspolicy.xml",
        "https://srv.test/clientaccesspolicy.xml",
        "http://a.test/clientaccesspolicy.xml",
        "xmlsocket://srv.test:80",
    ] {
        let world = World::new(OTHER, 4502).client(Client::Silverlight);
        let world = world.on(943, Server::Refuses).loads(other);
        world
            .play()
            .is("denied", "no-policy", "none", 10)
            .asked(&[943]);
    }
}
