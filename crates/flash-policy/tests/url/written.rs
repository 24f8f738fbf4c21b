//! What is written for HTTP is read back.

use flash_policy::policy::{HeaderRule, HeaderSet};
use flash_policy::write::{self, Layout, WriteError};
use flash_policy::{
    DomainPattern, Host, Policy, PortSet, Profile, Rule, Scheme, Secure, parse, silverlight,
};
use proptest::prelude::*;

use crate::policies::url_policy;

proptest! {
    #[test]
    fn what_is_written_is_read_back(policy in url_policy()) {
        for layout in [Layout::Compact, Layout::Pretty] {
            let text = write::url(&policy, layout).unwrap();
            let parsed = parse(text.as_bytes(), Profile::Url);
            prop_assert!(parsed.is_faultless(), "{text}");
            prop_assert_eq!(parsed.policy.as_ref(), Some(&policy));
        }
    }

    #[test]
    fn silverlight_is_read_back(policy in url_policy(), https: bool) {
        let served = if https { Scheme::Https } else { Scheme::Http };
        let sockets = Policy::new().allow("*", "*").unwrap();
        let text = write::silverlight_url(&policy, &sockets, served, Layout::Compact).unwrap();
        prop_assert!(silverlight::parse(text.as_bytes()).is_faultless(), "{text}");
    }
}

#[test]
fn ports_are_left_out() {
    let policy = Policy::new()
        .allow("a.test", 9339)
        .and_then(|policy| policy.allow("http://b.test", "*"))
        .unwrap()
        .with_rule(Rule::new(DomainPattern::ANY, PortSet::List(Vec::new())).https_only());
    assert_eq!(
        write::url(&policy, Layout::Compact).unwrap(),
        "<?xml version=\"1.0\"?><cross-domain-policy>\
         <allow-access-from domain=\"a.test\" secure=\"false\"/>\
         <allow-access-from domain=\"http://b.test\" secure=\"false\"/>\
         <allow-access-from domain=\"*\" secure=\"true\"/></cross-domain-policy>"
    );
}

#[test]
fn header_rules_are_only_for_http() {
    let policy = Policy::new().allow("a.test", 9339).unwrap();
    let with_headers = policy.clone().allow_headers("a.test", "X-Token").unwrap();
    let flash = |policy| write::flash(policy, Layout::Compact).unwrap();
    assert_eq!(flash(&with_headers), flash(&policy));
    let parsed = parse(flash(&with_headers).as_bytes(), Profile::Socket);
    assert!(parsed.is_faultless());
}

#[test]
fn a_url_policy_is_not_written_for_sockets() {
    let policy = Policy::for_urls().allow_from("a.test").unwrap();
    assert_eq!(
        write::flash(&policy, Layout::Compact),
        Err(WriteError::UrlPolicy)
    );
    let urls = Policy::for_urls();
    let silverlight = write::silverlight_url(&urls, &policy, Scheme::Http, Layout::Compact);
    assert_eq!(silverlight, Err(WriteError::UrlPolicy));
}

#[test]
fn placeholders_are_refused() {
    let host: Host = "hostname".parse().unwrap();
    let rule = Policy::for_urls().with_rule(Rule::new(host.clone(), PortSet::All));
    let header = Policy::for_urls().with_header_rule(HeaderRule::new(host, HeaderSet::all()));
    let refused = |policy: &Policy| {
        let sockets = Policy::new();
        let url = write::url(policy, Layout::Compact).unwrap_err();
        let silverlight = write::silverlight_url(policy, &sockets, Scheme::Http, Layout::Compact);
        assert_eq!(silverlight, Err(url));
        url.to_string()
    };
    assert_eq!(
        refused(&rule),
        "expected a domain in rule 1, found a placeholder"
    );
    assert_eq!(
        refused(&header),
        "expected a domain in header rule 1, found a placeholder"
    );
}

