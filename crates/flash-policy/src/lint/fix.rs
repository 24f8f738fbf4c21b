//! Applies safe fixes until none is left.
//!
//! Each fixed file is checked again. A fix is dropped if it would add a finding, change what the policy grants, or
//! change the detected kind of the file.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use super::coverage::same_grants;
use super::{Hints, LintReport, Options, lint_with};
use crate::diagnostic::Edit;

/// A file with its safe fixes applied.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fixed {
    /// The fixed file.
    pub bytes: Vec<u8>,
    /// The titles of the applied fixes, one per finding, in the order in which they were applied.
    pub applied: Vec<String>,
    /// The rules whose findings were fixed.
    pub rules: BTreeSet<&'static str>,
}

/// The maximum number of rounds. Three have always been enough if all places of each rule are kept.
const MOST_ROUNDS: usize = 8;

/// Applies the safe fixes of a file until nothing changes.
///
/// The fixed file has no new findings, grants the same, and does not change if it is fixed again.
///
/// ```
/// use flash_policy::lint::{Options, Serving, fix};
///
/// let file = b"\xEF\xBB\xBF<cross-domain-policy>\n<allow-access-from domain='a.test' to-ports='80, 81'/></cross-domain-policy>";
/// let fixed = fix(file, &Options::new(Serving::from_unknown_port()));
/// assert_eq!(fixed.applied, ["remove the byte order mark", "remove the spaces"]);
/// assert!(fixed.bytes.starts_with(b"<cross-domain-policy>\n<allow-access-from domain='a.test' to-ports='80,81'/>"));
/// ```
#[must_use]
pub fn fix(bytes: &[u8], options: &Options) -> Fixed {
    fix_where(bytes, options, |_| true)
}

/// Like [`fix`], but only for rules whose name is `wanted`.
///
/// ```
/// use flash_policy::lint::{Options, Serving, fix_where};
///
/// let file = b"\xEF\xBB\xBF<cross-domain-policy><allow-access-from domain='*' to-ports='80, 81'/></cross-domain-policy>";
/// let options = Options::new(Serving::from_unknown_port());
/// let fixed = fix_where(file, &options, |rule| rule == "byte-order-mark");
/// assert_eq!(fixed.applied, ["remove the byte order mark"]);
/// assert_eq!(fixed.bytes, file[3..]);
/// ```
#[must_use]
pub fn fix_where(bytes: &[u8], options: &Options, wanted: impl Fn(&str) -> bool) -> Fixed {
    // Hints and allowed rules count too, so that a fix cannot add a finding unnoticed.
    let wanted = |rule: &str| wanted(rule) && !options.allows(rule);
    let options = options.clone().hints(Hints::Wanted).without_allowed();
    let mut file = LintedFile::new(bytes.to_vec(), &options);
    let (mut applied, mut rules) = (Vec::new(), BTreeSet::new());
    for _ in 0..MOST_ROUNDS {
        let before = applied.len();
        for rule in file
            .rules_with_fixes()
            .into_iter()
            .filter(|rule| wanted(rule))
        {
            if let Some((better, mut titles)) = file.with_fixes_of(rule, &options) {
                file = better;
                applied.append(&mut titles);
                rules.insert(rule);
            }
        }
        if applied.len() == before {
            break;
        }
    }
    Fixed {
        bytes: file.bytes,
        applied,
        rules,
    }
}

/// A file and its report.
struct LintedFile {
    bytes: Vec<u8>,
    report: LintReport,
}

impl LintedFile {
    fn new(bytes: Vec<u8>, options: &Options) -> Self {
        let report = lint_with(&bytes, options);
        Self { bytes, report }
    }

    fn rules_with_fixes(&self) -> BTreeSet<&'static str> {
        let findings = self.report.findings.iter();
        findings
            .filter(|finding| finding.fix.is_some())
            .map(|finding| finding.rule)
            .collect()
    }

    /// The file with all fixes of a rule applied, and their titles. `None` if the result is not better.
    fn with_fixes_of(&self, rule: &str, options: &Options) -> Option<(Self, Vec<String>)> {
        let (bytes, titles) = apply(&self.bytes, self.fixes(rule));
        if !options.keeps_kind(&bytes) {
            return None;
        }
        let better = Self::new(bytes, options);
        better.is_better_than(self).then_some((better, titles))
    }

    /// The edits and titles of a rule's fixes, in file order.
    fn fixes(&self, rule: &str) -> Vec<(&[Edit], &str)> {
        let findings = self.report.findings.iter();
        let mut fixes: Vec<_> = findings
            .filter(|finding| finding.rule == rule)
            .filter_map(|finding| Some((finding, finding.fix.as_ref()?)))
            .flat_map(|(finding, fix)| finding.edits().map(|edits| (edits, fix.title.as_str())))
            .collect();
        fixes.sort_by_key(|(edits, _)| edits.first().map(|edit| edit.span.start));
        fixes
    }

    fn is_better_than(&self, old: &Self) -> bool {
        let (new, old) = (&self.report, &old.report);
        let before = counts(old);
        let added = counts(new)
            .into_iter()
            .any(|(rule, count)| before.get(rule).is_none_or(|before| count > *before));
        let grants_same = match (&old.policy, &new.policy) {
            (Some(old), Some(new)) => same_grants(old, new),
            (old, _) => old.is_none(),
        };
        let access_same = old.access.is_none() || old.access == new.access;
        let fewer = counts(new).values().sum::<usize>() < before.values().sum();
        !added && fewer && grants_same && access_same
    }
}

/// The number of places that each rule reports.
fn counts(report: &LintReport) -> BTreeMap<&'static str, usize> {
    let mut counts = report.omitted.clone();
    for finding in &report.findings {
        *counts.entry(finding.rule).or_default() += finding.places();
    }
    counts
}

/// The text with these fixes, which are in file order. A fix that overlaps an earlier one is skipped.
fn apply(bytes: &[u8], fixes: Vec<(&[Edit], &str)>) -> (Vec<u8>, Vec<String>) {
    let (mut out, mut titles, mut at) = (Vec::with_capacity(bytes.len()), Vec::new(), 0);
    for (edits, title) in fixes {
        if edits.first().is_none_or(|edit| edit.span.start < at) {
            continue;
        }
        for edit in edits {
            out.extend_from_slice(bytes.get(at..edit.span.start).unwrap_or_default());
            out.extend_from_slice(edit.text.as_bytes());
            at = edit.span.end;
        }
        titles.push(String::from(title));
    }
    out.extend_from_slice(bytes.get(at..).unwrap_or_default());
    (out, titles)
}
