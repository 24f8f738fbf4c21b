//! Which rule reports which invalid domain.

use super::rule::LintRule;
use super::rules;
use crate::domain::{DomainError, DomainErrorKind};

impl DomainError {
    /// The name of the lint rule that reports this error.
    ///
    /// ```
    /// use flash_policy::DomainPattern;
    /// use flash_policy::lint::rule;
    ///
    /// let Err(error) = "http://example.com:8080".parse::<DomainPattern>() else { panic!() };
    /// assert_eq!(error.rule(), "domain-with-port");
    /// assert!(rule(error.rule()).is_some());
    /// ```
    #[must_use]
    pub const fn rule(&self) -> &'static str {
        self.lint_rule().name
    }

    /// The lint rule that reports this error.
    pub(crate) const fn lint_rule(&self) -> &'static LintRule {
        match self.kind {
            DomainErrorKind::Empty => &rules::empty_domain::RULE,
            DomainErrorKind::Whitespace => &rules::whitespace_in_domain::RULE,
            DomainErrorKind::List => &rules::multiple_domains::RULE,
            DomainErrorKind::Scheme
            | DomainErrorKind::SchemeWithoutSlashes
            | DomainErrorKind::SchemeWithoutHost => &rules::domain_with_scheme::RULE,
            DomainErrorKind::Port => &rules::domain_with_port::RULE,
            DomainErrorKind::Path => &rules::domain_with_path::RULE,
            DomainErrorKind::UserInfo
            | DomainErrorKind::Pasted { .. }
            | DomainErrorKind::Host(_) => &rules::invalid_domain::RULE,
            DomainErrorKind::Placeholder => &rules::template_placeholder::RULE,
            DomainErrorKind::PartialWildcard => &rules::partial_wildcard::RULE,
            DomainErrorKind::WildcardInAddress | DomainErrorKind::Network => {
                &rules::wildcard_in_address::RULE
            }
            DomainErrorKind::WildcardTopLevel => &rules::wildcard_top_level_domain::RULE,
            DomainErrorKind::International { .. } => &rules::internationalized_domain::RULE,
        }
    }
}
