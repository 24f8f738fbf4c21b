//! What movies and applications may do under policies for HTTP.

use flash_policy::decide::{UrlDenied, may_load, may_send};
use flash_policy::silverlight::{self, AccessDenied, AccessPolicy};
use flash_policy::write::{self, Layout};
use flash_policy::{Movie, Policy, Port, Profile, Scheme, SiteControl, parse};
use proptest::prelude::*;

use crate::policies::{movies, url_policy};

fn url(rules: &str) -> Policy {
    let file = format!("<cross-domain-policy>{rules}</cross-domain-policy>");
    parse(file.as_bytes(), Profile::Url).policy.unwrap()
}

fn movie(url: &str) -> Movie {
    url.parse().unwrap()
}

const HTTP: Scheme = Scheme::Http;
const HTTPS: Scheme = Scheme::Https;

#[track_caller]
fn check(rule: &str, served: Scheme, from: &str, expected: Result<usize, UrlDenied>) {
    let policy = url(&format!("<allow-access-from {rule}/>"));
    assert_eq!(may_load(&policy, served, &movie(from)), expected);
    let policy = url(&format!(
        "<allow-http-request-headers-from headers='X-A' {rule}/>"
    ));
    assert_eq!(may_send(&policy, served, &movie(from), "x-a"), expected);
}

#[test]
fn secure_depends_on_the_scheme_of_the_policy() {
    let denied = Err(UrlDenied::SecureOnly { rule: 0 });
    for (secure, over_https) in [
        ("", denied),
        ("secure='true'", denied),
        ("secure='false'", Ok(0)),
    ] {
        let rule = format!("domain='a.test' {secure}");
        check(&rule, HTTP, "http://a.test/", Ok(0));
        check(&rule, HTTP, "https://a.test/", Ok(0));
        check(&rule, HTTPS, "http://a.test/", over_https);
        check(&rule, HTTPS, "https://a.test/", Ok(0));
    }
    check("domain='*'", HTTPS, "file:///a.swf", denied);
    check("domain='*'", HTTP, "file:///a.swf", Ok(0));
}

#[test]
fn domains_are_as_for_sockets() {
    let none = Err(UrlDenied::NoRuleMatches);
    check("domain='*.a.test'", HTTP, "http://a.test/", Ok(0));
    check("domain='*.a.test'", HTTP, "http://b.a.test/", Ok(0));
    check("domain='*.a.test'", HTTP, "http://ba.test/", none);
    check("domain='http://a.test'", HTTP, "https://a.test/", none);
    check("domain='127.0.0.1'", HTTP, "http://localhost/", none);
    check("domain='a.test'", HTTP, "file:///a.swf", none);
    check(
        "domain='2001:db8::1'",
        HTTP,
        "http://[2001:db8::1]:8080/",
        Ok(0),
    );
}

#[test]
fn ports_mean_nothing() {
    let policy = url("<allow-access-from domain='a.test' to-ports='9339'/>");
    assert_eq!(may_load(&policy, HTTP, &movie("http://a.test")), Ok(0));
    let sockets = Policy::new().allow("a.test", 9339).unwrap();
    assert_eq!(may_load(&sockets, HTTPS, &movie("http://a.test")), Ok(0));
}

#[test]
fn headers_need_a_rule_of_their_own() {
    let policy = url("<allow-access-from domain='*'/>\
        <allow-http-request-headers-from domain='a.test' headers='X-A'/>\
        <allow-http-request-headers-from domain='b.test' headers='*' secure='true'/>\
        <allow-http-request-headers-from domain='*' headers='SOAP*'/>");
    let sends = |served, from, header| may_send(&policy, served, &movie(from), header);
    assert_eq!(sends(HTTP, "http://a.test", "X-A"), Ok(0));
    assert_eq!(sends(HTTP, "http://a.test", "SOAPAction"), Ok(2));
    let others = Err(UrlDenied::OtherHeaders { rule: 0 });
    assert_eq!(sends(HTTP, "http://a.test", "X-B"), others);
    assert_eq!(sends(HTTP, "http://b.test", "X-B"), Ok(1));
    let denied = UrlDenied::SecureOnly { rule: 1 };
    assert_eq!(sends(HTTPS, "http://b.test", "X-B"), Err(denied));
    assert_eq!(denied.code(), "secure-only");
    assert_eq!(sends(HTTPS, "https://b.test", "X-B"), Ok(1));
}

