//! One mistake in many places with different values: one finding that lists the values and points at every place.
//!
//! Where the values are the same, [`Findings`](crate::findings::Findings) does so by itself.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::diagnostic::Repeat;
use crate::findings::MOST_REPEATS;
use crate::{Diagnostic, Span};

/// How many values a message names at most.
pub(crate) const MOST_NAMED: usize = 5;

/// The places of one mistake, and the values there.
pub(crate) struct Gathered {
    /// The first of the values that differ, in the order of the file.
    named: Vec<String>,
    /// How many values differ.
    values: usize,
    first: Span,
    others: Vec<Repeat>,
    /// How many places there are beyond these.
    more: usize,
}

impl Gathered {
    /// Gathers the values as a message is to show them; none where there are none.
    pub(crate) fn from(found: impl IntoIterator<Item = (String, Span)>) -> Option<Self> {
        let mut found = found.into_iter();
        let (value, first) = found.next()?;
        let mut known = BTreeSet::from([value.clone()]);
        let mut gathered = Self {
            named: Vec::from([value]),
            values: 1,
            first,
            others: Vec::new(),
            more: 0,
        };
        for (value, place) in found {
            if gathered.others.len() < MOST_REPEATS {
                gathered.others.push(Repeat::at(place));
            } else {
                gathered.more += 1;
            }
            if known.contains(&value) {
                continue;
            }
            if gathered.named.len() < MOST_NAMED {
                gathered.named.push(value.clone());
            }
            known.insert(value);
        }
        gathered.values = known.len();
        Some(gathered)
    }

    /// The value, if it is the same everywhere.
    pub(crate) fn only(&self) -> Option<&str> {
        match self.named.as_slice() {
            [value] => Some(value),
            _ => None,
        }
    }

    /// As in `a`, `a and b`, and `a, b, c, d, e and 3 more`.
    pub(crate) fn values(&self) -> String {
        let more = self.values - self.named.len();
        match (self.named.as_slice(), more) {
            ([most @ .., last], 0) if !most.is_empty() => format!("{} and {last}", most.join(", ")),
            (all, 0) => all.join(", "),
            (all, more) => format!("{} and {more} more", all.join(", ")),
        }
    }

    /// Points a finding at all places.
    pub(crate) fn place(self, finding: Diagnostic) -> Diagnostic {
        let mut finding = finding.at(self.first, "");
        finding.repeats = self.others;
        finding.more = self.more;
        finding
    }
}
