//! The bytes a policy is sent as.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use crate::Policy;
use crate::document;
use crate::write::{self, Layout};

/// A document and the one NUL that ends it, made once and sent as they are.
///
/// The document must leave in one write: Unity's web player reads once, and Lightspark stops at the first piece.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Reply {
    bytes: Arc<[u8]>,
}

impl Reply {
    /// The reply for a policy file: its bytes as they are, and one NUL.
    ///
    /// A NUL that the file already ends in is not sent twice, and what stands behind it is not sent: players ignore it.
    /// A NUL within the document is an error, for the player would take the policy to end there.
    pub fn from_file(file: &[u8]) -> Result<Self, NulInside> {
        let Some(at) = file.iter().position(|&byte| byte == 0) else {
            return Ok(Self::terminated(file));
        };
        let (head, rest) = file.split_at_checked(at).unwrap_or((file, &[]));
        if rest.len() == 1 || document::read(head).0.is_some() {
            Ok(Self::terminated(head))
        } else {
            Err(NulInside { at })
        }
    }

    /// The bytes, NUL included.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn terminated(document: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(document.len() + 1);
        bytes.extend_from_slice(document);
        bytes.push(0);
        Self {
            bytes: bytes.into(),
        }
    }
}

impl AsRef<[u8]> for Reply {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl From<&Policy> for Reply {
    fn from(policy: &Policy) -> Self {
        Self::terminated(write::flash(policy, Layout::Compact).as_bytes())
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({} bytes)", self.bytes.len())
    }
}

/// A file has a NUL before the end of its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NulInside {
    /// Where, in bytes.
    pub at: usize,
}

impl fmt::Display for NulInside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "expected no NUL before the end of the policy, found one at byte {}",
            self.at
        )
    }
}

impl core::error::Error for NulInside {}
