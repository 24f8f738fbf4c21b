//! Policies that are written and parsed again, and replies.

#![cfg(test)]

use flash_policy::write::{self, Layout};
use flash_policy::{
    Policy, Port, PortRange, PortSet, Profile, Reply, Rule, Scheme, Secure, SiteControl, parse,
};
use proptest::prelude::*;

fn ports() -> impl Strategy<Value = PortSet> {
    let range = (1_u32..=65_535, 1_u32..=65_535).prop_map(|(a, b)| {
        PortRange::new(Port::new(a.min(b)).unwrap(), Port::new(a.max(b)).unwrap()).unwrap()
    });
    prop_oneof![
        Just(PortSet::All),
        prop::collection::vec(range, 1..5).prop_map(PortSet::List)
    ]
}

fn rule() -> impl Strategy<Value = Rule> {
    let domain = "\\*|(https?://)?(\\*\\.)?[a-z][a-z0-9_-]{0,9}\\.[a-z]{1,5}|192\\.0\\.2\\.[1-9]|2001:db8::[1-9a-f]";
    let secure = prop_oneof![Just(Secure::Any), Just(Secure::HttpsOnly)];
    (domain, ports(), secure).prop_map(|(domain, ports, secure)| Rule {
        domain: domain.parse().unwrap(),
        ports,
        secure,
    })
}

fn policy() -> impl Strategy<Value = Policy> {
    let site_control = prop::option::of(prop_oneof![
        Just(SiteControl::All),
        Just(SiteControl::MasterOnly),
        Just(SiteControl::None)
    ]);
    (site_control, prop::collection::vec(rule(), 0..6)).prop_map(|(site_control, rules)| Policy {
        site_control,
        rules,
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(policy in policy()) {
        for layout in [Layout::Compact, Layout::Pretty] {
            let parsed = parse(write::flash(&policy, layout).as_bytes(), Profile::Socket);
            prop_assert!(parsed.is_faultless(), "{parsed:?}");
            prop_assert_eq!(parsed.policy.as_ref(), Some(&policy));
            prop_assert_eq!(parsed.places.rules.len(), policy.rules.len());
        }
    }
}

#[test]
fn canonical_text() {
    let rule = Rule {
        domain: "*.Example.com".parse().unwrap(),
        ports: "9339,9400-9410".parse().unwrap(),
        secure: Secure::HttpsOnly,
    };
    let policy = Policy {
        site_control: Some(SiteControl::MasterOnly),
        rules: vec![rule],
    };
    assert_eq!(
        write::flash(&policy, Layout::Pretty),
        "<?xml version=\"1.0\"?>\n\
         <cross-domain-policy>\n\
         \x20 <site-control permitted-cross-domain-policies=\"master-only\"/>\n\
         \x20 <allow-access-from domain=\"*.example.com\" to-ports=\"9339,9400-9410\" secure=\"true\"/>\n\
         </cross-domain-policy>"
    );
}

#[test]
fn silverlight_has_its_own_ports() {
    let policy = |ports: &str| {
        let rule = Rule {
            domain: "a.test".parse().unwrap(),
            ports: ports.parse().unwrap(),
            secure: Secure::Any,
        };
        write::silverlight(
            &Policy {
                site_control: None,
                rules: vec![rule],
            },
            Layout::Compact,
        )
    };
    assert!(
        policy("*")
            .unwrap()
            .contains("<socket-resource port=\"4502-4534\" protocol=\"tcp\"/>")
    );
    let text = policy("80,4530-5000").unwrap();
    assert!(
        text.contains("port=\"4530-4534\"") && !text.contains("80"),
        "{text}"
    );
    assert!(
        text.contains("\"http://a.test\"") && text.contains("\"https://a.test\""),
        "{text}"
    );
    assert_eq!(policy("80").unwrap_err().rule, 0);
}

#[test]
fn values_are_read_and_written() {
    for (text, port) in [
        ("843", Some(843)),
        ("65535", Some(65_535)),
        ("0", None),
        ("+1", None),
        (" 1", None),
        ("", None),
    ] {
        assert_eq!(text.parse::<Port>().ok().map(u16::from), port, "{text}");
    }
    assert_eq!(Port::try_from(0_u16).unwrap_err().number, 0);
    let port = Port::try_from(843).unwrap();
    assert_eq!(PortSet::from(port).to_string(), "843");
    let ranges: PortSet = [
        port.into(),
        PortRange::new(port, Port::new(900).unwrap()).unwrap(),
    ]
    .into_iter()
    .collect();
    assert_eq!(ranges.to_string(), "843,843-900");
    for value in [SiteControl::All, SiteControl::MasterOnly, SiteControl::None] {
        assert_eq!(value.to_string().parse(), Ok(value));
    }
    assert!("by-content-type".parse::<SiteControl>().is_err());
    assert_eq!("HTTPS".parse(), Ok(Scheme::Https));
    assert!("ftp".parse::<Scheme>().is_err());
    let policy = Policy::default();
    assert_eq!(policy.to_string(), write::flash(&policy, Layout::Compact));
    assert_eq!(format!("{policy:#}"), write::flash(&policy, Layout::Pretty));
    assert_eq!(
        Reply::from(&policy).as_ref(),
        [policy.to_string().as_bytes(), b"\0"].concat()
    );
}

#[test]
fn one_nul_ends_a_reply() {
    assert_eq!(Reply::from_file(b"<x/>").unwrap().as_bytes(), b"<x/>\0");
    assert_eq!(Reply::from_file(b"<x/>\0").unwrap().as_bytes(), b"<x/>\0");
    assert_eq!(Reply::from_file(b"<x\0/>").unwrap_err().at, 2);
    for behind in ["\0\0", "\0\n", "\0\r\n\0", "\0<x", "\0\u{e9}"] {
        let file = ["<x/>", behind].concat();
        assert_eq!(
            Reply::from_file(file.as_bytes()).unwrap().as_bytes(),
            b"<x/>\0"
        );
    }
}
