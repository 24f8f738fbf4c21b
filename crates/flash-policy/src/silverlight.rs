//! Parses Silverlight policies: `<access-policy>`, which Silverlight and Moonlight fetch from port 943.
//!
//! [`write::silverlight`](crate::write::silverlight) writes them. [`AccessPolicy::connects`] and [`AccessPolicy::loads`]
//! decide what an application may do. [`AccessPolicy::to_flash`] returns the Flash policy that allows the same. Sources:
//! Microsoft, *Network Security Access Restrictions in Silverlight*; Mono's `ClientAccessPolicyParser`.

use alloc::vec::Vec;

use crate::document::{self, SourceFaults};
use crate::parse::{PolicyFault, PolicyFaults};

mod access;
mod decide;
mod granted;
mod loss;
mod to_flash;
mod understand;
mod uri;

pub use access::{Access, AccessPolicy, Resource};
pub use decide::AccessDenied;
pub use to_flash::ToFlashError;
pub use uri::Uri;

#[cfg(feature = "lint")]
pub(crate) use loss::AccessLoss;
pub(crate) use understand::understand;

/// The result of parsing a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParsedAccess {
    /// The policy. `None` if the file is not well-formed XML, not a Silverlight policy, or one that Moonlight rejects
    /// because of a mistake in it, such as a port outside 4502 to 4534.
    pub policy: Option<AccessPolicy>,
    source: SourceFaults,
    faults: Vec<PolicyFault>,
}

impl ParsedAccess {
    /// Whether the file has no mistakes. [`lint`](fn@crate::lint) says what they are.
    ///
    /// ```
    /// use flash_policy::silverlight;
    ///
    /// let parsed = silverlight::parse(b"<access-policy/>");
    /// assert!(!parsed.is_faultless()); // `<cross-domain-access>` is missing
    /// assert!(parsed.policy.is_some_and(|access| access.policies.is_empty()));
    /// ```
    #[must_use]
    pub fn is_faultless(&self) -> bool {
        self.source.file.is_empty() && self.source.syntax.is_empty() && self.faults.is_empty()
    }
}

/// Parses a Silverlight policy file. The linter has messages for its mistakes.
///
/// ```
/// use flash_policy::{parse, silverlight, write};
///
/// let flash = b"<cross-domain-policy><allow-access-from domain='*' to-ports='4502,4510-4512'/></cross-domain-policy>";
/// let flash = parse(flash, Default::default()).policy.expect("a policy");
/// let file = write::silverlight(&flash, write::Layout::Compact)?;
///
/// let parsed = silverlight::parse(file.as_bytes());
/// assert!(parsed.is_faultless());
/// let access = &parsed.policy.expect("a policy").policies[0];
/// assert_eq!(access.from, [silverlight::Uri::Any]);
/// assert_eq!(access.ports.len(), 2);
/// # Ok::<(), write::SilverlightError>(())
/// ```
#[must_use]
pub fn parse(bytes: &[u8]) -> ParsedAccess {
    let (document, source) = document::read(bytes);
    let mut faults = PolicyFaults::default();
    let policy = document.and_then(|document| understand(&document, &mut faults));
    ParsedAccess {
        policy: policy.and_then(|read| read.policy),
        source,
        faults: faults.0,
    }
}