#[test]
fn a_meta_policy_can_forbid_everything() {
    let rules =
        "<allow-access-from domain='*'/><allow-http-request-headers-from domain='*' headers='*'/>";
    let with = |value: &str| {
        let site = format!("<site-control permitted-cross-domain-policies='{value}'/>");
        url(&[&site, rules].concat())
    };
    for (value, other_files, loads) in [
        ("none", SiteControl::None, Err(UrlDenied::MetaPolicyNone)),
        ("master-only", SiteControl::MasterOnly, Ok(0)),
        ("by-content-type", SiteControl::MasterOnly, Ok(0)),
        ("all", SiteControl::All, Ok(0)),
    ] {
        let policy = with(value);
        let from = movie("http://a.test");
        assert_eq!(policy.site_meta_policy(), other_files, "{value}");
        assert_eq!(may_load(&policy, HTTP, &from), loads, "{value}");
        assert_eq!(may_send(&policy, HTTP, &from, "X-A"), loads, "{value}");
    }
    assert_eq!(url(rules).site_meta_policy(), SiteControl::MasterOnly);
}

fn access(uris: &[&str], grants: &str) -> AccessPolicy {
    let domains = uris.iter().map(|uri| format!("<domain uri='{uri}'/>"));
    let domains = domains.collect::<Vec<_>>().concat();
    let file = format!(
        "<access-policy><cross-domain-access><policy><allow-from>{domains}</allow-from>\
        <grant-to>{grants}</grant-to></policy></cross-domain-access></access-policy>"
    );
    silverlight::parse(file.as_bytes()).policy.unwrap()
}

#[track_caller]
fn connects(policy: &AccessPolicy, from: &str, port: u16, expected: Result<usize, AccessDenied>) {
    assert_eq!(
        policy.connects(&movie(from), Port::new(port).unwrap()),
        expected
    );
}

#[test]
fn applications_connect_to_some_ports_only() {
    let policy = access(&["*"], "<socket-resource port='4502-4534' protocol='tcp'/>");
    let outside = Err(AccessDenied::PortOutOfRange);
    for (port, expected) in [
        (4501, outside),
        (4502, Ok(0)),
        (4534, Ok(0)),
        (4535, outside),
        (80, outside),
    ] {
        connects(&policy, "http://a.test/", port, expected);
    }
    let policy = access(&["*"], "<socket-resource port='4510' protocol='tcp'/>");
    let other = Err(AccessDenied::NoPort { policy: 0 });
    for (port, expected) in [(4509, other), (4510, Ok(0)), (4511, other)] {
        connects(&policy, "http://a.test/", port, expected);
    }
}

