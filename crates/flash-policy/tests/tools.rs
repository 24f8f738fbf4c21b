//! The examples that are tools.

#![cfg(test)]

use std::net::TcpListener;

use flash_policy::Port;
use flash_policy::player::attempt;

#[path = "../examples/check.rs"]
#[expect(dead_code, reason = "the tests run the tools without `main`")]
mod check;

#[path = "../examples/decide.rs"]
#[expect(dead_code, reason = "the tests run the tools without `main`")]
mod decide;

#[path = "../examples/lint.rs"]
#[expect(dead_code, reason = "the tests run the tools without `main`")]
mod lint;

const MOVIE: &str = "http://www.example.com/game.swf";

/// Nothing listens on these ports any more, so every connection is refused.
#[test]
fn check_names_every_connection_and_the_verdict() {
    let [master, target] = [(); 2].map(|()| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    });
    let config = check::config("127.0.0.1", &target.to_string(), MOVIE).unwrap();
    let config = config.master_port(Port::new(master).unwrap());
    let report = check::report(&attempt(config).unwrap());
    let lines: Vec<_> = report.lines().collect();
    let [first, second, verdict, ..] = &lines[..] else {
        panic!("{report}");
    };
    let says = |line: &str, text: &str| assert!(line.contains(text), "{line} lacks {text}");
    says(
        first,
        &format!(" Policy(Master) at 127.0.0.1:{master}: Refused after "),
    );
    says(
        second,
        &format!(" Policy(Destination) at 127.0.0.1:{target}: Refused after "),
    );
    says(verdict, "denied (no-policy) after ");
}

#[test]
fn decide_names_the_rule_or_the_reason() {
    let file = b"<cross-domain-policy>
        <allow-access-from domain='a.test' to-ports='*'/>
        <allow-access-from domain='*.example.com' to-ports='9339'/>
    </cross-domain-policy>";
    let movie = MOVIE.parse().unwrap();
    let decided = |file, port| decide::deciding_rule(file, &movie, Port::new(port).unwrap());
    let rule = "rule 2 (`*.example.com` to `9339`)";
    assert_eq!(decided(file, 9339).unwrap(), rule);
    let denied = "no rule matches the movie's host and the port (policy of the destination port)";
    assert_eq!(decided(file, 9340).unwrap_err().to_string(), denied);
    let refused = decided(b"<html/>", 9339).unwrap_err();
    assert_eq!(refused.to_string(), "the file is not a policy");
}

#[test]
fn errors_name_the_argument() {
    let error = |host, port, movie| check::config(host, port, movie).unwrap_err();
    let movie = error("127.0.0.1", "9339", "www.example.com/game.swf");
    assert!(
        movie.starts_with("MOVIE-URL `www.example.com/game.swf`: expected "),
        "{movie}"
    );
    let host = error("play example", "9339", MOVIE);
    assert!(host.starts_with("HOST `play example`: expected "), "{host}");
    let port = error("127.0.0.1", "0", MOVIE);
    assert_eq!(port, "PORT `0`: expected a port from 1 to 65535, found 0");

    let error = |arguments: [&str; 3]| decide::read(&arguments.map(Into::into)).unwrap_err();
    let port = error(["policy.xml", MOVIE, "65536"]);
    assert!(port.starts_with("PORT `65536`: expected "), "{port}");
    let file = error(["no/such/policy.xml", MOVIE, "9339"]);
    assert!(file.starts_with("no/such/policy.xml: "), "{file}");
}

#[test]
fn lint_names_the_place_the_level_and_the_rule() {
    let file = b"<cross-domain-policy>\n  <allow-access-from domain='a.test' to-ports='80, 81'/>\n</cross-domain-policy>";
    let (report, has_errors) = lint::lint("policy.xml", file);
    let place =
        "policy.xml:2:51: warning[whitespace-in-to-ports]: `to-ports` contains whitespace\n";
    assert!(report.contains(place), "{report}");
    assert!(!has_errors, "{report}");
    let (report, has_errors) = lint::lint("policy.xml", b"<cross-domain-policy>\n");
    assert!(
        report.starts_with("policy.xml:2:1: error[unclosed-element]: "),
        "{report}"
    );
    assert!(has_errors, "{report}");
    // Only a socket policy needs `to-ports`.
    let url = b"<cross-domain-policy><allow-access-from domain='a.test'/></cross-domain-policy>";
    assert!(!lint::lint("site/crossdomain.xml", url).1);
    assert!(lint::lint("policy.xml", url).1);
}
