//! Rule levels from the command line: which rules are reported, and at which level.
//!
//! A rule never has two levels, because flags that set both contradict each other.

use std::error::Error;
use std::fmt;

use flash_policy::lint::{nearest_rule, rule};
use flash_policy::{Diagnostic, Severity};

/// The level that a flag sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RuleLevel {
    Allow,
    Warn,
    Deny,
}

/// What a flag applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FlagSubject {
    /// Every warning.
    Warnings,
    Rule(&'static str),
}

impl FlagSubject {
    /// Looks up a rule by name.
    pub(crate) fn rule(name: &str) -> Result<Self, UnknownRule> {
        let unknown = || UnknownRule {
            nearest: nearest_rule(name).map(|near| near.name),
        };
        rule(name)
            .map(|rule| Self::Rule(rule.name))
            .ok_or_else(unknown)
    }

    /// Accepts the name of a rule, or `warnings`.
    pub(crate) fn rule_or_warnings(name: &str) -> Result<Self, UnknownRule> {
        if name == "warnings" {
            return Ok(Self::Warnings);
        }
        Self::rule(name)
    }
}

/// An unknown rule name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UnknownRule {
    /// The rule with the most similar name.
    nearest: Option<&'static str>,
}

impl fmt::Display for UnknownRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.nearest {
            Some(near) => write!(f, "no rule has this name; did you mean `{near}`?"),
            None => f.write_str("no rule has this name; `flashgate explain` lists them"),
        }
    }
}

impl Error for UnknownRule {}

/// A rule that flags set to two levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Contradiction {
    rule: &'static str,
    levels: (RuleLevel, RuleLevel),
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (one, other) = (self.levels.0.flag(), self.levels.1.flag());
        write!(f, "`{}` is in both {one} and {other}", self.rule)
    }
}

/// The levels from all flags.
#[derive(Debug, Default)]
pub(crate) struct Levels {
    rules: Vec<(&'static str, RuleLevel)>,
    deny_warnings: bool,
}

impl Levels {
    /// Adds one flag. Returns an error if it contradicts an earlier one.
    pub(crate) fn set(
        &mut self,
        subject: FlagSubject,
        level: RuleLevel,
    ) -> Result<(), Contradiction> {
        let rule = match subject {
            FlagSubject::Warnings => {
                self.deny_warnings = true;
                return Ok(());
            }
            FlagSubject::Rule(rule) => rule,
        };
        match self.of(rule) {
            Some(other) if other != level => Err(Contradiction {
                rule,
                levels: (other, level),
            }),
            Some(_) => Ok(()),
            None => {
                self.rules.push((rule, level));
                Ok(())
            }
        }
    }

    /// Sets the level of the findings.
    pub(crate) fn apply(&self, findings: &mut [Diagnostic]) {
        for finding in findings {
            match self.of(finding.rule) {
                Some(RuleLevel::Deny) => finding.severity = Severity::Error,
                Some(RuleLevel::Warn) => finding.severity = Severity::Warning,
                Some(RuleLevel::Allow) | None => {}
            }
            if self.deny_warnings && finding.severity == Severity::Warning {
                finding.severity = Severity::Error;
            }
        }
    }

    /// The rules that are turned off.
    pub(super) fn allowed(&self) -> impl Iterator<Item = &'static str> {
        let rules = self.rules.iter();
        let allowed = rules.filter(|(_, level)| *level == RuleLevel::Allow);
        allowed.map(|(rule, _)| *rule)
    }

    fn of(&self, rule: &str) -> Option<RuleLevel> {
        let (_, level) = self.rules.iter().find(|(name, _)| *name == rule)?;
        Some(*level)
    }
}

impl RuleLevel {
    const fn flag(self) -> &'static str {
        match self {
            Self::Allow => "--allow",
            Self::Warn => "--warn",
            Self::Deny => "--deny",
        }
    }
}
