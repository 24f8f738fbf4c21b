//! The rule that was probably meant: one for the same site and another port, for a similar domain, or for the other
//! scheme.

use flash_policy::decide::{Grant, Movie};
use flash_policy::parse::RulePlaces;
use flash_policy::{
    Diagnostic, DomainPattern, Host, Origin, Policy, Port, PortSet, Rule, Scheme, Secure, Span,
    grants, parse,
};

use super::case::{Case, PolicyConnection, Rank};
use crate::findings::FindingId;

/// Reports the first such rule.
pub(super) fn judge(case: &mut Case<'_>, asked: PolicyConnection<'_>) {
    let parsed = parse(asked.document(), asked.profile());
    let Some(policy) = parsed.policy else { return };
    if !asked.can_open(case.plan.config.port) {
        return;
    }
    let miss = scheme_miss(case, &policy)
        .or_else(|| neighbour(case, &policy))
        .or_else(|| port_miss(case, &policy));
    let Some(miss) = miss else {
        return;
    };
    let source = case.source(asked, asked.document());
    let places = parsed.places.rules.get(miss.rule);
    let finding = match places {
        Some(places) => miss.finding.at(miss.part.of(places), ""),
        None => miss.finding,
    };
    case.add_at(Rank::Cause, finding, source);
}

/// A rule that does not match, and the part that prevents it.
struct Miss {
    rule: usize,
    part: Part,
    finding: Diagnostic,
}

enum Part {
    Domain,
    Ports,
}

impl Part {
    fn of(&self, places: &RulePlaces) -> Span {
        match self {
            Self::Domain => places.domain,
            Self::Ports => places.to_ports.unwrap_or(places.tag),
        }
    }
}

/// The right site and port, but for movies loaded over the other scheme.
fn scheme_miss(case: &Case<'_>, policy: &Policy) -> Option<Miss> {
    let port = case.plan.config.port;
    let Movie::Remote(origin) = case.movie() else {
        return None;
    };
    let scheme = match origin.scheme {
        Scheme::Http => Scheme::Https,
        Scheme::Https => Scheme::Http,
    };
    let other = Movie::Remote(Origin {
        scheme,
        ..origin.clone()
    });
    let rule = policy.rules.iter().position(|rule| {
        rule.domain.scheme() == Some(scheme)
            && is_open_to(rule, origin.scheme)
            && rule.ports.contains(port)
            && admits_to_some_port(rule, &other, port)
    })?;
    let domain = &policy.rules.get(rule)?.domain;
    let (was, host) = (origin.scheme.as_str(), &origin.host);
    let finding = FindingId::SchemeNotGranted
        .error(format!(
            "a rule allows `{domain}`, but the movie was loaded over {was}"
        ))
        .help(format!(
            "remove the scheme from the rule to allow both, or add a rule for `{was}://{host}`"
        ));
    Some(Miss {
        rule,
        part: Part::Domain,
        finding,
    })
}

/// Whether a rule's `secure` allows movies loaded over this scheme. If not, changing the rest does not help.
fn is_open_to(rule: &Rule, scheme: Scheme) -> bool {
    rule.secure != Secure::HttpsOnly || scheme == Scheme::Https
}

fn port_miss(case: &Case<'_>, policy: &Policy) -> Option<Miss> {
    let port = case.plan.config.port;
    let movie = case.movie();
    let is_near = |rule: &Rule| {
        let is_open = match &movie {
            Movie::Remote(origin) => is_open_to(rule, origin.scheme),
            Movie::Hostless => rule.secure != Secure::HttpsOnly,
        };
        is_open && admits_to_some_port(rule, &movie, port)
    };
    let index = policy
        .rules
        .iter()
        .position(|rule| !rule.ports.contains(port) && is_near(rule))?;
    let rule = policy.rules.get(index)?;
    let finding = FindingId::PortNotGranted
        .error(format!(
            "a rule allows {} to connect to ports `{}`, but not to port {port}",
            case.whose(),
            rule.ports
        ))
        .help(add_port(case, rule));
    Some(Miss {
        rule: index,
        part: Part::Ports,
        finding,
    })
}

/// The rule for this port, and the one for the old ports too, because the old ones may be a mistake.
fn add_port(case: &Case<'_>, rule: &Rule) -> String {
    let (port, domain) = (case.plan.config.port, &rule.domain);
    format!(
        "write `to-ports=\"{port}\"`, or `to-ports=\"{ports},{port}\"` if movies also connect to the others; with flags, `--allow '{domain}:{port}'`",
        ports = rule.ports
    )
}

fn admits_to_some_port(rule: &Rule, movie: &Movie, port: Port) -> bool {
    admits(rule.domain.clone(), movie, port)
}

/// Whether a rule for this domain and any port would allow a movie. Only `grants` compares the two.
pub(super) fn admits(domain: DomainPattern, movie: &Movie, port: Port) -> bool {
    let policy = Policy::new().with_rule(Rule::new(domain, PortSet::All));
    matches!(
        grants(&policy, Port::MASTER, movie, port),
        Grant::Allowed { .. }
    )
}

/// The classic mistake: `www.example.com` is granted but the movie is from `example.com`, or the reverse.
fn neighbour(case: &Case<'_>, policy: &Policy) -> Option<Miss> {
    let Movie::Remote(origin) = case.movie() else {
        return None;
    };
    let Host::Name(name) = &origin.host else {
        return None;
    };
    let name = name.as_str();
    let (index, rule) = policy.rules.iter().enumerate().find(|(_, rule)| {
        let granted = rule.domain.hosts().to_string();
        upper(bare(&granted), name).is_some()
            && is_open_to(rule, origin.scheme)
            && rule.ports.contains(case.plan.config.port)
    })?;
    let granted = rule.domain.hosts().to_string();
    let both = upper(bare(&granted), name).map(|upper| format!("*.{upper}"));
    // Something like `*.test` is not a valid pattern, so it is not suggested.
    let both = both.filter(|both| both.parse::<DomainPattern>().is_ok());
    let finding = FindingId::GrantsANeighbour.error(
        format!("a rule allows `{granted}`, but the movie is from `{name}`: for a player, these are two sites"),
    )
    .help(match both {
        Some(both) => format!("add a rule for `{name}`, or write `{both}`, which covers both"),
        None => format!("add a rule for `{name}`"),
    });
    Some(Miss {
        rule: index,
        part: Part::Domain,
        finding,
    })
}

/// The name in a pattern.
fn bare(pattern: &str) -> &str {
    pattern.strip_prefix("*.").unwrap_or(pattern)
}

/// The parent of two names, if one is below the other. Siblings may be unrelated, as below `co.uk`.
fn upper<'a>(a: &'a str, b: &'a str) -> Option<&'a str> {
    if is_below(a, b) {
        Some(b)
    } else if is_below(b, a) {
        Some(a)
    } else {
        None
    }
}

fn is_below(name: &str, site: &str) -> bool {
    name.strip_suffix(site)
        .is_some_and(|rest| rest.ends_with('.'))
}
