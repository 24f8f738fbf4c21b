//! What a rule is: a name, a level, a page and a check. Reexports what almost every rule needs.

pub(crate) use super::subject::Subject;
pub(crate) use super::{PolicyKind, PolicyReader};
pub(crate) use crate::findings::Findings;
pub(crate) use crate::{Diagnostic, Severity, Span};

/// The help for a file that is not a socket policy.
const START_FROM: &str = "start from `<cross-domain-policy><allow-access-from domain=\"www.example.com\" to-ports=\"9339\"/></cross-domain-policy>`";

/// The help for a file that is not a URL policy.
const START_FROM_URL: &str = "start from `<cross-domain-policy><allow-access-from domain=\"www.example.com\"/></cross-domain-policy>`";

/// The help for a file that is not a Silverlight policy.
pub(crate) const START_FROM_SILVERLIGHT: &str = "start from `<access-policy><cross-domain-access><policy><allow-from><domain uri=\"http://www.example.com\"/></allow-from><grant-to><socket-resource port=\"4502\" protocol=\"tcp\"/></grant-to></policy></cross-domain-access></access-policy>`";

/// The help for a file that is not a policy of this kind.
pub(crate) const fn start_from(kind: PolicyKind) -> &'static str {
    match kind {
        PolicyKind::Socket => START_FROM,
        PolicyKind::Url => START_FROM_URL,
        PolicyKind::Silverlight => START_FROM_SILVERLIGHT,
    }
}

/// One rule of the linter.
#[derive(Debug)]
#[non_exhaustive]
pub struct LintRule {
    /// The name, in kebab-case. It reads well after "allow", and its meaning never changes.
    pub name: &'static str,
    /// The default level of its findings.
    pub severity: Severity,
    /// The chapter that it belongs to.
    pub group: RuleGroup,
    /// See [`LintRule::page`]. Empty without the feature `pages`.
    #[cfg_attr(
        not(feature = "pages"),
        expect(dead_code, reason = "only pages are read")
    )]
    pub(crate) page: &'static str,
    /// Looks for the mistake. Does nothing if the parser reports it.
    pub(crate) check: RuleCheck,
}

/// Adds a rule's findings.
pub(crate) type RuleCheck = fn(&Subject<'_>, &mut Findings);

/// The check of a rule whose mistakes the parser reports.
pub(crate) const BY_PARSER: RuleCheck = |_, _| {};

/// The chapters of the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RuleGroup {
    /// Bytes, encodings and sizes.
    File,
    /// XML.
    Syntax,
    /// Elements and attributes, and where they belong.
    Structure,
    /// `domain`.
    Domains,
    /// `to-ports`.
    Ports,
    /// `site-control`.
    MetaPolicy,
    /// `secure`.
    Secure,
    /// Rules compared with each other.
    Rules,
    /// URL policies.
    Url,
    /// Silverlight's format.
    Silverlight,
    /// What clients other than Flash Player do not accept.
    Clients,
}

impl RuleGroup {
    /// Its heading.
    ///
    /// ```
    /// use flash_policy::lint::{RuleGroup, rule};
    ///
    /// let rule = rule("wildcard-domain").ok_or("no such rule")?;
    /// assert_eq!(rule.group, RuleGroup::Domains);
    /// assert_eq!(rule.group.title(), "Domains");
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::File => "The file",
            Self::Syntax => "XML",
            Self::Structure => "Elements and attributes",
            Self::Domains => "Domains",
            Self::Ports => "Ports",
            Self::MetaPolicy => "Meta-policies",
            Self::Secure => "Secure",
            Self::Rules => "Redundant rules",
            Self::Url => "URL policies",
            Self::Silverlight => "Silverlight policies",
            Self::Clients => "Other clients",
        }
    }
}

impl LintRule {
    /// The level of findings of this rule in special cases, which its page describes, if there is another one.
    ///
    /// ```
    /// use flash_policy::Severity;
    /// use flash_policy::lint::rule;
    ///
    /// let rule = rule("wrong-case").ok_or("no such rule")?;
    /// assert_eq!(rule.severity, Severity::Warning);
    /// assert_eq!(rule.other_severity(), Some(Severity::Error)); // in the name of a rule
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn other_severity(&self) -> Option<Severity> {
        let mut others = OTHER_LEVELS.iter();
        let other = others.find(|(name, _)| *name == self.name);
        other.map(|(_, severity)| *severity)
    }

    /// A finding of this rule, at the rule's level.
    pub(crate) fn finding(&self, message: impl Into<alloc::string::String>) -> Diagnostic {
        Diagnostic::new(self.name, self.severity, message.into())
    }
}

