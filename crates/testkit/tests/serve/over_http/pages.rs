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

/// The headers that a page of this origin may send, of those that it asks for.
#[track_caller]
fn check_headers(rules: &str, origin: &str, asked: &str, expected: Option<&str>) {
    let running = start(&config(rules, HTTP));
    let request = format!(
        "OPTIONS /crossdomain.xml HTTP/1.1\r\nHost: x\r\nOrigin: {origin}\r\n\
         Access-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: {asked}\r\n\r\n"
    );
    let (response, _) = testkit::websocket::ask(running.address(), &request).unwrap();
    let found = response.field("Access-Control-Allow-Headers");
    assert_eq!(found, expected, "{rules} {origin} {asked}");
    let credentials = response.field("Access-Control-Allow-Credentials");
    assert_eq!(credentials, None, "{rules} {origin}");
}

/// Only headers that a rule for the page's own host lists, and only those that it asks for.
#[test]
fn headers_of_the_policy() {
    let rules = "{ domain = \"a.test\", headers = [\"X-Token\", \"X-Game-*\"] }, \
                 { domain = \"b.test\", headers = \"X-Other\" }, { domain = \"c.test\" }";
    let (a, b) = ("http://a.test", "http://b.test");
    check_headers(rules, a, "x-token", Some("x-token"));
    check_headers(
        rules,
        a,
        "x-game-id,x-other, x-token",
        Some("x-game-id, x-token"),
    );
    check_headers(rules, b, "x-token", None);
    check_headers(rules, b, "x-other", Some("x-other"));
    for origin in ["http://c.test", "http://evil.test", "null"] {
        check_headers(rules, origin, "x-token,x-other", None);
    }
    check_headers(rules, a, "", None);
    let every = "{ domain = \"*\", headers = \"*\" }";
    check_headers(every, "http://evil.test", "x-a,x b,x:c,,\"", Some("x-a"));
    check_headers(every, "null", "x-a", Some("x-a"));
    check_headers(every, "http://a.test/", "x-a", None);
}
