//! The header `X-Permitted-Cross-Domain-Policies` of responses, which 9.0.115 introduced with meta-policies.

use flash_policy::player::{Choice, Client, Verdict};

use crate::world::{Deed, Played, Server, World, document};

const ALL: &str = "<allow-access-from domain=\"*\"/>";

fn world(version: &str) -> World {
    let world = World::new("http://a.test/game.swf", 5000).player(version);
    world.on(843, Server::Refuses).on(5000, Server::Refuses)
}

fn is_allowed(played: &Played) -> bool {
    played.outcome.verdict == Verdict::Allowed
}

/// On the response that has the policy: `none` wins, in a list too, and over the file's own `site-control`.
#[test]
fn on_the_file_itself() {
    for (header, root, other, is_known) in [
        ("all", true, true, true),
        ("master-only", true, false, true),
        ("none", false, false, true),
        ("none-this-response", false, false, true),
        ("all, none", false, false, true),
        ("none-this-response,all", false, false, true),
        ("NONE", false, false, false),
        ("bogus", false, false, false),
        ("by-content-type", true, false, false),
        ("by-ftp-filename", true, false, false),
        ("", true, true, true),
    ] {
        for control in [
            "",
            "<site-control permitted-cross-domain-policies=\"all\"/>",
        ] {
            let text = document(&format!("{control}{ALL}"));
            let load = |version| {
                let world = world(version).loads("http://srv.test/crossdomain.xml");
                world.site(Server::permitting(header, &text)).play()
            };
            let played = load("9.0.115");
            assert_eq!(is_allowed(&played), root, "{header} {control}");
            let listed = played.outcome.rests_on.contains(&Choice::HttpMetaPolicy);
            assert_eq!(listed, !is_known, "{header} {control}");
            let response = played.steps[1].response.as_ref().unwrap();
            assert_eq!(response.meta_policy.as_deref(), Some(header));
            // Before, there were no meta-policies. Whether the header had an effect is listed where it would.
            let old = load("9.0.47");
            assert!(is_allowed(&old), "{header}");
            let listed = old.outcome.rests_on.contains(&Choice::HttpMetaPolicy);
            assert_eq!(listed, !root, "{header}");
        }
        let site = world("9.0.115").loads("http://srv.test/other.xml");
        let site = site.site(Server::file(Some("text/xml"), &document("")));
        let file = Server::permitting(header, &document(ALL));
        let played = site.has_file("/other.xml", file).play();
        assert_eq!(is_allowed(&played), other, "{header}");
    }
}

/// On `/crossdomain.xml`, it decides about the other files of the site, as `site-control` does: with any status.
#[test]
fn on_the_sites_own_file() {
    let load = |version: &str, site: Server| {
        let world = world(version).loads("http://srv.test/other.xml").site(site);
        let file = Server::file(Some("text/xml"), &document(ALL));
        world.has_file("/other.xml", file).play()
    };
    let only = "<site-control permitted-cross-domain-policies=\"master-only\"/>";
    for (header, control, counts) in [
        ("all", "", true),
        ("all", only, false),
        ("master-only", "", false),
        ("by-content-type", "", false),
        ("none", "", false),
        // The file is no policy, so its `site-control` does not count either.
        ("none-this-response", only, true),
    ] {
        let site = Server::permitting(header, &document(control));
        assert!(is_allowed(&load("9.0.47", site.clone())), "{header}");
        let played = load("9.0.115", site);
        assert_eq!(is_allowed(&played), counts, "{header} {control}");
        let asked: &[u16] = if counts {
            &[843, 80, 80]
        } else {
            &[843, 80, 5000]
        };
        played.asked(asked);
    }
    for (header, counts) in [("all", true), ("none", false)] {
        let missing = [Deed::Permits(None, header), Deed::HasNone];
        let played = load("9.0.115", Server::does(&missing));
        assert_eq!(is_allowed(&played), counts, "{header}");
        let listed = played.outcome.rests_on.contains(&Choice::HttpMetaPolicy);
        assert_eq!(listed, !counts, "{header}");
    }
}

/// On a missing file, it is listed among the choices where it would have an effect: never for `all`, in any spelling.
#[test]
fn on_a_missing_file() {
    for (header, is_listed) in [
        ("all", false),
        ("ALL", false),
        ("none", true),
        ("none-this-response", true),
    ] {
        let missing = [Deed::Permits(None, header), Deed::HasNone];
        let world = world("9.0.115").loads("http://srv.test/crossdomain.xml");
        let played = world.site(Server::does(&missing)).play();
        assert!(!is_allowed(&played), "{header}");
        let listed = played.outcome.rests_on.contains(&Choice::HttpMetaPolicy);
        assert_eq!(listed, is_listed, "{header}");
    }
}

/// A file that is loaded twice, and for the site's meta-policy, is asked once; its header counts for each.
#[test]
fn asked_once() {
    let world = world("9.0.115").loads("http://srv.test/other.xml");
    let world = world.loads("http://srv.test/crossdomain.xml");
    let world = world.site(Server::permitting("none", &document(ALL)));
    let file = Server::file(Some("text/xml"), &document(ALL));
    let played = world.has_file("/other.xml", file).play();
    played
        .is("denied", "no-policy", "none", 40)
        .asked(&[843, 80, 5000]);
}

/// Silverlight does not know the header.
#[test]
fn for_silverlight() {
    let access = "<access-policy><cross-domain-access><policy><allow-from><domain uri=\"*\"/></allow-from>\
         <grant-to><socket-resource port=\"4502\" protocol=\"tcp\"/></grant-to></policy></cross-domain-access></access-policy>";
    let world = World::new("http://a.test/game.swf", 4502).client(Client::Silverlight);
    let world = world.loads("http://srv.test/clientaccesspolicy.xml");
    let file = Server::permitting("none", access);
    let played = world.has_file("/clientaccesspolicy.xml", file).play();
    assert!(is_allowed(&played));
    assert_eq!(played.outcome.rests_on, []);
}