#[test]
fn applications_are_matched_by_their_address() {
    let allows = |uri: &str, from: &str| {
        let policy = access(&[uri], "<socket-resource port='4502' protocol='tcp'/>");
        policy.connects(&movie(from), Port::new(4502).unwrap()) == Ok(0)
    };
    for (uri, from, expected) in [
        ("*", "http://a.test/", true),
        ("*", "https://a.test/", true),
        ("*", "file:///a.xap", true),
        ("http://*", "http://a.test/", true),
        ("http://*", "https://a.test/", false),
        ("http://*", "file:///a.xap", false),
        ("https://", "https://a.test/", true),
        ("file:///", "file:///a.xap", true),
        ("file:///", "http://a.test/", false),
        ("http://a.test", "http://a.test/x/y.xap", true),
        ("http://a.test/", "http://a.test/", true),
        ("http://a.test", "http://b.a.test/", false),
        ("http://*.a.test", "http://b.a.test/", true),
        ("http://*.a.test", "http://xa.test/", false),
        ("a.test", "http://a.test/", false),
        ("http://192.0.2.1", "http://192.0.2.1/", true),
        ("http://[2001:db8::1]", "http://[2001:db8::1]/", true),
        ("*", "http://a.test:8080/", true),
        ("http://*", "http://a.test:8080/", true),
        ("http://a.test", "http://a.test:8080/", false),
        ("http://a.test:80", "http://a.test/", true),
        ("http://a.test:8080", "http://a.test:8080/x.xap", true),
        ("http://a.test:8080/", "http://a.test:8080/", true),
        ("http://a.test:8080", "http://a.test/", false),
        ("http://a.test:8080", "http://a.test:8081/", false),
        ("https://a.test:443", "https://a.test/", true),
        ("http://*.a.test", "http://b.a.test:8080/", false),
        ("http://*.a.test:8080", "http://b.a.test:8080/", true),
        ("http://[2001:db8::1]:81", "http://[2001:db8::1]:81/", true),
        ("http://a.test:99999", "http://a.test/", false),
        ("http://a.test/x.xap", "http://a.test/x.xap", false),
    ] {
        assert_eq!(allows(uri, from), expected, "{uri} {from}");
    }
}

#[test]
fn applications_load_paths() {
    let allows = |path: &str, subpaths: &str, wanted: &str| {
        let policy = access(
            &["*"],
            &format!("<resource path='{path}' include-subpaths='{subpaths}'/>"),
        );
        policy.loads(&Movie::Hostless, wanted, None) == Ok(0)
    };
    for (path, subpaths, wanted, expected) in [
        ("/", "true", "/", true),
        ("/", "true", "/a/b", true),
        ("/", "false", "/a", false),
        ("/a", "true", "/a", true),
        ("/a", "true", "/a/b", true),
        ("/a", "true", "/ab", false),
        ("/a/", "true", "/a/b", true),
        ("/a/", "true", "/a", false),
        ("/a", "false", "/a", true),
        ("/a", "false", "/a/b", false),
    ] {
        assert_eq!(
            allows(path, subpaths, wanted),
            expected,
            "{path} {subpaths} {wanted}"
        );
    }
}

