//! What of a policy has no effect in the file that is printed for Silverlight.

use flash_policy::write::{self, Layout, SILVERLIGHT_PORTS};
use flash_policy::{Diagnostic, Policy, PortRange, PortSet, Profile, SiteControl, Span};
use flashgate_config::config::ConfigFindings;

use super::PolicySource;
use crate::cli::allow;

/// The findings for the printed text, with places in the rules if they are in flags.
pub(super) fn judged(policy: &Policy, text: &str, source: &PolicySource) -> ConfigFindings {
    let mut findings = ConfigFindings::default();
    let none = policy.site_control == Some(SiteControl::None) && !policy.rules.is_empty();
    if none {
        findings.add(&PRINTED, text.as_bytes(), vec![none_with_rules()]);
        return findings;
    }
    match source {
        PolicySource::Config(_) => {
            let found = policy.rules.iter().filter_map(|rule| left_out(&rule.ports));
            findings.add(&PRINTED, text.as_bytes(), found.collect());
        }
        PolicySource::Rules { rules, .. } => {
            let text = write::flash_unchecked(policy, Layout::Compact);
            let found = placed(policy, &text);
            allow::add(&mut findings, found, (&text, Profile::Socket), rules);
        }
    }
    findings
}

const PRINTED: &str = "policy as printed";

fn none_with_rules() -> Diagnostic {
    let message = "`site-control = \"none\"` grants nothing, so the printed policy has no rules";
    Diagnostic::warning("site-control-none-with-rules", message)
        .help("remove `site-control` if the rules should apply")
}

/// The findings at their place in the text of the Flash policy.
fn placed(policy: &Policy, text: &str) -> Vec<Diagnostic> {
    let places = flash_policy::parse(text.as_bytes(), Profile::Socket).places;
    let places = places
        .rules
        .iter()
        .map(|rule| rule.to_ports.unwrap_or(rule.tag));
    let rules = policy.rules.iter().zip(places);
    rules
        .filter_map(|(rule, place): (_, Span)| Some(left_out(&rule.ports)?.at(place, "")))
        .collect()
}

/// A warning for a rule with ports that Silverlight never connects to. `*` means whatever is possible.
fn left_out(ports: &PortSet) -> Option<Diagnostic> {
    let PortSet::List(ranges) = ports else {
        return None;
    };
    let (low, high) = SILVERLIGHT_PORTS;
    let outside = |range: &&PortRange| range.low().get() < low || range.high().get() > high;
    let outside: Vec<_> = ranges
        .iter()
        .filter(outside)
        .map(PortRange::to_string)
        .collect();
    (!outside.is_empty()).then(|| {
        let outside = outside.join(",");
        let message = format!("expected ports from {low} to {high}, found `{outside}`");
        Diagnostic::warning("silverlight-port-out-of-range", message)
            .note(
                "Silverlight connects to no other port; others are left out of the printed policy",
            )
            .help(format!("write only ports from {low} to {high}"))
    })
}
