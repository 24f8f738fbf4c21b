//! Parses a text that must be a policy without mistakes.

use core::fmt;
use core::str::FromStr;

use super::parse;
use crate::{Policy, Profile};

/// Parses a socket policy without mistakes. For a file that may have some, use [`parse`](fn@crate::parse).
///
/// ```
/// use flash_policy::Policy;
///
/// let text = r#"<cross-domain-policy><allow-access-from domain="*.example.com" to-ports="9339"/></cross-domain-policy>"#;
/// let policy: Policy = text.parse()?;
/// assert_eq!(policy, Policy::new().allow("*.example.com", 9339)?);
///
/// let error = text.replace("9339", "all").parse::<Policy>().unwrap_err();
/// assert_eq!(error.to_string(), "expected a socket policy without mistakes, found 1");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
impl FromStr for Policy {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        let parsed = parse(text.as_bytes(), Profile::Socket);
        let source = parsed.source.file.len() + parsed.source.syntax.len();
        let mistakes = source + parsed.faults.len();
        match parsed.policy {
            Some(policy) if mistakes == 0 => Ok(policy),
            _ => Err(PolicyError {
                mistakes: mistakes.max(1),
            }),
        }
    }
}

/// The text is not a socket policy without mistakes. [`lint`](fn@crate::lint) explains each mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PolicyError {
    mistakes: usize,
}

impl PolicyError {
    /// The number of mistakes, which is at least 1.
    ///
    /// ```
    /// use flash_policy::Policy;
    ///
    /// let error = "<cross-domain-policy".parse::<Policy>().unwrap_err();
    /// assert_eq!(error.mistakes(), 1);
    /// ```
    #[must_use]
    pub const fn mistakes(self) -> usize {
        self.mistakes
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mistakes = self.mistakes;
        write!(
            f,
            "expected a socket policy without mistakes, found {mistakes}"
        )
    }
}

impl core::error::Error for PolicyError {}
