//! The shapes that `serialized` documents.

#![cfg(test)]

use core::ops::Range;
use core::time::Duration;

use flash_policy::Moment;
use flash_policy::decide::{Known, Place, PolicyAnswer, Request, Sandbox};
use flash_policy::player::{Action, Config, Event, Player};
use flash_policy::{
    DomainPattern, Host, Origin, PlayerVersion, Policy, Port, PortSet, Profile, Secure, Serving,
    Severity, SiteControl, Span, decide, lint, parse,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, from_value, json, to_value};

/// Checks a value's shape in both directions.
fn both<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T, shape: Value) {
    assert_eq!(to_value(value).unwrap(), shape);
    assert_eq!(from_value::<T>(shape).unwrap(), *value);
}

fn refused<T: DeserializeOwned + std::fmt::Debug>(shape: Value, reason: &str) {
    let error = from_value::<T>(shape).unwrap_err().to_string();
    assert!(error.contains(reason), "{error}");
}

#[test]
fn values_are_texts() {
    both(&Port::MASTER, json!(843));
    both(
        &"80,9000-9010".parse::<PortSet>().unwrap(),
        json!("80,9000-9010"),
    );
    both(&PortSet::All, json!("*"));
    both(
        &"*.example.com".parse::<DomainPattern>().unwrap(),
        json!("*.example.com"),
    );
    both(
        &"www.example.com".parse::<Host>().unwrap(),
        json!("www.example.com"),
    );
    both(
        &"https://www.example.com".parse::<Origin>().unwrap(),
        json!("https://www.example.com"),
    );
    both(
        &"9.0.124".parse::<PlayerVersion>().unwrap(),
        json!("9.0.124"),
    );
    both(&SiteControl::MasterOnly, json!("master-only"));
    both(&Secure::AsServed, json!("as-served"));
    both(&Severity::Hint, json!("hint"));
    both(&Span::from(3..5), json!({"start": 3, "end": 5}));
}

#[test]
fn invalid_values_are_refused() {
    refused::<Port>(json!(65_536), "expected a port from 1 to 65535");
    refused::<Port>(json!(0), "expected a port from 1 to 65535");
    refused::<PortSet>(json!("80-"), "");
    refused::<DomainPattern>(json!("a b"), "");
    refused::<Span>(
        json!({"start": 5, "end": 3}),
        "expected a span that does not end before its start, found 5 to 3",
    );
    refused::<Severity>(json!("fatal"), "unknown variant `fatal`");
    refused::<Policy>(json!({"rule": []}), "unknown field `rule`");
    refused::<Policy>(json!({"rules": [{"domain": "*"}]}), "missing field `ports`");
}

/// A span that was read can be wrong for a file, but it is always a range.
#[test]
fn spans_are_in_order() {
    let file = "<site-control/>";
    for start in 0..=file.len() {
        for end in 0..=file.len() {
            let read = from_value::<Span>(json!({"start": start, "end": end}));
            let part = read.ok().map(|span| &file[Range::from(span)]);
            assert_eq!(part, file.get(start..end));
        }
    }
}

/// Every pattern that can be parsed is read back. A name that only a template has can't be parsed.
#[test]
fn patterns_are_read_back_unless_they_are_placeholders() {
    for name in ["localhost", "www.example.com", "192.0.2.7", "2001:db8::7"] {
        both(
            &DomainPattern::from(name.parse::<Host>().unwrap()),
            json!(name),
        );
    }
    for name in ["hostname", "domain", "yourdomain"] {
        let host: Host = name.parse().unwrap();
        both(&host, json!(name));
        let written = to_value(DomainPattern::from(host)).unwrap();
        refused::<DomainPattern>(written, "expected a domain, found a placeholder");
    }
}

#[test]
fn ports_may_be_numbers() {
    let ports = |shape| from_value::<PortSet>(shape).unwrap().to_string();
    assert_eq!(ports(json!(9339)), "9339");
    assert_eq!(ports(json!([843, 9339])), "843,9339");
    refused::<PortSet>(json!(0), "expected a port from 1 to 65535");
    refused::<PortSet>(json!(-1), "expected a port from 1 to 65535");
    refused::<PortSet>(json!([]), "expected at least one port");
    refused::<PortSet>(json!([843, 70_000]), "expected a port from 1 to 65535");
    refused::<PortSet>(json!(true), "expected ports such as");
    refused::<PortSet>(json!(""), "expected ports, found nothing");
}