/// What a mistake costs, as Moonlight's parser decides: whether the application can still connect and load.
#[test]
fn mistakes_cost_what_they_cost_in_moonlight() {
    let whole = "<access-policy><cross-domain-access><policy><allow-from><domain uri='http://a.test'/></allow-from><grant-to>\
                 <resource path='/' include-subpaths='true'/><socket-resource port='4502' protocol='tcp'/></grant-to></policy>\
                 </cross-domain-access></access-policy>";
    let second = "<policy><allow-from><domain uri='http://b.test'/></allow-from><grant-to><socket-resource port='80' \
                  protocol='tcp'/></grant-to></policy></cross-domain-access>";
    for (part, instead, connects, loads) in [
        ("", "", true, true),
        ("<policy>", "<policy id='1'>", false, false),
        ("<allow-from>", "<allow-from x='1'>", false, false),
        ("<allow-from>", "<allow-from http-methods='*'>", true, true),
        ("<grant-to>", "<grant-to x='1'>", false, false),
        ("<domain", "<foo/><domain", false, false),
        ("<grant-to>", "<foo/><grant-to>", true, true),
        ("<grant-to>", "<foo></foo><grant-to>", false, false),
        ("<grant-to>", "<foo><a/></foo><grant-to>", false, false),
        ("<resource", "<foo/><resource", true, false),
        ("<resource", "<resource x='1'", true, false),
        ("'true'/>", "'true'><a/></resource>", true, false),
        ("'true'/>", "'true'></resource>", true, false),
        ("<resource", "<resource/><resource", false, false),
        ("path='/'", "path=''", false, false),
        ("'true'", "'yes'", false, false),
        ("'true'", "'TRUE'", false, false),
        ("'true'", "' 1 '", true, true),
        ("<access-policy>", "<access-policy xmlns='x'>", false, false),
        (
            "<access-policy>",
            "<access-policy version='1' xmlns:x='x'>",
            true,
            true,
        ),
        (
            "<cross-domain-access>",
            "<cross-domain-access xmlns='x'>",
            false,
            false,
        ),
        (
            "<cross-domain-access>",
            "<cross-domain-access a='1'>",
            true,
            true,
        ),
        ("<policy>", "<policy xmlns:x='x'>", false, false),
        ("<domain", "<domain xmlns='x'", false, false),
        ("<domain", "<domain/><domain", false, false),
        ("</allow-from>", "<domain/></allow-from>", true, true),
        ("<policy>", "<foo><policy>", false, false),
        (" port='4502'", "", false, false),
        ("'4502'", "'4502-4600'", false, false),
        ("'4502'", "'4503-4502'", false, true),
        ("'tcp'", "'udp'", false, true),
        (
            "<resource",
            "<socket-resource port='x' protocol='udp'/><resource",
            true,
            true,
        ),
        ("</cross-domain-access>", second, false, false),
    ] {
        let instead = if instead.starts_with("<foo><policy>") {
            whole
                .replace("<policy>", "<foo><policy>")
                .replace("</policy>", "</policy></foo>")
        } else {
            whole.replacen(part, instead, usize::from(!part.is_empty()))
        };
        let policy = silverlight::parse(instead.as_bytes())
            .policy
            .unwrap_or_default();
        let from = movie("http://a.test/");
        let found = policy.connects(&from, Port::new(4502).unwrap()).is_ok();
        assert_eq!(found, connects, "connects: {instead}");
        assert_eq!(
            policy.loads(&from, "/a", None).is_ok(),
            loads,
            "loads: {instead}"
        );
    }
}

proptest! {
    /// A `/clientaccesspolicy.xml` lets the same applications load as `/crossdomain.xml`, and send no other headers.
    #[test]
    fn silverlight_loads_like_flash(urls in url_policy(), https: bool) {
        let served = if https { HTTPS } else { HTTP };
        let text = write::silverlight_url(&urls, &Policy::new(), served, Layout::Compact).unwrap();
        let access = silverlight::parse(text.as_bytes()).policy.unwrap();
        for movie in movies() {
            let loads = may_load(&urls, served, &movie).is_ok();
            prop_assert_eq!(access.loads(&movie, "/a", None).is_ok(), loads, "{:?} {}", movie, text);
            for header in ["a", "ab", "abc", "&", "!"] {
                if access.loads(&movie, "/a", Some(header)).is_ok() {
                    let sends = may_send(&urls, served, &movie, header);
                    prop_assert!(loads && sends.is_ok(), "{:?} {} {}", movie, header, text);
                }
            }
        }
    }
}

#[test]
fn silverlight_sends_what_flash_sends() {
    let urls = Policy::for_urls().allow_from("*.a.test").unwrap();
    for (domain, from, expected) in [
        ("*.a.test", "http://a.test", true),
        ("*", "http://b.a.test", true),
        ("b.a.test", "http://b.a.test", true),
        ("b.a.test", "http://a.test", false),
        ("http://*.a.test", "http://b.a.test", true),
        ("http://*.a.test", "https://b.a.test", false),
    ] {
        let urls = urls.clone().allow_headers(domain, "X-A").unwrap();
        let text = write::silverlight_url(&urls, &Policy::new(), HTTP, Layout::Compact).unwrap();
        let access = silverlight::parse(text.as_bytes()).policy.unwrap();
        let from = movie(from);
        let sends = access.loads(&from, "/", Some("X-A")).is_ok();
        assert_eq!(
            (sends, may_send(&urls, HTTP, &from, "X-A").is_ok()),
            (expected, expected),
            "{domain}"
        );
    }
}
