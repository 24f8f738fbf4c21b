//! Policies that are written and parsed again, and replies.

#![cfg(test)]

use core::net::IpAddr;

use flash_policy::policy::RuleError;
use flash_policy::ports::IntoPorts;
use flash_policy::reply::ReplyError;
use flash_policy::write::{self, Layout, SilverlightError, WriteError};
use flash_policy::{
    DomainPattern, Host, Policy, Port, PortRange, PortSet, Profile, Reply, Rule, Secure, Serving,
    SiteControl, parse, silverlight,
};
use proptest::prelude::*;

fn ports() -> impl Strategy<Value = PortSet> {
    let range = (1_u16.., 1_u16..).prop_map(|(a, b)| {
        PortRange::new(Port::new(a.min(b)).unwrap(), Port::new(a.max(b)).unwrap()).unwrap()
    });
    prop_oneof![
        4 => Just(PortSet::All),
        16 => prop::collection::vec(range, 1..5).prop_map(PortSet::List),
        1 => Just(PortSet::List(Vec::new())),
    ]
}

fn rule() -> impl Strategy<Value = Rule> {
    let domain = "\\*|(https?://)?(\\*\\.)?[a-z][a-z0-9_-]{0,9}\\.[a-z]{1,5}|192\\.0\\.2\\.[1-9]|2001:db8::[1-9a-f]";
    let secure = prop_oneof![
        10 => Just(Secure::Any),
        10 => Just(Secure::HttpsOnly),
        1 => Just(Secure::AsServed)
    ];
    let domain = domain.prop_map(|text| text.parse().unwrap());
    // A host may have a name that reads like a placeholder.
    let host = "[a-z][a-z0-9-]{0,9}|hostname|your-domain|undefined\\.test|__HOST__";
    let host = host.prop_map(|text| text.parse::<Host>().unwrap().into());
    let address = any::<IpAddr>().prop_map(DomainPattern::from);
    let domain = prop_oneof![16 => domain, 1 => host, 1 => address];
    (domain, ports(), secure).prop_map(|(domain, ports, secure)| {
        let mut rule = Rule::new(domain, ports);
        rule.secure = secure;
        rule
    })
}

/// Any policy that can be built or parsed.
fn policy() -> impl Strategy<Value = Policy> {
    let site_control = prop::option::of(prop_oneof![
        Just(SiteControl::All),
        Just(SiteControl::MasterOnly),
        Just(SiteControl::None)
    ]);
    let rules = prop_oneof![
        20 => prop::collection::vec(rule(), 0..6),
        1 => (rule(), 500_usize..2_001).prop_map(|(rule, count)| vec![rule; count]),
    ];
    let built = (site_control, rules).prop_map(|(site_control, rules)| {
        let mut policy: Policy = rules.into_iter().collect();
        policy.site_control = site_control;
        policy
    });
    // What the URL profile makes of a policy: rules without ports, and perhaps without `secure`.
    (built, prop::bool::weighted(0.1)).prop_map(|(policy, as_url)| {
        let text = write::flash_unchecked(&policy, Layout::Compact);
        let read = parse(text.as_bytes(), Profile::Url).policy;
        read.filter(|_| as_url).unwrap_or(policy)
    })
}

proptest! {
    /// A policy is written if the text means the same policy to a player, and only then.
    #[test]
    fn what_is_written_is_read_back(policy in policy()) {
        for layout in [Layout::Compact, Layout::Pretty] {
            let text = write::flash_unchecked(&policy, layout);
            let parsed = parse(text.as_bytes(), Profile::Socket);
            let same = parsed.is_faultless() && parsed.policy.as_ref() == Some(&policy);
            match write::flash(&policy, layout) {
                Ok(written) => {
                    prop_assert!(same, "{parsed:?}");
                    prop_assert_eq!(&written, &text);
                    prop_assert_eq!(parsed.places.rules.len(), policy.rules.len());
                    prop_assert_eq!(written.parse(), Ok(policy.clone()));
                }
                Err(error) => prop_assert!(!same, "{error}: {text}"),
            }
        }
        let reply = Reply::new(&policy).map(|reply| reply.as_bytes().to_vec());
        let text = write::flash(&policy, Layout::Compact).map(|text| text + "\0");
        prop_assert_eq!(reply, text.map(String::into_bytes).map_err(ReplyError::Write));
    }
}

