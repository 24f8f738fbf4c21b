//! Flash policies that become another format and Flash again decide alike.
//!
//! Not every policy can be expressed in both formats. What is left out, because there is no such text:
//!
//! - Silverlight has the ports from 4502 to 4534 only. Other ports of a rule are lost, and a rule with no other ports is
//!   refused. So only questions about ports that Silverlight connects to are compared.
//! - Silverlight has no rule for movies that were loaded both over plain HTTP and over HTTPS: it is refused.
//! - Silverlight has no meta-policy. `none` becomes a policy without grants; `all` and `master-only` are about other ports.
//! - A Flash policy can't say `file:///` or `http://*`: it is refused.
//! - URL policies have no ports. So all rules have the same ports, and these are given for the way back.
//! - Over plain HTTP, `secure` has no effect in a URL policy. So rules that require HTTPS need a policy served over HTTPS.
//! - Header rules mean nothing for sockets.

use std::cell::Cell;

use flash_policy::decide::{Decision, Known, Place, PolicyAnswer, Request, decide, may_load};
use flash_policy::silverlight::{self, ToFlashError};
use flash_policy::write::{self, Layout, SILVERLIGHT_PORTS, SilverlightError};
use flash_policy::{
    Host, Movie, Policy, Port, PortRange, PortSet, Profile, Rule, Scheme, Secure, SiteControl,
    parse,
};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::policies::{domain, movies};

/// The number of questions for each policy.
const QUESTIONS: usize = 100;

fn questions() -> usize {
    // `testkit`, which has the same switch, is not part of the package.
    let is_long = std::env::var_os("FLASHGATE_PROVE").is_some();
    if is_long { 1_000_000 } else { 20_000 }
}

fn port_number() -> impl Strategy<Value = u16> {
    let edges = prop::sample::select(vec![4501_u16, 4502, 4503, 4533, 4534, 4535]);
    prop_oneof![4 => edges, 4 => 4502..=4534_u16, 1 => prop::sample::select(vec![1_u16, 80, 843, 1024, 65_535])]
}

fn port() -> impl Strategy<Value = Port> {
    port_number().prop_map(|port| Port::new(port).unwrap())
}

fn ports() -> impl Strategy<Value = PortSet> {
    let range = (port(), port()).prop_map(|(a, b)| PortRange::new(a.min(b), a.max(b)).unwrap());
    let list = prop::collection::vec(prop_oneof![port().prop_map(PortRange::from), range], 1..4);
    prop_oneof![1 => Just(PortSet::All), 6 => list.prop_map(PortSet::List)]
}

/// A socket policy whose rules have ports of their own.
fn socket_policy() -> impl Strategy<Value = Policy> {
    let https_only = prop::bool::weighted(0.3);
    let rule = (domain(), ports(), https_only).prop_map(|(domain, ports, https_only)| {
        let rule = Rule::new(domain, ports);
        if https_only { rule.https_only() } else { rule }
    });
    let site_control = prop_oneof![
        12 => Just(None),
        2 => Just(Some(SiteControl::All)),
        2 => Just(Some(SiteControl::MasterOnly)),
        1 => Just(Some(SiteControl::None)),
    ];
    (prop::collection::vec(rule, 0..8), site_control).prop_map(|(rules, site_control)| {
        let mut policy: Policy = rules.into_iter().collect();
        policy.site_control = site_control;
        policy
    })
}

/// What a movie asks for: a connection to a port.
type Question = (Movie, Port);

fn asked() -> impl Strategy<Value = Vec<Question>> {
    let question = (prop::sample::select(movies()), port());
    prop::collection::vec(question, QUESTIONS)
}

/// Decides as a player does that finds this policy on port 843, and no other.
struct Decides {
    known: Known,
    target: Host,
}

impl Decides {
    fn with(policy: &Policy) -> Self {
        let mut known = Known::default();
        known.learn(Place::Master, PolicyAnswer::Policy(policy.clone()));
        known.learn(Place::Destination, PolicyAnswer::Absent);
        let target = "game.test".parse().unwrap();
        Self { known, target }
    }

