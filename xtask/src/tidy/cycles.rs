//! Finds the cycles of a graph.

use std::collections::{BTreeMap, BTreeSet};

/// Every set of nodes that can reach each other, by Tarjan's algorithm.
pub(super) fn of<T: Copy + Ord>(arrows: impl IntoIterator<Item = (T, T)>) -> Vec<BTreeSet<T>> {
    let mut graph: BTreeMap<T, Vec<T>> = BTreeMap::new();
    for (from, to) in arrows {
        graph.entry(from).or_default().push(to);
        graph.entry(to).or_default();
    }
    let mut search = Search {
        graph: &graph,
        seen: BTreeMap::new(),
        open: Vec::new(),
        found: Vec::new(),
    };
    for node in graph.keys() {
        search.visit(*node);
    }
    search.found
}

struct Search<'a, T> {
    graph: &'a BTreeMap<T, Vec<T>>,
    /// The lowest number that each node can reach.
    seen: BTreeMap<T, usize>,
    open: Vec<T>,
    found: Vec<BTreeSet<T>>,
}

impl<T: Copy + Ord> Search<'_, T> {
    /// The lowest number that can be reached from a node, while it is open.
    fn visit(&mut self, node: T) -> Option<usize> {
        if let Some(lowest) = self.seen.get(&node) {
            return self.open.contains(&node).then_some(*lowest);
        }
        let number = self.seen.len();
        self.seen.insert(node, number);
        self.open.push(node);
        let mut lowest = number;
        for next in self.graph.get(&node).into_iter().flatten() {
            lowest = self.visit(*next).map_or(lowest, |low| lowest.min(low));
        }
        self.seen.insert(node, lowest);
        if lowest == number {
            let place = self.open.iter().position(|open| *open == node);
            let circle: BTreeSet<T> = self.open.drain(place.unwrap_or_default()..).collect();
            self.found.extend((circle.len() > 1).then_some(circle));
        }
        Some(lowest)
    }
}
