//! Fixing a file adds no finding, does not change what a policy grants, and has no effect the second time.
#![no_main]

use std::collections::BTreeMap;

use flash_policy::lint::{LintReport, Options, PolicyKind, fix, lint_with};
use flash_policy::{Grant, Movie, Policy, Port, Secure, Serving, grants};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for kind in [PolicyKind::Socket, PolicyKind::Url, PolicyKind::Silverlight] {
        let options = Options::new(Serving::from_port(Port::MASTER)).kind(kind);
        let before = lint_with(bytes, &options);
        let fixed = fix(bytes, &options);
        let after = lint_with(&fixed.bytes, &options);
        let counted = counts(&before);
        for (rule, count) in counts(&after) {
            assert!(
                counted.get(rule).is_some_and(|before| count <= *before),
                "{rule} is new"
            );
        }
        assert_eq!(fix(&fixed.bytes, &options).bytes, fixed.bytes);
        if let Some(policy) = before.policy.filter(|_| !before.findings.is_empty()) {
            let mended = after.policy.expect("a fixed policy is still a policy");
            assert_eq!(policy.site_control, mended.site_control);
            // What a rule of a URL policy without `secure` grants depends on how the policy is served.
            for secure in [Secure::Any, Secure::HttpsOnly] {
                same(&served(&policy, secure), &served(&mended, secure));
            }
        }
        assert!(before.access.is_none() || before.access == after.access);
    }
});

fn counts(report: &LintReport) -> BTreeMap<&'static str, usize> {
    let mut counts = report.omitted.clone();
    for finding in &report.findings {
        *counts.entry(finding.rule).or_default() += finding.places();
    }
    counts
}

/// Returns the policy with this value in all rules without `secure`.
fn served(policy: &Policy, secure: Secure) -> Policy {
    let mut policy = policy.clone();
    let rules = policy.rules.iter_mut();
    let open = rules.filter(|rule| rule.secure == Secure::AsServed);
    open.for_each(|rule| rule.secure = secure);
    policy
}

/// Every movie that a rule of either policy matches can connect to the same ports under both.
fn same(one: &Policy, other: &Policy) {
    let rules = || one.rules.iter().chain(&other.rules).take(12);
    let hosts = rules().map(|rule| rule.domain.hosts().to_string().replace('*', "x"));
    let movies: Vec<_> = hosts
        .flat_map(|host| {
            let origin = |scheme| format!("{scheme}://{host}/a.swf").parse().ok();
            [origin("http"), origin("https")]
        })
        .flatten()
        .map(Movie::Remote)
        .chain([Movie::Hostless])
        .collect();
    for port in [1, 80, 81, 843, 1023, 1024, 9339, 65_535].map(|port| Port::new(port).unwrap()) {
        for movie in &movies {
            let allowed = |policy| {
                matches!(
                    grants(policy, Port::MASTER, movie, port),
                    Grant::Allowed { .. }
                )
            };
            assert_eq!(allowed(one), allowed(other), "{movie:?} to {port}");
        }
    }
}