    fn allows(&self, movie: &Movie, port: Port) -> bool {
        let request = Request::new(movie.clone().into(), self.target.clone(), port);
        match decide(&request, &self.known) {
            Decision::Allowed(_) => true,
            Decision::Denied(_) => false,
            Decision::Ask(ask) => panic!("{ask:?}"),
        }
    }
}

/// How much a test compared.
#[derive(Default)]
struct Compared {
    questions: Cell<usize>,
    allowed: Cell<usize>,
    policies: Cell<usize>,
    /// Policies of these kinds: rules that require HTTPS, schemes, `*.`, IPv4 and IPv6 addresses.
    kinds: [Cell<usize>; 5],
}

impl Compared {
    fn note(&self, policy: &Policy) {
        add(&self.policies, true);
        let any = |is: fn(&Rule) -> bool| policy.rules.iter().any(is);
        let kinds = [
            any(|rule| rule.secure == Secure::HttpsOnly),
            any(|rule| rule.domain.scheme().is_some()),
            any(|rule| rule.domain.to_string().contains("*.")),
            any(|rule| rule.domain.to_string().contains("192.0.2.")),
            any(|rule| rule.domain.to_string().contains("2001:db8")),
        ];
        for (count, is) in self.kinds.iter().zip(kinds) {
            add(count, is);
        }
    }

    fn answer(&self, allowed: bool) {
        add(&self.questions, true);
        add(&self.allowed, allowed);
    }

    /// Fails if the random policies missed a kind, or if almost all answers were the same. Prints the figure.
    fn finish(&self, name: &str) {
        let (questions, allowed) = (self.questions.get(), self.allowed.get());
        let policies = self.policies.get();
        for count in &self.kinds {
            assert!(
                count.get() > policies / 20,
                "{:?} of {policies}",
                self.kinds
            );
        }
        let share = allowed * 100 / questions;
        assert!((10..=90).contains(&share), "{share} % are allowed");
        // `cargo xtask prove` looks for this line.
        println!(
            "figure dialects: {name}: {questions} questions to {policies} policies, {allowed} allowed, all alike"
        );
    }
}

fn add(count: &Cell<usize>, really: bool) {
    count.set(count.get() + usize::from(really));
}

/// Asks until the number of questions is reached.
fn ask<T: std::fmt::Debug>(
    name: &str,
    policies: impl Strategy<Value = T>,
    compare: impl Fn(&Compared, T, &[Question]) -> Result<(), TestCaseError>,
) {
    let compared = Compared::default();
    let strategy = (policies, asked());
    while compared.questions.get() < questions() {
        // A runner counts the cases of all its runs.
        let mut runner = TestRunner::new(ProptestConfig {
            cases: 64,
            failure_persistence: None,
            ..ProptestConfig::default()
        });
        let run = runner.run(&strategy, |(policy, asked)| {
            compare(&compared, policy, &asked)
        });
        run.unwrap();
    }
    compared.finish(name);
}

#[test]
fn flash_silverlight_flash() {
    let (low, high) = SILVERLIGHT_PORTS;
    ask(
        "Flash, Silverlight, Flash",
        socket_policy(),
        |compared, policy, asked| {
            let text = match write::silverlight(&policy, Layout::Compact) {
                Ok(text) => text,
                Err(SilverlightError::NoPorts { .. } | SilverlightError::NoMovies { .. }) => {
                    return Ok(());
                }
                Err(error) => panic!("{error}"),
            };
            let access = silverlight::parse(text.as_bytes()).policy.unwrap();
            let back = access.to_flash().unwrap();
            compared.note(&policy);
            let (before, after) = (Decides::with(&policy), Decides::with(&back));
            for (movie, port) in asked {
                let silverlight = access.connects(movie, *port).is_ok();
                let flash = after.allows(movie, *port);
                prop_assert_eq!(flash, silverlight, "{:?} to {}: {}", movie, port, text);
                if (low..=high).contains(&port.get()) {
                    let expected = before.allows(movie, *port);
                    prop_assert_eq!(silverlight, expected, "{:?} to {}: {}", movie, port, text);
                    compared.answer(expected);
                }
            }
            Ok(())
        },
    );
}

