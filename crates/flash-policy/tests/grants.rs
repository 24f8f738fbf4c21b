//! Single policies and single locations, outside an attempt of a player.

#![cfg(test)]

use flash_policy::decide::{
    Allowed, Ignored, Location, LocationError, NearestMiss, Place, Request, Sandbox, UrlDenied,
    decide_page,
};
use flash_policy::{Grant, Movie, Origin, Policy, Port, Profile, grants, parse};

fn policy(rules: &str) -> Policy {
    let file = format!("<cross-domain-policy>{rules}</cross-domain-policy>");
    let parsed = parse(file.as_bytes(), Profile::Socket);
    parsed.policy.unwrap()
}

fn movie(url: &str) -> Movie {
    Movie::Remote(url.parse().unwrap())
}

/// Of several rules that almost grant the port, the nearest one is reported, and the first of those.
#[test]
fn the_nearest_rule() {
    const OTHER: &str = "<allow-access-from domain='b.test' to-ports='*'/>";
    const PLAIN: &str = "<allow-access-from domain='a.test' to-ports='*'/>";
    const SECURE: &str = "<allow-access-from domain='a.test' to-ports='*' secure='true'/>";
    let movie = movie("http://a.test/game.swf");
    for (rules, served_from, port, miss) in [
        ([OTHER, OTHER, OTHER], 843, 9339, NearestMiss::NoRuleMatches),
        (
            [OTHER, SECURE, SECURE],
            843,
            9339,
            NearestMiss::SecureOnly { rule: 1 },
        ),
        (
            [SECURE, OTHER, OTHER],
            843,
            9339,
            NearestMiss::SecureOnly { rule: 0 },
        ),
        (
            [OTHER, PLAIN, PLAIN],
            5000,
            80,
            NearestMiss::PortAuthority { rule: 1 },
        ),
        (
            [PLAIN, OTHER, OTHER],
            5000,
            80,
            NearestMiss::PortAuthority { rule: 0 },
        ),
        (
            [SECURE, PLAIN, PLAIN],
            5000,
            80,
            NearestMiss::PortAuthority { rule: 0 },
        ),
    ] {
        let [served_from, port] = [served_from, port].map(|port| Port::new(port).unwrap());
        let granted = grants(&policy(&rules.concat()), served_from, &movie, port);
        assert_eq!(granted, Grant::Refused(miss), "{rules:?}");
    }
}

/// Logs and programs use the codes, people read the texts.
#[test]
fn what_allows_a_connection() {
    let place = Place::Destination;
    for (allowed, code, text) in [
        (
            Allowed::Rule { place, rule: 1 },
            "granted",
            "a rule allows the connection (policy of the destination port, rule 2)",
        ),
        (
            Allowed::OwnHost,
            "own-host",
            "a player before 9.0.124 needs no policy for the movie's own host, on ports from 1024 up",
        ),
        (
            Allowed::LocalTrusted,
            "local-trusted",
            "a locally trusted movie needs no policy",
        ),
        (
            Allowed::Application,
            "application",
            "a movie in AIR's application sandbox needs no policy",
        ),
    ] {
        assert_eq!((allowed.code(), &*allowed.to_string()), (code, text));
    }
}

#[test]
fn what_refuses_a_page() {
    let policy = policy("<allow-access-from domain='a.test' to-ports='*' secure='true'/>");
    for (origin, text) in [
        (
            "http://a.test",
            "the policy does not allow the page: a rule matches, but it allows only movies loaded over HTTPS",
        ),
        (
            "http://b.test",
            "the policy does not allow the page: no rule matches the movie's host and the port",
        ),
        (
            "a.test",
            "expected one Origin like `https://www.example.com`, found something else",
        ),
    ] {
        let origin = Some(origin.as_bytes());
        let denied = decide_page(&policy, origin, Port::MASTER).unwrap_err();
        assert_eq!(denied.to_string(), text);
    }
}

