//! Which pages of other sites may read the files: the policy decides.

use super::{HTTP, config, start};

/// The origin that may read, if a page of this origin asks.
#[track_caller]
fn check(rules: &str, origin: &str, expected: Option<&str>, varies: bool) {
    let response = start(&config(rules, HTTP)).get("/crossdomain.xml", origin);
    assert_eq!(response.status, 200);
    let allowed = response.field("Access-Control-Allow-Origin");
    assert_eq!(allowed, expected, "{rules} {origin}");
    let vary = response.field("Vary") == Some("Origin");
    assert_eq!(vary, varies, "{rules} {origin}");
}

#[test]
fn pages_of_the_policy() {
    let rules = "{ domain = \"*.a.test\" }, { domain = \"b.test\", secure = true }";
    for origin in [
        "http://a.test",
        "https://www.a.test",
        "http://www.a.test:8080",
        // Over plain HTTP, `secure` has no effect.
        "http://b.test",
    ] {
        check(rules, &format!("Origin: {origin}\r\n"), Some(origin), true);
    }
    for origin in [
        "Origin: http://www.b.test\r\n",
        "Origin: http://evil.test\r\n",
        "Origin: null\r\n",
        "Origin: http://a.test/\r\n",
        "Origin: http://a.test\r\nOrigin: http://a.test\r\n",
        "",
    ] {
        check(rules, origin, None, true);
    }
}

#[test]
fn every_page() {
    for origin in ["", "Origin: null\r\n", "Origin: http://evil.test\r\n"] {
        check("{ domain = \"*\" }", origin, Some("*"), false);
        let none = "{ domain = \"*\", ports = \"843\", applies-to = \"socket\" }";
        check(none, origin, None, true);
    }
}

/// A preflight request gets the methods, for pages that the policy allows.
#[test]
fn preflight() {
    let running = start(&config("{ domain = \"a.test\" }", HTTP));
    for (origin, allowed) in [
        ("http://a.test", Some("http://a.test")),
        ("http://b.test", None),
    ] {
        let request = format!(
            "OPTIONS /crossdomain.xml HTTP/1.1\r\nHost: x\r\nOrigin: {origin}\r\n\
             Access-Control-Request-Method: GET\r\n\r\n"
        );
        let (response, _) = testkit::websocket::ask(running.address(), &request).unwrap();
        assert_eq!(response.status, 200);
        let found = response.field("Access-Control-Allow-Origin");
        assert_eq!(found, allowed);
        let methods = response.field("Access-Control-Allow-Methods");
        assert_eq!(methods, Some("GET, HEAD, OPTIONS"));
        assert_eq!(response.body, "");
    }
}