#[test]
fn flash_url_flash() {
    let same_ports = (socket_policy(), ports()).prop_map(|(mut policy, ports)| {
        policy
            .rules
            .iter_mut()
            .for_each(|rule| rule.ports = ports.clone());
        (policy, ports)
    });
    ask(
        "Flash, URL, Flash",
        same_ports,
        |compared, (policy, ports), asked| {
            let text = write::url(&policy, Layout::Compact).unwrap();
            let url = parse(text.as_bytes(), Profile::Url).policy.unwrap();
            compared.note(&policy);
            let needs_https = policy
                .rules
                .iter()
                .any(|rule| rule.secure == Secure::HttpsOnly);
            for served in [Scheme::Http, Scheme::Https] {
                if served == Scheme::Http && needs_https {
                    continue;
                }
                let back = url.for_ports(&ports, served);
                prop_assert_eq!(&back, &policy);
                let (before, after) = (Decides::with(&policy), Decides::with(&back));
                for (movie, port) in asked {
                    let expected = before.allows(movie, *port);
                    prop_assert_eq!(
                        after.allows(movie, *port),
                        expected,
                        "{:?} to {}: {}",
                        movie,
                        port,
                        text
                    );
                    let loads = may_load(&url, served, movie).is_ok();
                    prop_assert_eq!(
                        loads && ports.contains(*port),
                        expected,
                        "{:?}: {}",
                        movie,
                        text
                    );
                    compared.answer(expected);
                }
            }
            Ok(())
        },
    );
}

#[track_caller]
fn from_silverlight(uris: &[&str], expected: Result<&[&str], ToFlashError>) {
    let domains = uris.iter().map(|uri| format!("<domain uri='{uri}'/>"));
    let domains = domains.collect::<Vec<_>>().concat();
    let file = format!(
        "<access-policy><cross-domain-access><policy><allow-from>{domains}</allow-from><grant-to>\
         <resource path='/'/></grant-to></policy><policy><allow-from>{domains}</allow-from><grant-to>\
         <socket-resource port='4502' protocol='tcp'/></grant-to></policy></cross-domain-access></access-policy>"
    );
    let flash = silverlight::parse(file.as_bytes())
        .policy
        .unwrap()
        .to_flash();
    let domains = flash.map(|policy| {
        let rules = policy.rules.iter();
        let rules = rules.map(|rule| match rule.secure {
            Secure::HttpsOnly => format!("{} over HTTPS", rule.domain),
            Secure::Any | Secure::AsServed => rule.domain.to_string(),
        });
        rules.collect::<Vec<_>>()
    });
    let expected =
        expected.map(|expected| expected.iter().map(|&domain| domain.to_owned()).collect());
    assert_eq!(domains, expected);
}

#[test]
fn silverlight_to_flash() {
    let policy = 1;
    from_silverlight(&["*", "file:///", "http://*", "http://a.test"], Ok(&["*"]));
    from_silverlight(&["https://*"], Ok(&["* over HTTPS"]));
    from_silverlight(&["http://a.test"], Ok(&["http://a.test"]));
    from_silverlight(&["http://a.test", "https://a.test"], Ok(&["a.test"]));
    from_silverlight(
        &["http://a.b.test", "http://*.b.test"],
        Ok(&["http://*.b.test"]),
    );
    from_silverlight(
        &["http://a.test", "https://a.test", "https://*"],
        Ok(&["* over HTTPS", "a.test"]),
    );
    from_silverlight(&["http://[2001:db8::1]"], Ok(&["http://2001:db8::1"]));
    from_silverlight(
        &["http://a.test", "file:///"],
        Err(ToFlashError::File { policy }),
    );
    from_silverlight(
        &["http://*", "https://*"],
        Err(ToFlashError::AnyOverHttp { policy }),
    );
    assert_eq!(
        ToFlashError::AnyOverHttp { policy }.to_string(),
        "expected hosts or `*` in `<policy>` 2, found `http://*`, which no Flash rule can say"
    );
}
