//! Finds rules that repeat others or are covered by others, and compares what two policies grant.
//!
//! A policy may have tens of thousands of rules, so rules are not compared in pairs. They are grouped by domain, and
//! each rule is compared with the few groups that are wider than its own.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::{Policy, PortSet, Rule, Scheme, Secure};

/// The maximum number of wider groups that a rule is compared with. Real domain names have three or four labels.
const MOST_WIDER: usize = 8;

/// The number of values that `secure` can have.
const SECURES: usize = 3;

/// Ports `low` to `high`, and the index of the rule that grants `low`.
type PortRun = (u16, u16, usize);

/// The ports of one rule, and its index.
type OneRule = (Vec<PortRun>, usize);

/// Ports of rules with the same domain, by scheme and `secure`.
#[derive(Default)]
struct SameMovies {
    cells: [Vec<PortRun>; 9],
}

/// Everything that a policy grants.
struct Grants<'a> {
    by_host: BTreeMap<&'a str, SameMovies>,
}

/// What the rules of one domain, scheme and `secure` grant together.
#[derive(PartialEq, Eq)]
struct Granted {
    host: String,
    cell: usize,
    ports: Vec<(u16, u16)>,
}

/// Pairs of a rule and a later rule that repeats it.
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

/// Pairs of a rule and a later rule that differs only in its ports.
pub(crate) fn split(policy: &Policy) -> Vec<(usize, usize)> {
    let hosts = hosts(policy);
    // Other rules already advise to remove these.
    let surplus: BTreeSet<usize> = duplicates(policy)
        .into_iter()
        .chain(shadowed(policy))
        .map(|(_, surplus)| surplus)
        .collect();
    let mut seen = BTreeMap::new();
    let mut found = Vec::new();
    for (index, (rule, host)) in policy.rules.iter().zip(&hosts).enumerate() {
        if surplus.contains(&index) {
            continue;
        }
        let first = *seen.entry((host.as_str(), cell(rule))).or_insert(index);
        if first != index {
            found.push((first, index));
        }
    }
    found
}

