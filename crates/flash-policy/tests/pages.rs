//! Web pages that open WebSockets: which `Origin` headers are read, and as what.

#![cfg(test)]

use flash_policy::decide::{PageDenied, RefusalReason, decide_page};
use flash_policy::{Movie, Policy, Port, Rule};

/// A page's origin, `nowhere` for a page without a host, or `None` if no browser sends the value.
#[track_caller]
fn check(text: &str, expected: Option<&str>) {
    let found = match Movie::of_page(Some(text)) {
        Ok(Movie::Remote(origin)) => Some(origin.to_string()),
        Ok(Movie::Hostless) => Some("nowhere".to_owned()),
        Err(_) => None,
    };
    assert_eq!(found.as_deref(), expected, "{text:?}");
}

#[test]
fn only_what_browsers_send_is_read() {
    check("http://a.test", Some("http://a.test"));
    check("HTTPS://A.Test:8443", Some("https://a.test:8443"));
    check(
        "http://xn--mnchen-3ya.test:1",
        Some("http://xn--mnchen-3ya.test:1"),
    );
    check("http://[::1]:80", Some("http://[::1]"));
    check("http://127.0.0.1", Some("http://127.0.0.1"));
    check("http://a.test:0", Some("http://a.test:0"));
    check("http://a.test.:81", Some("http://a.test:81"));
    for text in ["null", "file://", "chrome-extension://abc", "app://x/y"] {
        check(text, Some("nowhere"));
    }
    for text in [
        "",
        "Null",
        "a.test",
        "http:a.test",
        "http://",
        "http:///",
        "http://a.test/",
        "http://a.test/x",
        "http://u@a.test",
        "http://a.test?b",
        "http://a.test#b",
        "http://a.test\\b",
        "http://a b",
        "http://a.test, http://b.test",
        "http://a.test http://b.test",
        "http://m\u{fc}nchen.test",
        "http://a.test:",
        "https://[::1]:",
        "http://a.test:080",
        "http://a.test:+80",
        "http://a.test:65536",
        "http://a.test:99999",
        "http://a.test::80",
        "http://u:p@a.test",
        "http://evil.test\\@a.test",
        "http://a.test\t",
        "http://a%2etest",
        "http://a..test",
        "http://.a.test",
        "http://::1",
        "http://1:2:3:4:5:6:7:8",
        "http://[::1",
        "http://[::1%25eth0]",
        "http://[127.0.0.1]",
        "http://127.1",
        "http://2130706433",
        "http://0177.0.0.1",
        "http://127.0.0.01",
        "http://a.0x1",
        "http://a.0X",
        "http://a.test:x",
        "http://*",
        "http://0x7f.1",
        "://a.test",
        "1x://a",
        "\0",
    ] {
        check(text, None);
    }
}

#[test]
fn bytes_that_are_not_text() {
    assert!(Movie::of_page(Some(b"https://a\xff.test")).is_err());
}

/// A page may do what a movie of its origin may do, on the same port.
#[test]
fn the_policy_decides_as_for_movies() {
    let policy = Policy::new()
        .allow("*.a.test", 9339)
        .unwrap()
        .with_rule(Rule::parse("b.test", "9339").unwrap().https_only());
    let decided = |origin, port| {
        decide_page(&policy, origin, Port::new(port).unwrap()).map_err(|denied| {
            if let PageDenied::Policy(denied) = denied {
                Some(denied.reason)
            } else {
                None
            }
        })
    };
    assert_eq!(decided(Some("http://www.a.test:8080"), 9339), Ok(0));
    assert_eq!(decided(Some("https://b.test"), 9339), Ok(1));
    let no_rule = Err(Some(RefusalReason::NoRuleMatches));
    assert_eq!(decided(Some("http://www.a.test"), 80), no_rule);
    assert_eq!(decided(Some("http://a.test.evil.test"), 9339), no_rule);
    assert_eq!(decided(Some("null"), 9339), no_rule);
    assert_eq!(decided(None, 9339), no_rule);
    let only_https = Err(Some(RefusalReason::SecureOnly));
    assert_eq!(decided(Some("http://b.test"), 9339), only_https);
    assert_eq!(decided(Some("http://www.a.test/"), 9339), Err(None));
}