#[test]
fn a_decision_is_a_map() {
    let movie: Sandbox = "http://www.example.com".parse().unwrap();
    let request = Request::new(
        movie,
        "play.example.com".parse().unwrap(),
        Port::new(9339).unwrap(),
    );
    let mut known = Known::default();
    let decided = |known: &Known| to_value(decide(&request, known)).unwrap();
    assert_eq!(
        decided(&known),
        json!({"ask": {"place": "master", "limit": {"secs": 3, "nanos": 0}}})
    );
    let policy = Policy::new().allow("*", 80).unwrap();
    known.learn(Place::Master, PolicyAnswer::Policy(policy));
    known.learn(Place::Destination, PolicyAnswer::Absent);
    assert_eq!(
        decided(&known),
        json!({"denied": {"reason": "no-rule-matches", "place": "master", "rule": null}})
    );
    let mut known = Known::default();
    known.learn(
        Place::Master,
        PolicyAnswer::Policy(Policy::new().allow("*", "*").unwrap()),
    );
    assert_eq!(
        decided(&known),
        json!({"allowed": {"reason": "granted", "place": "master", "rule": 0}})
    );
    let trusted = decide(
        &Request::new(Sandbox::LocalTrusted, request.target.clone(), request.port),
        &known,
    );
    assert_eq!(
        to_value(trusted).unwrap(),
        json!({"allowed": {"reason": "local-trusted", "place": null, "rule": null}})
    );
}

#[test]
fn a_policy_is_a_map() {
    let file = br#"<cross-domain-policy>
        <site-control permitted-cross-domain-policies="master-only"/>
        <allow-access-from domain="*" to-ports="80" secure="true"/>
    </cross-domain-policy>"#;
    let policy = parse(file, Profile::Socket).policy.unwrap();
    let rule = json!({"domain": "*", "ports": "80", "secure": "https-only"});
    both(
        &policy,
        json!({
            "site_control": "master-only", "rules": [rule], "header_rules": [], "profile": "socket"
        }),
    );
    let policy = Policy::for_urls().allow_headers("*", "X-A,X-B*").unwrap();
    let rule = json!({"domain": "*", "headers": "X-A,X-B*", "secure": "as-served"});
    both(
        &policy,
        json!({"site_control": null, "rules": [], "header_rules": [rule], "profile": "url"}),
    );
    let short = json!({"header_rules": [{"domain": "*", "headers": "X-A,X-B*"}], "profile": "url"});
    assert_eq!(from_value::<Policy>(short).unwrap(), policy);
    assert_eq!(from_value::<Policy>(json!({})).unwrap(), Policy::default());
}

#[test]
fn a_finding_is_a_map() {
    let file = br#"<cross-domain-policy><allow-access-from domain="a.test." to-ports="80"/></cross-domain-policy>"#;
    let findings = lint(file, Serving::from_port(Port::MASTER)).findings;
    let shape = to_value(&findings).unwrap();
    let found = &shape[0];
    assert_eq!(found["rule"], "trailing-dot");
    assert_eq!(found["severity"], "warning");
    assert_eq!(found["label"]["span"], json!({"start": 54, "end": 55}));
    assert_eq!(found["repeats"], json!([]));
    assert_eq!(found["more"], 0);
    let edits = &found["fix"]["edits"];
    assert_eq!(edits[0]["text"], "");
}

#[test]
fn an_outcome_is_a_map() {
    let movie = Sandbox::Remote("http://www.example.com".parse().unwrap());
    let target = "play.example.com".parse().unwrap();
    let start = Moment::after(Duration::ZERO);
    let mut player = Player::new(Config::new(movie, target, Port::new(9339).unwrap()), start);
    let outcome = loop {
        match player.poll(start) {
            Action::Connect(fetch) => {
                player.handle(fetch.id, Event::Refused, start);
            }
            Action::Done(outcome) => break outcome,
            Action::Close(_) | Action::Wait { .. } => {}
        }
    };
    let shape = to_value(outcome).unwrap();
    assert_eq!(shape["verdict"], "denied");
    assert_eq!(shape["reason"], "no-policy");
    assert_eq!(shape["decided_by"], Value::Null);
    assert_eq!(shape["elapsed"], json!({"secs": 0, "nanos": 0}));
    assert_eq!(
        shape["reported"],
        json!({"at-timeout": {"secs": 20, "nanos": 0}})
    );
}
