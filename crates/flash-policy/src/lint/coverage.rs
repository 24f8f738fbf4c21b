//! Which rules of a policy say the same, which grant only what others grant, and whether two policies grant the same.
//!
//! A policy may have tens of thousands of rules, so nothing here compares each with each: rules are put into groups of
//! the same domain, and a rule is held against the few groups that are wider than its own.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::{Policy, PortSet, Rule, Scheme, Secure};

/// How many wider groups a rule is held against. Names in real policies have three or four labels.
const MOST_WIDER: usize = 8;

/// Ports `low` to `high`, and the rule that grants the lowest.
type Ports = (u16, u16, usize);

/// Rules that admit the same movies, by scheme and `secure`.
#[derive(Default)]
struct Group {
    cells: [Vec<Ports>; 6],
}

/// All grants of a policy.
struct Grants<'a> {
    by_host: BTreeMap<&'a str, Group>,
}

/// What the rules of one domain, scheme and `secure` grant together.
#[derive(PartialEq, Eq)]
struct Granted {
    host: String,
    cell: usize,
    ports: Vec<(u16, u16)>,
}

/// Every rule that repeats another: the first of its kind, and the one that repeats it.
pub(crate) fn duplicates(policy: &Policy) -> Vec<(usize, usize)> {
    let hosts = hosts(policy);
    let mut seen = BTreeMap::new();
    let mut found = Vec::new();
    for (index, (rule, host)) in policy.rules.iter().zip(&hosts).enumerate() {
        let ports = merged(ranges(rule, index));
        let key = (host.as_str(), cell(rule), without_rule(&ports));
        let first = *seen.entry(key).or_insert(index);
        if first != index {
            found.push((first, index));
        }
    }
    found
}

/// Every rule that differs from another in its ports alone, but not from all: that one, and it.
pub(crate) fn split(policy: &Policy) -> Vec<(usize, usize)> {
    let hosts = hosts(policy);
    let repeated = duplicates(policy);
    let mut repeated = repeated.iter().map(|(_, again)| *again).peekable();
    let mut seen = BTreeMap::new();
    let mut found = Vec::new();
    for (index, (rule, host)) in policy.rules.iter().zip(&hosts).enumerate() {
        if repeated.next_if_eq(&index).is_some() {
            continue;
        }
        let first = *seen.entry((host.as_str(), cell(rule))).or_insert(index);
        if first != index {
            found.push((first, index));
        }
    }
    found
}

/// Every rule that grants only what wider rules grant: one of those, and it.
pub(crate) fn shadowed(policy: &Policy) -> Vec<(usize, usize)> {
    let hosts = hosts(policy);
    let grants = Grants::of(policy, &hosts);
    let mut found = Vec::new();
    for (index, (rule, host)) in policy.rules.iter().zip(&hosts).enumerate() {
        let wider = grants.wider(host, cell(rule));
        let mut cover = None;
        let all = merged(ranges(rule, index)).iter().all(|ports| {
            let covering = covering(&wider, *ports);
            cover = cover.or(covering);
            covering.is_some()
        });
        if let Some(cover) = cover.filter(|_| all) {
            found.push((cover, index));
        }
    }
    found
}

/// Whether two policies admit the same movies to the same ports. It may say no of two that do, never yes of two that
/// don't.
pub(crate) fn same_grants(one: &Policy, other: &Policy) -> bool {
    one.site_control == other.site_control && canonical(one) == canonical(other)
}

/// What a policy grants, without what wider rules grant anyway.
fn canonical(policy: &Policy) -> Vec<Granted> {
    let hosts = hosts(policy);
    let grants = Grants::of(policy, &hosts);
    let mut all = Vec::new();
    for (host, group) in &grants.by_host {
        for (cell, ports) in group.cells.iter().enumerate() {
            let wider = grants.wider(host, cell);
            let mut own = ports.clone();
            own.retain(|ports| covering(&wider, *ports).is_none());
            let own = without_rule(&own);
            if !own.is_empty() {
                all.push(Granted {
                    host: host.to_string(),
                    cell,
                    ports: own,
                });
            }
        }
    }
    all
}

fn hosts(policy: &Policy) -> Vec<String> {
    policy
        .rules
        .iter()
        .map(|rule| rule.domain.hosts().to_string())
        .collect()
}