/// Pairs of a wider rule and a rule that grants only what wider rules grant.
pub(crate) fn shadowed(policy: &Policy) -> Vec<(usize, usize)> {
    let hosts = hosts(policy);
    let grants = Grants::of(policy, &hosts);
    let among_equals = within(policy, &hosts);
    let mut found = Vec::new();
    for (index, (rule, host)) in policy.rules.iter().zip(&hosts).enumerate() {
        if let Some(cover) = among_equals.get(&index) {
            found.push((*cover, index));
            continue;
        }
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

/// Rules whose ports are a subset of the ports of another rule for the same movies, which is the value in the map.
///
/// Each rule is compared with one other, the one with the highest port so far. So some cases with lists of ports are
/// missed, but every rule that is returned is covered completely.
fn within(policy: &Policy, hosts: &[String]) -> BTreeMap<usize, usize> {
    let mut alike: BTreeMap<(&str, usize), Vec<OneRule>> = BTreeMap::new();
    for (index, (rule, host)) in policy.rules.iter().zip(hosts).enumerate() {
        let ports = merged(ranges(rule, index));
        let key = (host.as_str(), cell(rule));
        alike.entry(key).or_default().push((ports, index));
    }
    let mut found = BTreeMap::new();
    for rules in alike.values_mut().filter(|rules| rules.len() > 1) {
        // Among rules with the same lowest port, the one with the most ports comes first.
        rules.sort_by_cached_key(|(ports, index)| {
            let count: u32 = ports
                .iter()
                .map(|(low, high, _)| u32::from(high - low) + 1)
                .sum();
            let lowest = ports.first().map(|(low, _, _)| *low);
            (lowest, core::cmp::Reverse(count), *index)
        });
        let mut widest: Option<(&[PortRun], usize)> = None;
        let reach = |ports: &[PortRun]| ports.last().map(|(_, high, _)| *high);
        for (ports, index) in &*rules {
            let cover = widest.filter(|(wide, _)| {
                let same = without_rule(wide) == without_rule(ports);
                !same
                    && ports
                        .iter()
                        .all(|ports| covering(&[wide], *ports).is_some())
            });
            match cover {
                Some((_, cover)) => {
                    found.insert(*index, cover);
                }
                None if widest.is_none_or(|(wide, _)| reach(ports) > reach(wide)) => {
                    widest = Some((ports, *index));
                }
                None => {}
            }
        }
    }
    found
}

/// Whether a rule grants every port from `lowest` up.
pub(crate) fn grants_from(rule: &Rule, lowest: u16) -> bool {
    let ports = merged(ranges(rule, 0));
    covering(&[&ports], (lowest, u16::MAX, 0)).is_some()
}

/// Whether two policies allow the same movies to use the same ports. May return `false` for equal policies, but never
/// `true` for different ones.
pub(crate) fn same_grants(one: &Policy, other: &Policy) -> bool {
    one.site_control == other.site_control && canonical(one) == canonical(other)
}

/// What a policy grants, without what wider rules already cover.
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

/// The index of a rule's cell among the nine of its group.
fn cell(rule: &Rule) -> usize {
    let scheme = match rule.domain.scheme() {
        None => 0,
        Some(Scheme::Http) => 1,
        Some(Scheme::Https) => 2,
    };
    // Each value covers the ones after it, however the policy is served: in a URL policy a missing `secure` means
    // `false` over HTTP and `true` over HTTPS.
    let secure = match rule.secure {
        Secure::Any => 0,
        Secure::AsServed => 1,
        Secure::HttpsOnly => 2,
    };
    scheme * SECURES + secure
}

/// The cells of a group that cover a cell, including the cell itself.
fn cells_over(cell: usize) -> impl Iterator<Item = usize> {
    let (scheme, secure) = (cell / SECURES, cell % SECURES);
    let schemes = [Some(0), (scheme != 0).then_some(scheme)];
    schemes
        .into_iter()
        .flatten()
        .flat_map(move |scheme| (0..=secure).map(move |secure| scheme * SECURES + secure))
}

/// The hosts that cover a host: itself, `*`, and `*.` before the name and each of its parent domains. The flag is
/// true if `*.` must be put before the name.
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
        let mut by_host: BTreeMap<&str, SameMovies> = BTreeMap::new();
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

    /// The ports of all cells that cover a host's cell, without the cell itself.
    fn wider(&self, host: &str, cell: usize) -> Vec<&[PortRun]> {
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

    /// The group of `*.` before a name.
    fn under(&self, name: &str) -> Option<&SameMovies> {
        self.by_host.get(alloc::format!("*.{name}").as_str())
    }
}

/// The rule in one of the groups whose ports include these.
fn covering(groups: &[&[PortRun]], (low, high, _): PortRun) -> Option<usize> {
    groups.iter().find_map(|ports| {
        let after = ports.partition_point(|(first, _, _)| *first <= low);
        let (_, last, rule) = ports.get(after.checked_sub(1)?)?;
        (*last >= high).then_some(*rule)
    })
}

fn ranges(rule: &Rule, index: usize) -> Vec<PortRun> {
    ranges_of(&rule.ports, index)
}

fn ranges_of(ports: &PortSet, index: usize) -> Vec<PortRun> {
    match ports {
        PortSet::All => Vec::from([(1, u16::MAX, index)]),
        PortSet::List(ranges) => ranges
            .iter()
            .map(|range| (range.low().get(), range.high().get(), index))
            .collect(),
    }
}

/// The same ports, sorted, with adjacent ranges merged.
fn merged(mut ports: Vec<PortRun>) -> Vec<PortRun> {
    ports.sort_unstable();
    let mut all: Vec<PortRun> = Vec::with_capacity(ports.len());
    for (low, high, rule) in ports {
        match all.last_mut() {
            Some((_, last, _)) if low <= last.saturating_add(1) => *last = high.max(*last),
            _ => all.push((low, high, rule)),
        }
    }
    all
}

fn without_rule(ports: &[PortRun]) -> Vec<(u16, u16)> {
    ports.iter().map(|(low, high, _)| (*low, *high)).collect()
}
