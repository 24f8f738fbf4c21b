//! Checks policy files: what fails in the player, what is probably a mistake, and what is good to know.
//!
//! Each rule has a file in `rules`, with its page and its messages. Nothing here decides who may connect:
//! [`decide`](mod@crate::decide) does.

use alloc::vec::Vec;

use crate::diagnostic::any_error;
use crate::document::{self, Document};
use crate::findings::Findings;
use crate::parse::{PolicyFaults, Understood};
use crate::silverlight::{self, AccessPolicy};
use crate::{Diagnostic, Policy, Profile, Severity, parse};

pub(crate) mod coverage;
mod domain_rules;
mod fix;
pub(crate) mod gathered;
mod kind;
mod markup_words;
mod meaning;
mod options;
pub(crate) mod rule;
pub(crate) mod rules;
mod serving;
pub(crate) mod source;
pub(crate) mod subject;
mod syntax;
mod syntax_rules;
mod tag_words;
mod unity;
mod words;

pub use crate::document::LARGEST_LINTED;
pub use crate::findings::Omitted;
pub use fix::{Fixed, fix, fix_where};
pub use kind::PolicyKind;
pub use options::{Hints, Options};
pub use rule::{LintRule, RuleGroup};
pub use rules::{nearest_rule, rule, rules};
pub use serving::{PolicyReader, Serving};
use subject::Subject;

/// A policy and the findings for it.
///
/// ```
/// use flash_policy::{Port, Serving, Severity, lint};
///
/// let file = b"<cross-domain-policy><allow-access-from domain='a.test' to-ports='80, 81'/></cross-domain-policy>";
/// let report = lint(file, Serving::from_port(Port::MASTER));
/// for finding in &report.findings {
///     println!("{finding}");
/// }
/// for (rule, count) in &report.omitted {
///     println!("and {count} more of {rule}");
/// }
/// // Fail on warnings too.
/// assert!(report.findings.iter().any(|finding| finding.severity >= Severity::Warning));
/// // Errors are what fails in the player. Here, it still reads the policy.
/// assert!(!report.has_errors());
/// assert_eq!(report.policy.map(|policy| policy.rules.len()), Some(1));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LintReport {
    /// The policy as the player reads it. `None` if the player would refuse the whole file, or for a Silverlight policy.
    pub policy: Option<Policy>,
    /// The Silverlight policy, if the file was read as one. It is empty if Moonlight rejects the whole file.
    pub access: Option<AccessPolicy>,
    /// The findings, in file order. The same mistake in several places is one finding.
    pub findings: Vec<Diagnostic>,
    /// The number of further findings by rule. Only the first few different findings of each rule are kept.
    pub omitted: Omitted,
}

impl LintReport {
    /// Whether the file or a rule in it fails in the player.
    ///
    /// ```
    /// use flash_policy::{Port, Serving, lint};
    ///
    /// let served = |file: &str| lint(file.as_bytes(), Serving::from_port(Port::MASTER));
    /// assert!(served("<cross-domain-policy>").has_errors());
    /// assert!(!served("<cross-domain-policy><allow-access-from domain='*' to-ports='*'/></cross-domain-policy>").has_errors());
    /// ```
    #[must_use]
    pub fn has_errors(&self) -> bool {
        any_error(&self.findings)
    }
}

/// Checks a socket policy for a server that serves it, without hints.
///
/// Never panics, whatever the bytes are. Over 64 KiB ([`LARGEST`](crate::parse::LARGEST)) it reports only the size.
///
/// ```
/// use flash_policy::{Port, Serving, lint};
///
/// let file = "<cross-domain-policy><allow-access-from domain='*' to-port='9339'/></cross-domain-policy>";
/// let report = lint(file.as_bytes(), Serving::from_port(Port::MASTER));
/// assert!(report.has_errors());
/// for finding in &report.findings {
///     println!("{}: {}", finding.rule, finding.message);
/// }
/// assert_eq!(report.findings[0].rule, "missing-to-ports");
/// ```
#[must_use]
pub fn lint(bytes: &[u8], serving: Serving) -> LintReport {
    lint_with(bytes, &Options::for_service(serving))
}

/// Checks a policy with these options.
///
/// ```
/// use flash_policy::lint::{Options, PolicyKind, Serving, lint_with};
///
/// let file = b"<cross-domain-policy><allow-access-from domain='*'/></cross-domain-policy>";
/// let options = Options::new(Serving::from_unknown_port()).detected_kind(file, Some("crossdomain.xml"));
/// let report = lint_with(file, &options); // a URL policy needs no `to-ports`
/// assert!(!report.has_errors());
/// assert_eq!(report.findings[0].rule, "wildcard-domain");
///
/// let report = lint_with(file, &options.kind(PolicyKind::Socket));
/// assert!(report.findings.iter().any(|finding| finding.rule == "missing-to-ports"));
/// ```
#[must_use]
pub fn lint_with(bytes: &[u8], options: &Options) -> LintReport {
    let (document, faults) = document::read_up_to(bytes, options.limit);
    let wanted = |severity| options.hints == Hints::Wanted || severity > Severity::Hint;
    let mut findings = Findings::default();
    findings.extend(source::findings(&faults, bytes, options.kind));
    let (understood, access) = understand(document.as_ref(), options.kind, &mut findings);
    // If the file is not a policy, no other finding is useful.
    let is_understood = understood.policy.is_some() || access.is_some();
    let mut added = Findings::default();
    let subject = Subject {
        bytes,
        options,
        document: document.as_ref().filter(|_| is_understood),
        policy: understood.policy.as_ref(),
        places: &understood.places,
        found: findings.as_slice(),
    };
    let may_be_wanted =
        |rule: &&&LintRule| wanted(rule.severity) || rule.other_severity().is_some_and(wanted);
    for rule in rules().iter().filter(may_be_wanted) {
        (rule.check)(&subject, &mut added);
    }
    let (mut findings, mut omitted) = findings.into_parts();
    let (mut more, also_omitted) = added.into_parts();
    findings.append(&mut more);
    for (rule, count) in also_omitted {
        *omitted.entry(rule).or_default() += count;
    }
    rules::lightspark_unsupported_element::take_out_told(&mut findings);
    rules::site_control_outside_master::advise(&mut findings, options);
    unity::advise(&mut findings, options);
    findings.retain(|finding| wanted(finding.severity) && !options.allows(finding.rule));
    omitted.retain(|rule, _| !options.allows(rule));
    findings.sort_by_key(|finding| finding.label.as_ref().map_or(0, |label| label.span.start));
    LintReport {
        policy: understood.policy,
        access,
        findings,
        omitted,
    }
}

fn understand(
    document: Option<&Document>,
    kind: PolicyKind,
    findings: &mut Findings,
) -> (Understood, Option<AccessPolicy>) {
    let Some(document) = document else {
        return (Understood::default(), None);
    };
    let mut faults = PolicyFaults::default();
    let understood = match kind {
        PolicyKind::Socket => (
            parse::understand(document, Profile::Socket, &mut faults),
            None,
        ),
        PolicyKind::Url => (parse::understand(document, Profile::Url, &mut faults), None),
        PolicyKind::Silverlight => {
            let read = silverlight::understand(document, &mut faults);
            let access = read.map(|read| read.policy.unwrap_or_default());
            (Understood::default(), access)
        }
    };
    let faults = faults.0.into_iter();
    findings.extend(faults.filter_map(|fault| meaning::finding(fault, document, kind)));
    understood
}
