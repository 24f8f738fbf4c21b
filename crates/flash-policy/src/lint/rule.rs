//! What a rule is: a name, a level, a page and a check. What almost every rule needs is imported from here.

pub(crate) use super::subject::Subject;
pub(crate) use super::{PolicyKind, PolicyReader};
pub(crate) use crate::findings::Findings;
pub(crate) use crate::{Diagnostic, Severity, Span};

/// One rule of the linter.
#[derive(Debug)]
#[non_exhaustive]
pub struct LintRule {
    /// In kebab-case; it reads well after "allow", and never changes its meaning.
    pub name: &'static str,
    /// The level of its findings, where nothing else is asked for.
    pub severity: Severity,
    /// The chapter it belongs to.
    pub group: RuleGroup,
    /// Its page, in Markdown without a heading of the first level: what it finds, why it matters, what Flash does, an
    /// example, and what to write instead.
    pub page: &'static str,
    /// Looks for what it is about; does nothing where the parser has already done so.
    pub(crate) check: RuleCheck,
}

/// Adds a rule's findings.
pub(crate) type RuleCheck = fn(&Subject<'_>, &mut Findings);

/// The check of a rule whose findings the parser makes: it sees them when it reads, and cannot read on otherwise.
pub(crate) const BY_PARSER: RuleCheck = |_, _| {};

/// The chapters of the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RuleGroup {
    /// Bytes, encodings and sizes.
    File,
    /// XML.
    Syntax,
    /// Elements and attributes, and where they stand.
    Structure,
    /// `domain`.
    Domains,
    /// `to-ports`.
    Ports,
    /// `site-control`.
    MetaPolicy,
    /// `secure`.
    Secure,
    /// Rules beside each other.
    Rules,
    /// What only URL policies have.
    Url,
    /// Silverlight's own format.
    Silverlight,
    /// What other clients than Flash Player cannot take.
    Clients,
}

impl RuleGroup {
    /// A heading for it.
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
            Self::Rules => "Rules beside each other",
            Self::Url => "URL policies",
            Self::Silverlight => "Silverlight policies",
            Self::Clients => "Other clients",
        }
    }
}

impl LintRule {
    /// A finding of this rule, at its own level.
    pub(crate) fn finding(&self, message: impl Into<alloc::string::String>) -> Diagnostic {
        Diagnostic::new(self.name, self.severity, message.into())
    }
}

/// A rule's page from its sections. An example is the `rules` of a policy, the parts of a `silverlight` one, or a whole
/// `file`; before each stand the options under which it is an example.
macro_rules! page {
    (finds = $finds:literal, matters = $matters:literal, flash = $flash:literal, remedy = $remedy:literal $(,)?) => {
        concat!(
            $crate::lint::rule::page!(@start $finds, $matters, $flash),
            "\n## What to do instead\n\n", $remedy, "\n"
        )
    };
    (
        finds = $finds:literal, matters = $matters:literal, flash = $flash:literal,
        example = $example:ident($($wrong:literal),*), instead = $instead:ident($($right:literal),*) $(,)?
    ) => {
        concat!(
            $crate::lint::rule::page!(@start $finds, $matters, $flash),
            "\n## Example\n\n", $crate::lint::rule::page!(@$example $($wrong),*),
            "\n## Write instead\n\n", $crate::lint::rule::page!(@$instead $($right),*)
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
with a policy that is not well-formed is not known. flashgate assumes that the player ignores it: it continues
as if there were no policy, and refuses the connection unless another policy allows it.",
            example = $example($($wrong),*),
            instead = $instead($($right),*)
        )
    };
    (@start $finds:literal, $matters:literal, $flash:literal) => {
        concat!(
            "## What it finds\n\n", $finds, "\n\n## Why it matters\n\n", $matters,
            "\n\n## What Flash does\n\n", $flash, "\n"
        )
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
pub(crate) use page;