/// Which of the six cells of its group a rule belongs into.
fn cell(rule: &Rule) -> usize {
    let scheme = match rule.domain.scheme() {
        None => 0,
        Some(Scheme::Http) => 1,
        Some(Scheme::Https) => 2,
    };
    scheme * 2 + usize::from(rule.secure == Secure::HttpsOnly)
}

/// The cells of a group that admit all that a cell admits, itself included.
fn cells_over(cell: usize) -> impl Iterator<Item = usize> {
    let (scheme, secure) = (cell / 2, cell % 2);
    let schemes = [Some(0), (scheme != 0).then_some(scheme)];
    let secures = [Some(0), (secure != 0).then_some(secure)];
    schemes.into_iter().flatten().flat_map(move |scheme| {
        secures
            .into_iter()
            .flatten()
            .map(move |secure| scheme * 2 + secure)
    })
}

/// The hosts that are wider than a host, and itself: `*`, and `*.` before it and before what is left of it without its
/// first labels. With each comes whether it is a name that `*.` is to be put before.
pub(crate) fn hosts_over(host: &str) -> impl Iterator<Item = (&str, bool)> {
    let name = host.strip_prefix("*.").unwrap_or(host);
    let is_name = host != "*" && name.parse::<core::net::IpAddr>().is_err();
    let own = [(host, false), ("*", false)];
    let cuts = name.match_indices('.').map(|(at, _)| at + 1);
    let parents = core::iter::once(0)
        .chain(cuts)
        .filter(move |_| is_name)
        .filter_map(move |at| name.get(at..));
    own.into_iter().chain(parents.map(|parent| (parent, true)))
}

impl<'a> Grants<'a> {
    fn of(policy: &'a Policy, hosts: &'a [String]) -> Self {
        let mut by_host: BTreeMap<&str, Group> = BTreeMap::new();
        for (index, (rule, host)) in policy.rules.iter().zip(hosts).enumerate() {
            let group = by_host.entry(host.as_str()).or_default();
            if let Some(ports) = group.cells.get_mut(cell(rule)) {
                ports.extend(ranges(rule, index));
            }
        }
        for ports in by_host.values_mut().flat_map(|group| &mut group.cells) {
            *ports = merged(core::mem::take(ports));
        }
        Self { by_host }
    }

    /// The grants that are wider than those of a host's cell, without its own.
    fn wider(&self, host: &str, cell: usize) -> Vec<&[Ports]> {
        let mut found = Vec::new();
        for (other, is_suffix) in hosts_over(host) {
            let group = if is_suffix {
                self.under(other)
                    .filter(|_| host.strip_prefix("*.") != Some(other))
            } else {
                self.by_host.get(other)
            };
            let same_host = !is_suffix && other == host;
            let cells = cells_over(cell).filter(|wide| !same_host || *wide != cell);
            for wide in cells {
                let ports = group.and_then(|group| group.cells.get(wide));
                found.extend(ports.filter(|ports| !ports.is_empty()).map(Vec::as_slice));
            }
            if found.len() >= MOST_WIDER {
                break;
            }
        }
        found
    }

    /// The group of `*.` and a name.
    fn under(&self, name: &str) -> Option<&Group> {
        self.by_host.get(alloc::format!("*.{name}").as_str())
    }
}

/// The rule whose ports hold these, if a group's do.
fn covering(groups: &[&[Ports]], (low, high, _): Ports) -> Option<usize> {
    groups.iter().find_map(|ports| {
        let after = ports.partition_point(|(first, _, _)| *first <= low);
        let (_, last, rule) = ports.get(after.checked_sub(1)?)?;
        (*last >= high).then_some(*rule)
    })
}

fn ranges(rule: &Rule, index: usize) -> Vec<Ports> {
    match &rule.ports {
        PortSet::All => Vec::from([(1, u16::MAX, index)]),
        PortSet::List(ranges) => ranges
            .iter()
            .map(|range| (range.low().get(), range.high().get(), index))
            .collect(),
    }
}

/// The same ports, in order, with neighbours put together.
fn merged(mut ports: Vec<Ports>) -> Vec<Ports> {
    ports.sort_unstable();
    let mut all: Vec<Ports> = Vec::with_capacity(ports.len());
    for (low, high, rule) in ports {
        match all.last_mut() {
            Some((_, last, _)) if low <= last.saturating_add(1) => *last = high.max(*last),
            _ => all.push((low, high, rule)),
        }
    }
    all
}

fn without_rule(ports: &[Ports]) -> Vec<(u16, u16)> {
    ports.iter().map(|(low, high, _)| (*low, *high)).collect()
}