#[test]
fn what_refuses_a_file() {
    for (denied, text) in [
        (UrlDenied::NoRuleMatches, "no rule matches the movie's host"),
        (
            UrlDenied::OtherHeaders { rule: 0 },
            "header rule 1 matches, but it has other headers",
        ),
        (
            UrlDenied::SecureOnly { rule: 1 },
            "rule 2 matches, but it allows only movies loaded over HTTPS",
        ),
        (
            UrlDenied::MetaPolicyNone,
            "the policy has `none`, so no rule counts",
        ),
    ] {
        assert_eq!(denied.to_string(), text);
    }
}

#[test]
fn whom_a_policy_names() {
    let named = policy("<allow-access-from domain='*.a.test' to-ports='1' secure='true'/>");
    let all = policy("<allow-access-from domain='*' to-ports='1'/>");
    for (policy, movie, is_named) in [
        (&named, movie("http://www.a.test/"), true),
        (&named, movie("http://b.test/"), false),
        (&named, Movie::Hostless, false),
        (&all, Movie::Hostless, true),
        (&Policy::new(), movie("http://a.test/"), false),
    ] {
        assert_eq!(policy.names(&movie), is_named, "{movie:?}");
    }
}

/// In a player that loads policies from both, from the root folder of the usual web server.
#[test]
fn ignored_locations() {
    let movie = Sandbox::Remote("http://a.test/game.swf".parse().unwrap());
    let request = Request::new(movie, "srv.test".parse().unwrap(), Port::new(5000).unwrap());
    let request = request.player("9.0.47".parse().unwrap());
    for (location, ignored) in [
        ("http://srv.test/crossdomain.xml", None),
        ("http://srv.test:80/policy.xml", None),
        (
            "http://srv.test:8080/crossdomain.xml",
            Some(Ignored::OtherPort),
        ),
        ("https://srv.test/crossdomain.xml", Some(Ignored::OtherPort)),
        (
            "http://srv.test/a/crossdomain.xml",
            Some(Ignored::Subfolder),
        ),
        ("http://a.test/crossdomain.xml", Some(Ignored::OtherHost)),
        ("xmlsocket://srv.test:8080", None),
    ] {
        assert_eq!(
            request.ignores(&location.parse().unwrap()),
            ignored,
            "{location}"
        );
    }
}

#[test]
fn invalid_locations() {
    let cases = [
        (
            "xmlsocket://srv.test:843/a",
            LocationError::Path,
            "expected no path after the port of an `xmlsocket` address",
        ),
        (
            "xmlsocket://srv.test",
            LocationError::Port,
            "expected a port from 1 to 65535 after the host",
        ),
        (
            "http://srv.test:x/",
            LocationError::Port,
            "expected a port from 1 to 65535 after the host",
        ),
        (
            "srv.test",
            LocationError::Scheme,
            "expected `xmlsocket://host:port` or `http://host/crossdomain.xml`",
        ),
        (
            "ftp://srv.test/",
            LocationError::Scheme,
            "expected `xmlsocket://host:port` or `http://host/crossdomain.xml`",
        ),
        (
            "http://srv.test/a b",
            LocationError::Character { found: ' ' },
            "expected no spaces and no control characters in the path, found ` `",
        ),
        (
            "http://srv.test/a\n",
            LocationError::Character { found: '\n' },
            "expected no spaces and no control characters in the path, found `\\n`",
        ),
    ];
    for (url, error, text) in cases {
        assert_eq!(url.parse::<Location>(), Err(error), "{url:?}");
        assert_eq!(error.to_string(), text);
    }
    let socket: Location = "XMLSocket://srv.test:843/".parse().unwrap();
    assert_eq!(socket, "xmlsocket://srv.test:843".parse().unwrap());
}

/// Limits of DNS: 63 bytes for a label, 253 for a name.
#[test]
fn the_longest_hosts() {
    let label = |length: usize| "a".repeat(length);
    let name = |last: usize| [label(63), label(63), label(63), label(last)].join(".");
    for (host, fits) in [
        (label(63), true),
        (label(64), false),
        (name(61), true),
        (name(62), false),
    ] {
        let origin = format!("https://{host}/").parse::<Origin>();
        assert_eq!(origin.is_ok(), fits, "{} bytes", host.len());
    }
}
