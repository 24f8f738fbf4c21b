//! The rules: one a file, with its page and its check.

use super::Rule;

/// Every rule.
pub(crate) static RULES: &[&Rule] = &[];
