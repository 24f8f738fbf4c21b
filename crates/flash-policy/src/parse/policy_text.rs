//! Parses a text that must be a policy without mistakes.

use core::fmt;
use core::str::FromStr;

use super::first_mistake::FirstMistake;
use super::{PolicyFaults, understand};
use crate::diagnostic::{Column, LineIndex, Position};
use crate::document;
use crate::{Policy, Profile};

/// Parses a socket policy without mistakes. For a file that may have some, use [`parse`](fn@crate::parse).
///
/// A mistake is what [`Parsed::is_faultless`](super::Parsed::is_faultless) calls one. That is stricter than
/// [`Policy::allow`], [`PortSet`](crate::PortSet) and `Reply::checked`, which accept what players accept.
///
/// ```
/// use flash_policy::Policy;
///
/// let text = r#"<cross-domain-policy><allow-access-from domain="*.example.com" to-ports="9339"/></cross-domain-policy>"#;
/// let policy: Policy = text.parse()?;
/// assert_eq!(policy, Policy::new().allow("*.example.com", 9339)?);
///
/// let error = text.replace("9339", "80, 81").parse::<Policy>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "expected a socket policy without mistakes, found 1, in line 1, column 74: `to-ports` contains whitespace"
/// );
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
impl FromStr for Policy {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        let (document, source) = document::read(text.as_bytes());
        let mut faults = PolicyFaults::default();
        let policy = document
            .as_ref()
            .and_then(|document| understand(document, Profile::Socket, &mut faults).policy);
        let mistakes = source.file.len() + source.syntax.len() + faults.0.len();
        match policy {
            Some(policy) if mistakes == 0 => Ok(policy),
            _ => {
                let (at, first) = FirstMistake::find(&source, document.as_ref(), &faults);
                Err(PolicyError {
                    mistakes: mistakes.max(1),
                    place: LineIndex::new(text.as_bytes()).position(at, Column::Characters),
                    first,
                })
            }
        }
    }
}

/// The text is not a socket policy without mistakes.
///
/// Its text has the first mistake and its place. [`lint`](fn@crate::lint) explains each mistake.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PolicyError {
    mistakes: usize,
    place: Position,
    first: FirstMistake,
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
    pub const fn mistakes(&self) -> usize {
        self.mistakes
    }

    /// The place of the first mistake. Columns count characters.
    ///
    /// ```
    /// use flash_policy::Policy;
    ///
    /// let text = "<cross-domain-policy>\n  <allow-access-from domain='a.test'/>\n</cross-domain-policy>";
    /// let place = text.parse::<Policy>().unwrap_err().place();
    /// assert_eq!((place.line, place.column), (2, 3)); // `to-ports` is missing
    /// ```
    #[must_use]
    pub const fn place(&self) -> Position {
        self.place
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            mistakes,
            place: Position { line, column },
            first,
        } = self;
        let which = if *mistakes == 1 { "" } else { " the first" };
        write!(
            f,
            "expected a socket policy without mistakes, found {mistakes},{which} in line {line}, column {column}: {first}"
        )
    }
}

impl core::error::Error for PolicyError {}

debug_is_display!(PolicyError);