/// A policy close to the largest size, by its ports, its rules, or both.
fn large_policy() -> impl Strategy<Value = Policy> {
    let ports = |range| prop::collection::vec(1_u16.., range);
    let ports = prop_oneof![
        ports(8_000..13_000),
        ports(8_000..13_000)
            .prop_map(|ports| ports.into_iter().map(|port| port % 100 + 1).collect()),
        ports(25_000..34_000)
            .prop_map(|ports| ports.into_iter().map(|port| port % 9 + 1).collect()),
        ports(1..20),
    ];
    (ports, prop::collection::vec(rule(), 1..6), 1_usize..900).prop_map(|(ports, rules, times)| {
        let mut rules: Vec<Rule> = rules.iter().cycle().take(times).cloned().collect();
        rules[0].ports = ports.iter().map(|port| Port::new(*port).unwrap()).collect();
        rules.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// No limit of the parser is below what the writers write.
    #[test]
    fn large_policies_are_read_back(policy in large_policy()) {
        if let Ok(reply) = Reply::new(&policy) {
            let parsed = parse(reply.as_bytes(), Profile::Socket);
            prop_assert!(parsed.is_well_formed(), "{} bytes", reply.as_bytes().len());
            prop_assert_eq!(parsed.policy, Some(policy.clone()));
        }
    }

    /// Silverlight's writer writes what Silverlight's parser reads without faults.
    #[test]
    fn silverlight_is_read_back(policy in prop_oneof![large_policy(), policy()]) {
        if let Ok(text) = write::silverlight(&policy, Layout::Compact) {
            prop_assert!(silverlight::parse(text.as_bytes()).is_faultless(), "{}", text);
        }
    }
}

/// 10,000 ports, and as many as fit.
#[test]
fn long_lists_of_ports_are_read_back() {
    let all_of = |count: u16, port: fn(u16) -> u16| {
        let ports: PortSet = (0..count)
            .map(|index| Port::new(port(index)).unwrap())
            .collect();
        Policy::new().with_rule(Rule::new(DomainPattern::ANY, ports))
    };
    for policy in [
        all_of(9_996, |index| 10_000 + 2 * index),
        all_of(32_700, |_| 7),
    ] {
        let reply = Reply::new(&policy).unwrap();
        assert_eq!(
            parse(reply.as_bytes(), Profile::Socket).policy,
            Some(policy)
        );
        let served = Serving::from_port(Port::MASTER);
        assert_eq!(Reply::checked(reply.as_bytes(), served).unwrap().0, reply);
    }
}

#[test]
fn what_no_player_reads_is_not_written() {
    let url = |file: &[u8]| parse(file, Profile::Url).policy.unwrap();
    let ports = |ports| Policy::new().with_rule(Rule::new(DomainPattern::ANY, ports));
    let mut as_served = Rule::new(DomainPattern::ANY, PortSet::All);
    as_served.secure = Secure::AsServed;
    let rule = Rule::new(DomainPattern::ANY, PortSet::All).https_only();
    let cases = [
        (ports(PortSet::List(Vec::new())), "expected ports in rule 1, found none"),
        (
            Policy::new().with_rule(rule.clone()).with_rule(as_served),
            "expected rule 2 to say whether it requires HTTPS, because a socket policy has no other default",
        ),
        (
            Policy::new().with_rule(Rule::new("hostname".parse::<Host>().unwrap(), PortSet::All)),
            "expected a domain in rule 1, found a placeholder",
        ),
        (
            url(b"<cross-domain-policy/>"),
            "expected a socket policy, found a URL policy, whose rules have no ports",
        ),
        (
            url(b"<cross-domain-policy><allow-access-from domain='*' secure='true'/></cross-domain-policy>"),
            "expected a socket policy, found a URL policy, whose rules have no ports",
        ),
        (
            vec![rule; 2_000].into_iter().collect(),
            "expected a policy of at most 65536 bytes, found 116064",
        ),
    ];
    for (policy, expected) in cases {
        assert_eq!(Reply::new(&policy).unwrap_err().to_string(), expected);
    }
}

/// The largest policy that is written is the largest that is parsed.
#[test]
fn the_largest_policy() {
    let rule = Rule::new(DomainPattern::ANY, PortSet::All);
    let size = |rules| {
        let policy: Policy = vec![rule.clone(); rules].into_iter().collect();
        write::flash_unchecked(&policy, Layout::Compact).len()
    };
    let each = size(1) - size(0);
    let most = (parse::LARGEST - size(0)) / each;
    let mut policy: Policy = vec![rule.clone(); most].into_iter().collect();
    let text = write::flash(&policy, Layout::Compact).unwrap();
    assert_eq!(
        parse(text.as_bytes(), Profile::Socket).policy.as_ref(),
        Some(&policy)
    );
    // The NUL of the reply doesn't count.
    let padding = " ".repeat(parse::LARGEST - text.len());
    let longest = text.replacen("?><", &format!("?>{padding}<"), 1) + "\0";
    assert_eq!(longest.len(), parse::LARGEST + 1);
    assert_eq!(
        parse(longest.as_bytes(), Profile::Socket).policy.as_ref(),
        Some(&policy)
    );
    policy.rules.push(rule.clone());
    let bytes = size(most + 1);
    assert_eq!(
        write::flash(&policy, Layout::Compact),
        Err(WriteError::TooLarge { bytes })
    );
}

#[test]
fn rules_from_texts_and_numbers() {
    let policy = Policy::new()
        .allow("*.Example.com", 9339)
        .and_then(|policy| policy.allow("192.0.2.7", 9400..=9410))
        .and_then(|policy| policy.allow("2001:db8::7", [843, 9339]))
        .and_then(|policy| policy.allow("*", &String::from("*")))
        .and_then(|policy| policy.allow("a.test", "9339,9400-9410"))
        .and_then(|policy| policy.allow("a.test", PortRange::from(Port::MASTER)))
        .unwrap();
    let ports: Vec<_> = policy
        .rules
        .iter()
        .map(|rule| rule.ports.to_string())
        .collect();
    assert_eq!(
        ports,
        [
            "9339",
            "9400-9410",
            "843,9339",
            "*",
            "9339,9400-9410",
            "843"
        ]
    );
    let ports = |error| match error {
        Err(RuleError::Ports(error)) => error.to_string(),
        other => panic!("{other:?}"),
    };
    let wrong = |wrong: Result<PortSet, _>| ports(wrong.map_err(RuleError::Ports));
    assert_eq!(
        wrong(PortSet::List(Vec::new()).into_ports()),
        "expected ports, found nothing"
    );
    assert_eq!(
        wrong([0_u16; 0].into_ports()),
        "expected ports, found nothing"
    );
    assert_eq!(
        wrong([843, 0].into_ports()),
        "expected a port from 1 to 65535, found 0"
    );
    #[expect(clippy::reversed_empty_ranges, reason = "this is what is tested")]
    let reversed = (9410..=9400).into_ports();
    assert_eq!(wrong(reversed), "expected the lower port first in a range");
    let domain = Policy::new().allow("*.com", 9339).unwrap_err();
    assert_eq!(
        domain.to_string(),
        "expected at least two labels after `*.`, found one"
    );
}

#[test]
fn canonical_text() {
    let rule = Rule::parse("*.Example.com", "9339,9400-9410").unwrap();
    let policy = Policy::new()
        .with_rule(rule.https_only())
        .with_site_control(SiteControl::MasterOnly);
    assert_eq!(
        write::flash(&policy, Layout::Pretty).unwrap(),
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
        let policy = Policy::new().allow("a.test", ports).unwrap();
        write::silverlight(&policy, Layout::Compact)
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
    assert_eq!(policy("80"), Err(SilverlightError::NoPorts { rule: 0 }));
    let address = Policy::new().allow("2001:db8::1", 4502).unwrap();
    let text = write::silverlight(&address, Layout::Compact).unwrap();
    assert!(text.contains("\"http://[2001:db8::1]\""), "{text}");
    let none = Policy::new()
        .allow("*", 4502)
        .unwrap()
        .with_site_control(SiteControl::None);
    let text = write::silverlight(&none, Layout::Compact).unwrap();
    assert!(!text.contains("<policy>"), "{text}");
    let one = || Policy::new().allow("a.test", 4502).unwrap();
    let rule = Rule::parse("http://a.test", 4502).unwrap().https_only();
    let error = write::silverlight(&one().with_rule(rule), Layout::Compact).unwrap_err();
    assert_eq!(
        error.to_string(),
        "expected rule 2 to allow some movies, found `http://` in a rule that requires HTTPS"
    );
    let many: Policy = vec![one().rules[0].clone(); 500].into_iter().collect();
    assert!(matches!(
        write::silverlight(&many, Layout::Compact),
        Err(SilverlightError::Write(WriteError::TooLarge { .. }))
    ));
}

#[test]
fn one_nul_ends_a_reply() {
    assert_eq!(
        Reply::from_file_unchecked(b"<x/>").unwrap().as_bytes(),
        b"<x/>\0"
    );
    assert_eq!(
        Reply::from_file_unchecked(b"<x/>\0").unwrap().as_bytes(),
        b"<x/>\0"
    );
    assert_eq!(
        Reply::from_file_unchecked(b"<x\0/>"),
        Err(ReplyError::NulInside { at: 2 })
    );
    for behind in ["\0\0", "\0\n", "\0\r\n\0", "\0<x", "\0\u{e9}"] {
        let file = ["<x/>", behind].concat();
        assert_eq!(
            Reply::from_file_unchecked(file.as_bytes())
                .unwrap()
                .as_bytes(),
            b"<x/>\0"
        );
    }
}

#[test]
fn checked_replies_are_what_players_read() {
    let served = Serving::from_port(Port::MASTER);
    let rule = "<allow-access-from domain=\"a.test\" to-ports=\"9339\"/>";
    let file = format!("<cross-domain-policy>{rule}</cross-domain-policy>");
    for behind in ["", "\0", "\0\0", "\0\n", "\0<x"] {
        let checked = Reply::checked([&file, behind].concat().as_bytes(), served);
        let (reply, _) = checked.unwrap();
        assert_eq!(reply.as_bytes(), [&file, "\0"].concat().as_bytes());
    }
    let many = format!(
        "<cross-domain-policy>{}</cross-domain-policy>",
        rule.repeat(2_000)
    );
    let half = file.replace("a.test", "a\0test");
    let cases = [
        ("", "empty-file"),
        ("<html></html>", "html-page"),
        (&file.replace("9339", "all"), "invalid-to-ports"),
        (&many, "file-too-large"),
        (&half, "embedded-nul"),
        (&file.replace(rule, "<p"), "malformed-tag"),
    ];
    for (file, rule) in cases {
        let error = Reply::checked(file.as_bytes(), served).unwrap_err();
        let first = &error.report().findings[0];
        assert_eq!(first.rule, rule, "{error}");
        assert!(error.to_string().contains(&first.message), "{error}");
        assert!(error.into_report().has_errors());
    }
}

/// `main` prints the `Debug` of an error that it returns.
#[test]
fn a_refused_file_names_lines() {
    let served = Serving::from_port(Port::MASTER);
    let rule =
        |ports: &str| format!("\n  <allow-access-from domain=\"a.test\" to-ports=\"{ports}\"/>");
    let refused = |body: String| {
        let file = format!("<cross-domain-policy>{body}\n</cross-domain-policy>");
        Reply::checked(file.as_bytes(), served).unwrap_err()
    };
    let two = refused(rule("80, 81") + &rule("0") + "\n\n" + &rule("70000"));
    let expected = "line 3, column 48: expected a port from 1 to 65535, found 0; \
        line 6, column 48: expected a port from 1 to 65535, found a larger number";
    assert_eq!(
        (two.to_string(), format!("{two:?}")),
        (expected.into(), expected.into())
    );
    assert_eq!(two.lines().line_count(), 7);
    let wrong = ["x", "80-", "0", "*,80", "200-100", "", "80,,81", "1l"];
    let many = refused(wrong.into_iter().map(rule).collect()).to_string();
    assert!(
        many.contains("line 6, column 48: ") && !many.contains("line 7"),
        "{many}"
    );
    assert!(many.ends_with("; and 3 other errors"), "{many}");
    let same = refused([rule("x"), rule("x"), rule("x")].concat()).to_string();
    assert!(same.ends_with("(and in 2 other places)"), "{same}");
}

#[test]
fn a_checked_file_comes_with_its_warnings() {
    let file = b"<cross-domain-policy><allow-access-from domain='a.test' to-ports='80, 81'/></cross-domain-policy>";
    let (_, report) = Reply::checked(file, Serving::from_port(Port::MASTER)).unwrap();
    assert_eq!(report.findings[0].rule, "whitespace-in-to-ports");
}

#[test]
fn a_text_with_mistakes_is_no_policy() {
    for (text, mistakes) in [
        ("", 1),
        ("<html/>", 1),
        ("<cross-domain-policy", 1),
        (
            "<cross-domain-policy><allow-access-from domain='*.com' to-ports='all'/></cross-domain-policy>",
            2,
        ),
        ("\u{feff}<cross-domain-policy/>", 1),
    ] {
        let error = text.parse::<Policy>().unwrap_err();
        assert_eq!(error.mistakes(), mistakes, "{text}");
    }
}
