//! The rule that was likely meant: for the same site and another port, or for a neighbour of the site.

use flash_policy::decide::{Grant, Movie};
use flash_policy::{Diagnostic, Host, Policy, Port, PortSet, Profile, Rule, Secure, grants, parse};

use super::meaning::{movie, whose};
use super::{Asked, Case, Rank};

/// A rule for the same site and another port, or for a neighbour of the site.
pub(super) fn judge(case: &mut Case<'_>, asked: Asked<'_>) {
    let parsed = parse(asked.document(), Profile::Socket);
    let Some(policy) = parsed.policy else { return };
    let miss = neighbour(case, &policy).or_else(|| port_miss(case, &policy));
    let Some((rule, finding, of_domain)) = miss else {
        return;
    };
    let source = case.source(asked, asked.document());
    let span = parsed.places.rules.get(rule).map(|places| {
        if of_domain {
            places.domain
        } else {
            places.to_ports.unwrap_or(places.tag)
        }
    });
    let finding = match span {
        Some(span) => finding.at(span, ""),
        None => finding,
    };
    case.add_in(Rank::Cause, finding, Some(source), false);
}

type Miss = (usize, Diagnostic, bool);

fn port_miss(case: &Case<'_>, policy: &Policy) -> Option<Miss> {
    let port = case.plan.config.port;
    let movie = movie(case);
    let index = policy
        .rules
        .iter()
        .position(|rule| !rule.ports.contains(port) && admits_to_some_port(rule, &movie, port))?;
    let rule = policy.rules.get(index)?;
    let finding = Diagnostic::error(
        "port-not-granted",
        format!(
            "a rule admits {}, to ports `{}` and not to port {port}",
            whose(case),
            rule.ports
        ),
    )
    .help(format!("write `to-ports=\"{},{port}\"`", rule.ports));
    Some((index, finding, false))
}

/// The same question about a rule that is not particular about ports; only `grants` compares a movie with a rule.
fn admits_to_some_port(rule: &Rule, movie: &Movie, port: Port) -> bool {
    let policy = Policy {
        site_control: None,
        rules: vec![Rule {
            ports: PortSet::All,
            secure: Secure::Any,
            ..rule.clone()
        }],
    };
    matches!(
        grants(&policy, Port::MASTER, movie, port),
        Grant::Allowed { .. }
    )
}

/// The classic: `www.example.com` is granted, and the movie comes from `example.com`, or the reverse.
fn neighbour(case: &Case<'_>, policy: &Policy) -> Option<Miss> {
    let Movie::Remote(origin) = movie(case) else {
        return None;
    };
    let Host::Name(name) = &origin.host else {
        return None;
    };
    let near = |other: &str| {
        other != &**name
            && (is_below(other, name) || is_below(name, other) || same_site(other, name))
    };
    let (index, rule) = policy.rules.iter().enumerate().find(|(_, rule)| {
        let granted = rule.domain.hosts().to_string();
        near(granted.strip_prefix("*.").unwrap_or(&granted))
            && rule.ports.contains(case.plan.config.port)
    })?;
    let granted = rule.domain.hosts();
    let finding = Diagnostic::error(
        "grants-a-neighbour",
        format!("a rule grants `{granted}`, and the movie comes from `{name}`: to a player these are two sites"),
    )
    .help(format!("add a rule for `{name}`, or write `*.{}`, which stands for both", site(name)));
    Some((index, finding, true))
}

fn is_below(name: &str, site: &str) -> bool {
    name.strip_suffix(site)
        .is_some_and(|rest| rest.ends_with('.'))
}

fn same_site(a: &str, b: &str) -> bool {
    site(a) == site(b)
}

/// The last two labels: what a wildcard would be written for. Good enough for a hint, and for nothing else.
fn site(name: &str) -> &str {
    let mut dots = name.rmatch_indices('.');
    match (dots.next(), dots.next()) {
        (Some(_), Some((dot, _))) => name.get(dot + 1..).unwrap_or(name),
        _ => name,
    }
}
