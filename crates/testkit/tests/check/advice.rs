//! Applies the advice of findings, and then checks that the player connects.

use serde_json::Value;
use testkit::needs;
use testkit::zoo::ScriptStep::{End, Read, Send};
use testkit::zoo::{Enclosure, Script, missing};

use super::report;

const OWN: &str = "<allow-access-from domain='www.a.test' to-ports='5000'/>";
const OTHER: &str = "<allow-access-from domain='b.test' to-ports='5000'/>";
const SEVERAL: &str = "<site-control permitted-cross-domain-policies='all'/><site-control permitted-cross-domain-policies='none'/>";

/// What each port answers inside the root element; `None` if a game closes the connection, or nothing listens on 843.
#[derive(Clone)]
struct Policies {
    master: Option<String>,
    destination: Option<String>,
}

/// They wait most of the time.
const AT_ONCE: usize = 12;

/// Lightspark stops reading at these. They come first, and the other advice helps once they are fixed.
const FIXED_FIRST: [&str; 2] = ["lightspark-unsupported-element", "duplicate-site-control"];

/// Findings whose fix alone opens the port.
const APPLIED: [&str; 10] = [
    "meta-policy-none",
    "meta-policy-master-only",
    "shadowed-by-master",
    "no-rule-matches",
    "no-rules",
    "port-not-granted",
    "similar-domain-granted",
    "scheme-not-granted",
    "secure-only",
    "lightspark-waits-for-port",
];

fn control(value: &str) -> String {
    format!("<site-control permitted-cross-domain-policies='{value}'/>")
}

fn meta_policies() -> Vec<Policies> {
    let rows = [
        ("none", "", None),
        ("none", OTHER, Some(OWN)),
        ("none", OWN, None),
        ("none", OWN, Some(OWN)),
        ("master-only", "", None),
        ("master-only", OTHER, Some(OWN)),
        ("by-content-type", "", Some(OWN)),
        ("everything", OWN, None),
        ("everything", "", None),
    ];
    let mut all: Vec<_> = rows
        .map(|(value, rules, destination)| Policies {
            master: Some(control(value) + rules),
            destination: destination.map(str::to_owned),
        })
        .into();
    all.push(Policies {
        master: Some(SEVERAL.to_owned() + OWN),
        destination: None,
    });
    all
}

fn rules() -> Vec<Policies> {
    let secure = |domain: &str, ports: &str| {
        format!("<allow-access-from domain='{domain}' to-ports='{ports}' secure='true'/>")
    };
    let masters = [
        OTHER.to_owned(),
        String::new(),
        secure("www.a.test", "5000"),
        secure("www.a.test", "4000"),
        secure("a.test", "5000"),
        secure("https://www.a.test", "5000"),
        format!("<allow-access-from domain='b.test'/>{OTHER}"),
        "<allow-access-from domain='www.a.test' to-ports='4000'/>".to_owned(),
        "<allow-access-from domain='https://www.a.test' to-ports='5000'/>".to_owned(),
    ];
    let mut all: Vec<_> = masters
        .map(|master| Policies {
            master: Some(master),
            destination: None,
        })
        .into();
    for destination in ["", OTHER] {
        for master in [OTHER, ""] {
            all.push(Policies {
                master: Some(master.to_owned()),
                destination: Some(destination.to_owned()),
            });
        }
    }
    all
}

/// Leaked, because there are few rows.
fn answers(body: &str) -> &'static [Script] {
    let reply = format!("<cross-domain-policy>{body}</cross-domain-policy>\0");
    let script: Script = vec![Read, Send(reply.into_bytes().leak()), End].leak();
    vec![script].leak()
}

fn judged(policies: &Policies, arguments: &[&str]) -> Value {
    let mut enclosure = Enclosure::empty(&["127.0.0.1"]).unwrap();
    if let Some(master) = &policies.master {
        enclosure.listen("127.0.0.1:843", answers(master)).unwrap();
    }
    let destination: &[Script] = match &policies.destination {
        Some(body) => answers(body),
        None => &[&[Read, End]],
    };
    enclosure.listen("127.0.0.1:5000", destination).unwrap();
    let rest = ["srv.test:5000", "--format", "json"];
    report(&enclosure.check(&[&rest, arguments].concat()).unwrap())
}

/// The part between two marks.
fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    Some(rest.split_once(end)?.0)
}

/// The policies after one alternative of a fix; `None` if the fix is not about policies.
fn applied(policies: &Policies, advice: &str) -> Option<Policies> {
    let mut new = policies.clone();
    let mut master = new.master.clone().unwrap_or_default();
    if let Some(value) =
        between(advice, "`site-control` to `", "`").or_else(|| between(advice, "set it to `", "`"))
    {
        while let Some(old) = between(&master, "<site-control", "/>") {
            master = master.replacen(&format!("<site-control{old}/>"), "", 1);
        }
        master = control(value) + &master;
    }
    if let Some(rule) = between(advice, "`<allow-access-from ", "/>`") {
        master.extend(["<allow-access-from ", rule, "/>"]);
    }
    if let Some(ports) = between(advice, "`to-ports=\"", "\"`") {
        master = master.replace("to-ports='4000'", &format!("to-ports='{ports}'"));
    }
    if advice.contains("add a rule for `www.a.test`") {
        master += OWN;
    }
    if advice.contains("remove the scheme") {
        master = master.replace("https://", "");
    }
    if advice.contains("remove `secure") {
        master = master.replace(" secure='true'", "");
    }
    if advice.contains("serve a policy that grants this") {
        new.destination = Some(OWN.to_owned());
    }
    if advice.contains("grants port 5000") {
        master += OWN;
    }
    new.master = Some(master);
    let is_other = new.master != policies.master || new.destination != policies.destination;
    is_other.then_some(new)
}

/// Applies every fix of a refusal, each alternative alone.
fn check(policies: &Policies, client: &str) {
    let arguments = ["--from", "http://www.a.test/", "--client", client];
    let told = judged(policies, &arguments);
    if told["verdict"] == "allowed" {
        return;
    }
    let findings = told["findings"].as_array().unwrap();
    assert_eq!(
        findings[0]["level"], "error",
        "no cause in {:?}, {:?}, {client}: {findings:#?}",
        policies.master, policies.destination
    );
    if client == "lightspark" && FIXED_FIRST.iter().any(|id| findings[0]["id"] == *id) {
        return;
    }
    let mut count = 0;
    for finding in findings {
        let id = finding["id"].as_str().unwrap();
        if !APPLIED.contains(&id) || finding["level"] != "error" {
            continue;
        }
        for advice in finding["remedy"].as_str().unwrap().split("; or ") {
            let Some(new) = applied(policies, advice) else {
                continue;
            };
            count += 1;
            let after = judged(&new, &arguments);
            assert_eq!(
                after["verdict"], "allowed",
                "{client}, {:?} and {:?}: [{id}] {advice}: {:?}: {:#}",
                policies.master, policies.destination, new.master, after["findings"]
            );
        }
    }
    assert!(count > 0, "nothing to apply: {client}: {findings:#?}");
}

#[test]
fn what_is_advised_works() {
    if !needs::met(missing()) {
        return;
    }
    let all = [meta_policies(), rules()].concat();
    std::thread::scope(|scope| {
        for part in all.chunks(all.len().div_ceil(AT_ONCE)) {
            scope.spawn(move || {
                for policies in part {
                    check(policies, "flash");
                    check(policies, "lightspark");
                }
            });
        }
    });
}