#[track_caller]
fn check_headers(text: &str, expected: &str) {
    match text.parse::<HeaderSet>() {
        Ok(headers) => assert_eq!(headers.to_string(), expected),
        Err(error) => {
            let part = &text[error.range.clone()];
            assert_eq!(format!("{error} [{part}]"), expected);
        }
    }
}

#[test]
fn lists_of_headers() {
    check_headers("SOAPAction", "SOAPAction");
    check_headers(" SOAP*,\tX-Token\n", "SOAP*,X-Token");
    check_headers("a,*,b", "*");
    check_headers("", "expected the names of headers, found nothing []");
    check_headers(" ", "expected the names of headers, found nothing [ ]");
    check_headers(
        "a,,b",
        "expected a header between the commas, found nothing []",
    );
    check_headers("a b", "expected the name of a header, found ` ` in it [ ]");
    check_headers(
        "a,Ärger",
        "expected the name of a header, found `Ä` in it [Ä]",
    );
    check_headers("a: b", "expected the name of a header, found `:` in it [:]");
    check_headers(
        "\"a\"",
        "expected the name of a header, found `\"` in it [\"]",
    );
    check_headers(
        "**",
        "expected `*` at the end of a header's name, found it before the end [*]",
    );
}

/// What `/clientaccesspolicy.xml` has for each rule, without the tags around it.
fn grants(urls: &Policy, sockets: &Policy, served: Scheme) -> Vec<String> {
    let text = write::silverlight_url(urls, sockets, served, Layout::Compact).unwrap();
    let policies = text.split("<policy>").skip(1);
    let plain = |policy: &str| {
        let policy = policy.split("</policy>").next().unwrap();
        policy
            .replace("<domain uri=", "")
            .replace("</allow-from><grant-to>", " ")
            .replace("</grant-to>", "")
            .replace("<allow-from", "")
            .replace("/>", "")
    };
    policies.map(plain).collect()
}

#[test]
fn headers_are_part_of_a_silverlight_grant() {
    const SITE: &str = "<resource path=\"/\" include-subpaths=\"true\"";
    let urls = Policy::for_urls()
        .allow_from("*")
        .unwrap()
        .allow_headers("a.b.test", "X-A,SOAPAction")
        .unwrap()
        .allow_headers("*.b.test", "X-A,X-B&C")
        .unwrap();
    assert_eq!(
        grants(&urls, &Policy::new(), Scheme::Http),
        [
            format!(
                " http-request-headers=\"X-A,SOAPAction,X-B&amp;C\">\"http://a.b.test\"\"https://a.b.test\" {SITE}"
            ),
            format!(
                " http-request-headers=\"X-A,X-B&amp;C\">\"http://b.test\"\"http://*.b.test\"\"https://b.test\"\"https://*.b.test\" {SITE}"
            ),
            format!(">\"*\" {SITE}"),
        ]
    );
}

#[test]
fn what_allows_nothing_in_silverlight_is_left_out() {
    let urls = Policy::for_urls().allow_from("http://a.test").unwrap();
    let sockets = Policy::new().allow("a.test", 9339).unwrap();
    assert_eq!(grants(&urls, &sockets, Scheme::Https), [""; 0]);
    assert_eq!(grants(&urls, &sockets, Scheme::Http).len(), 1);
    // Header rules allow no access.
    let headers = Policy::for_urls().allow_headers("*", "*").unwrap();
    assert_eq!(grants(&headers, &sockets, Scheme::Http), [""; 0]);
}

#[test]
fn all_applications_can_use_https_if_the_rule_says_so() {
    let mut urls = Policy::for_urls().allow_from("*").unwrap();
    let none = Policy::new();
    assert!(grants(&urls, &none, Scheme::Https)[0].starts_with(">\"https://*\" "));
    urls.rules[0].secure = Secure::Any;
    assert!(grants(&urls, &none, Scheme::Https)[0].starts_with(">\"*\"\"http://*\" "));
    assert!(grants(&urls, &none, Scheme::Http)[0].starts_with(">\"*\" "));
}
