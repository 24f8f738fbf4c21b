//! Why a policy cannot be written.

use core::fmt;

use crate::document::LARGEST;

/// Why a policy cannot be written.
///
/// Rules are named by their index in [`Policy::rules`](crate::Policy::rules).
///
/// ```
/// use flash_policy::write::WriteError;
/// use flash_policy::{DomainPattern, Policy, PortSet, Reply, Rule};
///
/// let rule = Rule::new(DomainPattern::ANY, PortSet::List(Vec::new()));
/// let error = Reply::new(&Policy::new().with_rule(rule)).unwrap_err();
/// assert_eq!(error, WriteError::NoPorts { rule: 0 }.into());
/// assert_eq!(error.to_string(), "expected ports in rule 1, found none");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WriteError {
    /// The text would have more than [`LARGEST`] bytes.
    TooLarge {
        /// The size of the text.
        bytes: usize,
    },
    /// A rule has an empty list of ports. Players read that as a mistake.
    NoPorts {
        /// The rule.
        rule: usize,
    },
    /// A rule has [`Secure::AsServed`](crate::Secure::AsServed), which socket policies can't express.
    AsServed {
        /// The rule.
        rule: usize,
    },
    /// A rule's domain is a host whose name reads like a placeholder, such as `hostname`.
    Placeholder {
        /// The rule.
        rule: usize,
    },
    /// The domain of a header rule reads like a placeholder. The index is in
    /// [`Policy::header_rules`](crate::Policy::header_rules).
    HeaderPlaceholder {
        /// The rule.
        rule: usize,
    },
    /// The policy is one of [`Profile::Url`](crate::Profile::Url). Its rules have no ports, so a socket policy
    /// would open all of them.
    UrlPolicy,
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { bytes } => write!(
                f,
                "expected a policy of at most {LARGEST} bytes, found {bytes}"
            ),
            Self::NoPorts { rule } => write!(f, "expected ports in rule {}, found none", rule + 1),
            Self::AsServed { rule } => write!(
                f,
                "expected rule {} to say whether it requires HTTPS, because a socket policy has no other default",
                rule + 1
            ),
            Self::Placeholder { rule } => write!(
                f,
                "expected a domain in rule {}, found a placeholder",
                rule + 1
            ),
            Self::HeaderPlaceholder { rule } => write!(
                f,
                "expected a domain in header rule {}, found a placeholder",
                rule + 1
            ),
            Self::UrlPolicy => f.write_str(
                "expected a socket policy, found a URL policy, whose rules have no ports",
            ),
        }
    }
}

impl core::error::Error for WriteError {}

debug_is_display!(WriteError);
