//! Where the parts of a policy are in its file, also of those that players ignore.

#![cfg(test)]

use flash_policy::parse::RulePlaces;
use flash_policy::{Profile, Span, parse};

/// Checks the values of `domain` of the rules, and of the ignored ones.
#[track_caller]
fn check(body: &str, profile: Profile, rules: &[&str], ignored: &[&str]) {
    let text = format!("<cross-domain-policy>{body}</cross-domain-policy>");
    let parsed = parse(text.as_bytes(), profile);
    let domains = |places: &[RulePlaces]| -> Vec<String> {
        let places = places.iter();
        let domains = places.map(|rule| text[rule.domain.start..rule.domain.end].to_owned());
        domains.collect()
    };
    assert_eq!(domains(&parsed.places.rules), rules, "{text}");
    assert_eq!(domains(&parsed.places.ignored), ignored, "{text}");
    assert_eq!(parsed.policy.unwrap().rules.len(), rules.len(), "{text}");
}

#[test]
fn rules_that_players_ignore_have_places_too() {
    let socket = Profile::Socket;
    let body = r#"<allow-access-from domain="a.test" to-ports="1"/><allow-access-from domain="a.*" to-ports="1"/>"#;
    check(body, socket, &["a.test"], &["a.*"]);
    for body in [
        r#"<allow-access-from domain="a.test" to-ports="x"/>"#,
        r#"<allow-access-from domain="a.test" to-ports="1" secure="yes"/>"#,
        r#"<rules><allow-access-from domain="a.test" to-ports="1"/></rules>"#,
    ] {
        check(body, socket, &[], &["a.test"]);
    }
    let without_ports = r#"<allow-access-from domain="a.test"/>"#;
    check(without_ports, socket, &[], &["a.test"]);
    check(without_ports, Profile::Url, &["a.test"], &[]);
    check(r#"<allow-access-from to-ports="1"/>"#, socket, &[], &[]);
}

#[test]
fn a_place_is_the_whole_element_its_tag_and_its_values() {
    let rule = r#"<allow-access-from domain='a.test' secure="x"></allow-access-from>"#;
    let text = format!("<cross-domain-policy>{rule}</cross-domain-policy>");
    let places = parse(text.as_bytes(), Profile::Socket).places.ignored[0];
    let written = |span: Span| &text[span.start..span.end];
    assert_eq!(written(places.element), rule);
    assert_eq!(
        written(places.tag),
        r#"<allow-access-from domain='a.test' secure="x">"#
    );
    assert_eq!(written(places.domain), "a.test");
    assert_eq!(places.secure.map(written), Some("x"));
    assert_eq!(places.to_ports, None);
}
