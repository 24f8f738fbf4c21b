//! Everything that can be said of a policy file: what fails in the player, what is likely not meant, and what to know.
//!
//! Each rule has a file of its own in `rules`, with its page. Those that the parser finds are worded there, too. Nothing
//! here decides who may connect: what a policy grants is [`decide`](mod@crate::decide)'s to say.

use alloc::vec::Vec;

use crate::diagnostic::any_error;
use crate::document::{self, Document};
use crate::silverlight::{self, AccessPolicy};
use crate::{Diagnostic, Parsed, Policy, Profile, Severity, parse};

pub(crate) mod coverage;
mod fix;
mod kind;
mod options;
pub(crate) mod rule;
pub(crate) mod rules;
pub(crate) mod subject;

pub use fix::{Fixed, fix, fix_where};
pub use kind::Kind;
pub use options::{Client, Hints, Options, Serving};
pub use rule::{Group, Rule, nearest_rule, rule, rules};
use subject::Subject;

/// A policy and everything that is wrong with it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// The policy as the player understands it; none where the player would refuse the whole file, or where it is
    /// Silverlight's.
    pub policy: Option<Policy>,
    /// A Silverlight policy, where the file was read as one.
    pub access: Option<AccessPolicy>,
    /// The findings, in the order of the file.
    pub findings: Vec<Diagnostic>,
}

impl Report {
    /// Whether the file, or a rule in it, fails in the player.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        any_error(&self.findings)
    }
}

/// Reads a socket policy and judges it for somebody who serves it: what is wrong with it, without hints.
#[must_use]
pub fn lint(bytes: &[u8], serving: Serving) -> Report {
    lint_with(bytes, &Options::for_service(serving))
}

/// Reads a policy and judges it with these assumptions.
#[must_use]
pub fn lint_with(bytes: &[u8], options: &Options) -> Report {
    let (document, mut findings) = document::read_up_to(bytes, options.limit);
    let (mut parsed, access) = understand(document.as_ref(), options.kind);
    findings.append(&mut parsed.findings);
    // Of a document that is something else, only that is worth saying.
    let understood = parsed.policy.is_some() || access.is_some();
    let mut added = Vec::new();
    let subject = Subject {
        bytes,
        options,
        document: document.as_ref().filter(|_| understood),
        policy: parsed.policy.as_ref(),
        places: &parsed.places,
        found: &findings,
    };
    for rule in rules() {
        if options.hints == Hints::Wanted || rule.severity > Severity::Hint {
            (rule.check)(&subject, &mut added);
        }
    }
    findings.append(&mut added);
    findings.retain(|finding| options.hints == Hints::Wanted || finding.severity > Severity::Hint);
    findings.sort_by_key(|finding| finding.label.as_ref().map_or(0, |label| label.span.start));
    Report {
        policy: parsed.policy,
        access,
        findings,
    }
}

fn understand(document: Option<&Document>, kind: Kind) -> (Parsed, Option<AccessPolicy>) {
    let Some(document) = document else {
        return (Parsed::default(), None);
    };
    match kind {
        Kind::Socket => (parse::understand(document, Profile::Socket), None),
        Kind::Url => (parse::understand(document, Profile::Url), None),
        Kind::Silverlight => {
            let mut parsed = Parsed::default();
            let access = silverlight::understand(document, &mut parsed.findings);
            (parsed, access)
        }
    }
}
