//! Makes one finding of the same mistake in many places with different values.
//!
//! If the values are the same, [`Findings`](crate::findings::Findings) does so by itself.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::diagnostic::Repeat;
use crate::findings::MOST_REPEATS;
use crate::{Diagnostic, Span};

/// The maximum number of values that a message names.
pub(crate) const MOST_NAMED: usize = 5;

/// The places of one mistake and their values.
pub(crate) struct Gathered {
    /// The first different values, in file order.
    named: Vec<String>,
    /// The number of different values.
    values: usize,
    first: Span,
    others: Vec<Repeat>,
    /// The number of further places.
    more: usize,
}

impl Gathered {
    /// Collects the values as a message shows them. `None` without values.
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

    /// The value, if all places have the same one.
    pub(crate) fn only(&self) -> Option<&str> {
        match self.named.as_slice() {
            [value] => Some(value),
            _ => None,
        }
    }

    /// The values as a list: `a`, `a and b`, or `a, b, c, d, e and 3 more`.
    pub(crate) fn values(&self) -> String {
        let more = self.values - self.named.len();
        match (self.named.as_slice(), more) {
            ([most @ .., last], 0) if !most.is_empty() => format!("{} and {last}", most.join(", ")),
            (all, 0) => all.join(", "),
            (all, more) => format!("{} and {more} more", all.join(", ")),
        }
    }

    /// Adds all places to a finding.
    pub(crate) fn place(self, finding: Diagnostic) -> Diagnostic {
        let mut finding = finding.at(self.first, "");
        finding.repeats = self.others;
        finding.more = self.more;
        finding
    }
}