#[cfg(feature = "pages")]
impl LintRule {
    /// The page, in Markdown without a first-level heading: what the rule does, why it matters, an example, what to
    /// use instead, and what Flash Player does.
    ///
    /// ```
    /// let rule = flash_policy::lint::rule("empty-to-ports").expect("a rule");
    /// assert!(rule.page().contains("## What Flash Player does"));
    /// ```
    #[must_use]
    pub const fn page(&self) -> &'static str {
        self.page
    }
}

/// The rules whose findings have another level in special cases.
const OTHER_LEVELS: [(&str, Severity); 8] = [
    ("low-ports-from-high-port", Severity::Error),
    ("server-side-code", Severity::Warning),
    ("silverlight-port-out-of-range", Severity::Warning),
    ("site-control-all", Severity::Warning),
    ("unity-large-policy", Severity::Error),
    ("unknown-element", Severity::Error),
    ("whitespace-before-declaration", Severity::Warning),
    ("wrong-case", Severity::Error),
];

/// Builds a rule's page from its sections: `finds` completes "Checks for …". An example is the `rules` of a policy,
/// the parts of a `silverlight` one, or a whole `file`, preceded by the options that it needs. `not_well_formed` is
/// for syntax errors, which share the section about Flash Player.
#[cfg(feature = "pages")]
macro_rules! page {
    (finds = $finds:literal, matters = $matters:literal, flash = $flash:literal, remedy = $remedy:literal $(,)?) => {
        concat!(
            $crate::lint::rule::page!(@start $finds, $matters),
            "\n## What to do\n\n", $remedy, "\n",
            $crate::lint::rule::page!(@end $flash)
        )
    };
    (
        finds = $finds:literal, matters = $matters:literal, flash = $flash:literal,
        example = $example:ident($($wrong:literal),*), instead = $instead:ident($($right:literal),*) $(,)?
    ) => {
        concat!(
            $crate::lint::rule::page!(@start $finds, $matters),
            "\n## Example\n\n", $crate::lint::rule::page!(@$example $($wrong),*),
            "\n## Use instead\n\n", $crate::lint::rule::page!(@$instead $($right),*),
            $crate::lint::rule::page!(@end $flash)
        )
    };
    (
        not_well_formed, finds = $finds:literal, matters = $matters:literal,
        example = $example:ident($($wrong:literal),*), instead = $instead:ident($($right:literal),*) $(,)?
    ) => {
        $crate::lint::rule::page!(
            finds = $finds,
            matters = $matters,
            flash = "Adobe's specification requires well-formed XML, and no version is known to accept less. What Flash Player does
with a policy that is not well-formed is not known. This check assumes that the player ignores it: it continues as if
there were no policy, and refuses the connection unless another policy allows it.",
            example = $example($($wrong),*),
            instead = $instead($($right),*)
        )
    };
    (@start $finds:literal, $matters:literal) => {
        concat!("## What it does\n\nChecks for ", $finds, "\n\n## Why it matters\n\n", $matters, "\n")
    };
    (@end $flash:literal) => {
        concat!("\n## What Flash Player does\n\n", $flash, "\n")
    };
    (@file $file:literal) => {
        concat!("```xml\n", $file, "\n```\n")
    };
    (@file $options:literal, $file:literal) => {
        concat!("```xml ", $options, "\n", $file, "\n```\n")
    };
    (@rules $rules:literal) => {
        concat!("```xml\n<cross-domain-policy>\n  ", $rules, "\n</cross-domain-policy>\n```\n")
    };
    (@rules $options:literal, $rules:literal) => {
        concat!(
            "```xml ", $options, "\n<cross-domain-policy>\n  ", $rules, "\n</cross-domain-policy>\n```\n"
        )
    };
    (@silverlight $grants:literal) => {
        $crate::lint::rule::page!(@access_policy "as=silverlight"; $grants)
    };
    (@silverlight $options:literal, $grants:literal) => {
        $crate::lint::rule::page!(@access_policy "as=silverlight ", $options; $grants)
    };
    (@access_policy $($options:literal),+; $grants:literal) => {
        concat!(
            "```xml ", $($options,)+ "\n<access-policy>\n  <cross-domain-access>\n    <policy>\n      ",
            $grants, "\n    </policy>\n  </cross-domain-access>\n</access-policy>\n```\n"
        )
    };
}
#[cfg(not(feature = "pages"))]
macro_rules! page {
    ($($sections:tt)*) => {
        ""
    };
}
pub(crate) use page;
