//! Applies safe fixes until none is left.
//!
//! A fix is believed only after the fixed file has been judged: what would add a finding, change what the policy grants,
//! or make it another kind of file to whoever looks at it next, is not done, whatever the rule that offers it thinks.

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
    /// The file as it is now.
    pub bytes: Vec<u8>,
    /// What was done, one title for each finding that was mended, in the order in which it was done.
    pub applied: Vec<String>,
    /// The rules whose findings were mended.
    pub rules: BTreeSet<&'static str>,
}

/// How often the whole file is gone through. Three have always been enough where no rule has more places than are kept.
const MOST_ROUNDS: usize = 8;

/// Applies the safe fixes of a file until nothing changes.
///
/// No finding is there afterwards that was not there before, what the policy grants stays the same, and fixing the
/// result again changes nothing.
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

/// The same, for the rules alone whose names are wanted.
#[must_use]
pub fn fix_where(bytes: &[u8], options: &Options, wanted: impl Fn(&str) -> bool) -> Fixed {
    // Hints count, so that mending one fault cannot bring another about unseen.
    let options = options.clone().hints(Hints::Wanted);
    let mut file = LintedFile::new(bytes.to_vec(), &options);
    let (mut applied, mut rules) = (Vec::new(), BTreeSet::new());
    for _ in 0..MOST_ROUNDS {
        let before = applied.len();
        for rule in file
            .rules_with_fixes()
            .into_iter()
            .filter(|rule| wanted(rule))
        {
            if let Some((better, mut titles)) = file.mended(rule, &options) {
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

/// A file and what is to be said of it.
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

    /// The file with all fixes of a rule applied, and their titles; none if it would not be better.
    fn mended(&self, rule: &str, options: &Options) -> Option<(Self, Vec<String>)> {
        let (bytes, titles) = apply(&self.bytes, self.fixes(rule));
        if !options.keeps_kind(&bytes) {
            return None;
        }
        let better = Self::new(bytes, options);
        better.is_better_than(self).then_some((better, titles))
    }

    /// What the fixes of a rule change, place by place in the order of the file, with what they are called.
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

/// In how many places each rule finds something.
fn counts(report: &LintReport) -> BTreeMap<&'static str, usize> {
    let mut counts = report.omitted.clone();
    for finding in &report.findings {
        *counts.entry(finding.rule).or_default() += finding.places();
    }
    counts
}

/// The text with these fixes, which are in the order of the file; one that overlaps another before it is left out.
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
