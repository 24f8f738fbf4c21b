//! What differs for Silverlight: the file that is made from rules, and the rules that it can't have.
//!
//! Silverlight connects to the ports 4502 to 4534 only, and a file with any other port is void for Moonlight. So the
//! other ports of a rule are left out, and a rule that has only others is an error.

use flash_policy::write::{self, Layout, SILVERLIGHT_PORTS, SilverlightError};
use flash_policy::{Diagnostic, Policy, Port, PortRange, PortSet, Reply, Rule, SiteControl, Span};

use super::rules::ResolvedRule;
use super::{Named, PolicyContent};
use crate::config::applies_to::AppliesTo;
use crate::config::policy_file::ServedAt;
use crate::config::raw::{RawPorts, RawRule};
use crate::config::tree::At;

impl Named {
    /// The reply to Silverlight clients.
    pub(super) fn reply_to_silverlight(&self) -> Option<Reply> {
        match self.content.as_ref()? {
            PolicyContent::File(file) => {
                let bytes = &file.content.bytes;
                Some(Reply::from_silverlight_file_unchecked(bytes))
            }
            // As on port 843: `none` is about the host, so it grants nothing to Silverlight either.
            PolicyContent::Rules { .. } => {
                Reply::silverlight(&self.policy(Some(Port::MASTER))?).ok()
            }
        }
    }

    /// Findings about rules that Silverlight clients get. What Flash players get too is checked for them.
    pub(super) fn judge_for_silverlight(&self, served: &ServedAt) -> Vec<Diagnostic> {
        let Some(PolicyContent::Rules { site_control, .. }) = &self.content else {
            return Vec::new();
        };
        let rules: Vec<_> = self.rules_for(AppliesTo::Sockets).collect();
        let errors = self.unwritable(&rules);
        if !errors.is_empty() || !served.each().is_empty() {
            return errors;
        }
        if let Some(place) = site_control.as_ref()
            && place.value == SiteControl::None
        {
            return none_with_rules(place, &rules).into_iter().collect();
        }
        let is_useless = served.over_http().is_empty();
        let useless = site_control.as_ref().filter(|_| is_useless).map(|place| {
            let message = "`site-control` has no effect: Silverlight has no meta-policies, except that `none` grants nothing";
            Diagnostic::warning("site-control-outside-master", message)
                .at(place.span, "")
                .note("flashgate leaves it out of the policy that it sends")
                .help("remove it")
        });
        let mut found: Vec<_> = useless.into_iter().collect();
        found.extend(
            rules
                .iter()
                .filter_map(|(rule, raw)| left_out(&rule.rule, raw)),
        );
        let policy: Policy = rules.iter().map(|(rule, _)| within(&rule.rule)).collect();
        found.extend(self.judge_sent(&policy, served, None));
        found
    }

    /// An error for each rule that can't be written, or for all of them together.
    fn unwritable(&self, rules: &[&(ResolvedRule, RawRule)]) -> Vec<Diagnostic> {
        let written = |policy: &Policy| write::silverlight(policy, Layout::Compact).err();
        let each = rules.iter().filter_map(|(ResolvedRule { rule, .. }, raw)| {
            let error = written(&Policy::new().with_rule(rule.clone()))?;
            Some(if let SilverlightError::NoPorts { .. } = error {
                no_ports(rule, raw)
            } else {
                unsupported(&error, raw.span)
            })
        });
        let each: Vec<_> = each.collect();
        if !each.is_empty() {
            return each;
        }
        let all = self.policy(None).and_then(|policy| written(&policy));
        let all = all.map(|error| unsupported(&error, self.header));
        all.into_iter().collect()
    }
}

/// A warning for rules that grant nothing because of `none`, with what they would grant without it.
fn none_with_rules(
    place: &At<SiteControl>,
    rules: &[&(ResolvedRule, RawRule)],
) -> Option<Diagnostic> {
    let (first, _) = rules.first()?;
    let Rule { domain, ports, .. } = &within(&first.rule);
    let more = match rules.len() {
        1 => String::new(),
        count => format!(", and what {} more grant", count - 1),
    };
    let message = "`site-control = \"none\"` grants nothing to Silverlight either: these rules have no effect";
    Some(
        Diagnostic::warning("site-control-none-with-rules", message)
            .at(place.span, "")
            .note(format!(
                "without it, Silverlight applications from `{domain}` could connect to `{ports}`{more}"
            ))
            .help("remove the rules, or remove `site-control` if they should apply"),
    )
}

fn unsupported(error: &SilverlightError, place: Span) -> Diagnostic {
    Diagnostic::error("not-for-silverlight", error.to_string())
        .at(place, "")
        .note("a listener with `dialect = \"silverlight\"` uses this policy")
        .help("change it, or give that listener a policy of its own")
}

fn no_ports(rule: &Rule, raw: &RawRule) -> Diagnostic {
    let (low, high) = SILVERLIGHT_PORTS;
    let message = format!(
        "expected a port from {low} to {high}, found `{}`",
        rule.ports
    );
    Diagnostic::error(PORTS, message)
        .at(place(raw), "")
        .note("Silverlight connects to no other port, and Moonlight rejects the whole file")
        .note("a listener with `dialect = \"silverlight\"` uses this policy")
        .help(format!(
            "make the server listen on a port from {low} to {high}, or give that listener a policy of its own"
        ))
}

/// A warning for a rule whose other ports are not sent. `*` means whatever is possible.
pub(super) fn left_out(rule: &Rule, raw: &RawRule) -> Option<Diagnostic> {
    let PortSet::List(ranges) = &rule.ports else {
        return None;
    };
    let outside = |range: &&PortRange| inside(**range) != Some(**range);
    let outside: Vec<_> = ranges
        .iter()
        .filter(outside)
        .map(ToString::to_string)
        .collect();
    let (low, high) = SILVERLIGHT_PORTS;
    (!outside.is_empty()).then(|| {
        let outside = outside.join(",");
        let message = format!("expected ports from {low} to {high}, found `{outside}`");
        Diagnostic::warning(PORTS, message)
            .at(place(raw), "")
            .note("Silverlight connects to no other port; flashgate leaves others out of the policy that it sends")
            .help(format!("write only ports from {low} to {high}"))
    })
}

const PORTS: &str = "silverlight-port-out-of-range";

fn place(raw: &RawRule) -> Span {
    match &raw.ports {
        RawPorts::Written(text) => text.span,
        RawPorts::OfGates | RawPorts::Faulty => raw.span,
    }
}

/// The rule with only those of its ports that Silverlight connects to.
fn within(rule: &Rule) -> Rule {
    let ports = match &rule.ports {
        PortSet::All => all().into_iter().collect(),
        PortSet::List(ranges) => ranges.iter().filter_map(|range| inside(*range)).collect(),
    };
    let mut rule = rule.clone();
    rule.ports = PortSet::List(ports);
    rule
}

fn inside(range: PortRange) -> Option<PortRange> {
    let all = all()?;
    PortRange::new(range.low().max(all.low()), range.high().min(all.high()))
}

fn all() -> Option<PortRange> {
    let (low, high) = SILVERLIGHT_PORTS;
    let port = |number: u16| Port::new(number).ok();
    PortRange::new(port(low)?, port(high)?)
}
