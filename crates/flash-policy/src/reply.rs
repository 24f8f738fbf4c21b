//! The bytes that a server sends for a policy.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use crate::Policy;
use crate::document;
use crate::write::{self, Layout};

/// A policy document and its terminating NUL, built once and sent as is.
///
/// Send the document in one write: Unity Web Player reads once, and Lightspark stops after the first piece.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Reply {
    bytes: Arc<[u8]>,
}

impl Reply {
    /// Builds the reply for a policy file: its bytes, unchanged, and one NUL.
    ///
    /// If the file already ends with a NUL, no second one is sent. Anything after it is not sent, because players
    /// ignore it. A NUL inside the document is an error, because players would take it for the end of the policy.
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

    /// The bytes, including the NUL.
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

/// The file has a NUL before the end of its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NulInside {
    /// Its offset in bytes.
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
