//! The bytes that a server sends for a policy.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use crate::Policy;
use crate::document;
#[cfg(feature = "silverlight")]
use crate::write::SilverlightError;
use crate::write::{self, Layout, WriteError};

#[cfg(feature = "lint")]
mod checked;

#[cfg(feature = "lint")]
pub use checked::PolicyFileError;

/// The bytes of a reply, built once and sent as is: a policy document, and for Flash its terminating NUL.
///
/// Send the document in one write: Unity Web Player reads once, Lightspark stops after the first piece, and Moonlight
/// after the first piece of less than 256 bytes.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Reply {
    bytes: Arc<[u8]>,
    dialect: Dialect,
}

/// The clients that a reply is for. They send the same request but for its last byte, and read different documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// Flash Player, Lightspark and Unity's web player: a NUL ends the request and the reply.
    Flash,
    /// Silverlight and Moonlight, usually on port 943: the request is only `<policy-file-request/>`, and the close ends
    /// the reply.
    ///
    /// Sources: Microsoft, *Network Security Access Restrictions in Silverlight*; Moonlight's `sockpol` and
    /// `CrossDomainPolicyManager`.
    Silverlight,
}

impl Reply {
    /// Builds the reply for a policy. Players that read it get the same policy.
    ///
    /// It may have up to 64 KiB ([`LARGEST`](crate::parse::LARGEST)), but some clients read less: Lightspark 4,096 bytes
    /// at a time, Unity Web Player 5,000 in total. Both may read only the first segment, so up to 1,400 bytes are safe.
    /// Flash Player's limit is not known; Adobe's own sample server refused files over 10,000 bytes.
    ///
    /// ```
    /// use flash_policy::{Policy, Reply};
    ///
    /// let policy = Policy::new().allow("*.example.com", 9339)?;
    /// let reply = Reply::new(&policy)?;
    /// assert!(reply.as_bytes().ends_with(b"</cross-domain-policy>\0"));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If no text means this policy to a player: see [`WriteError`].
    pub fn new(policy: &Policy) -> Result<Self, ReplyError> {
        let text = write::flash(policy, Layout::Compact)?;
        Ok(Self::terminated(text.as_bytes()))
    }

    /// Builds the reply for a policy file that is not checked: its bytes, unchanged, and one NUL.
    ///
    /// The file may be empty, too large for players, or not a policy. To check it first, use [`Reply::checked`].
    ///
    /// If the file already ends with a NUL, no second one is sent. Anything after it is not sent, because players
    /// ignore it.
    ///
    /// ```
    /// use flash_policy::Reply;
    ///
    /// let reply = Reply::from_file_unchecked(b"<cross-domain-policy/>")?;
    /// assert_eq!(reply.as_bytes(), b"<cross-domain-policy/>\0");
    /// # Ok::<(), flash_policy::reply::ReplyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If a NUL is inside the document: players would take it for the end of the policy.
    pub fn from_file_unchecked(file: &[u8]) -> Result<Self, ReplyError> {
        let Some(at) = file.iter().position(|&byte| byte == 0) else {
            return Ok(Self::terminated(file));
        };
        let (head, rest) = file.split_at_checked(at).unwrap_or((file, &[]));
        if rest.len() == 1 || document::read(head).0.is_some() {
            Ok(Self::terminated(head))
        } else {
            Err(ReplyError::NulInside { at })
        }
    }

    /// Builds the reply for a policy that Silverlight and Moonlight read: their document, without a NUL.
    ///
    /// [`accept`](crate::accept) then answers as soon as `<policy-file-request/>` has arrived, because these clients send
    /// no terminator. Flash Player does not accept this reply, so answer the two on different ports: Silverlight asks
    /// on port 943.
    ///
    /// ```
    /// use flash_policy::{Policy, Reply};
    ///
    /// let policy = Policy::new().allow("http://www.example.com", "4502-4534")?;
    /// let reply = Reply::silverlight(&policy)?;
    /// assert!(reply.as_bytes().ends_with(b"</access-policy>"));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If no text means this policy to Silverlight, or a rule would allow nothing there: see [`SilverlightError`].
    #[cfg(feature = "silverlight")]
    pub fn silverlight(policy: &Policy) -> Result<Self, SilverlightError> {
        let text = write::silverlight(policy, Layout::Compact)?;
        Ok(Self::from_silverlight_file_unchecked(text.as_bytes()))
    }

    /// Builds the reply for a Silverlight policy file that is not checked: its bytes, unchanged.
    ///
    /// ```
    /// use flash_policy::Reply;
    /// use flash_policy::reply::Dialect;
    ///
    /// let reply = Reply::from_silverlight_file_unchecked(b"<access-policy/>");
    /// assert_eq!(reply.as_bytes(), b"<access-policy/>");
    /// assert_eq!(reply.dialect(), Dialect::Silverlight);
    /// ```
    #[must_use]
    pub fn from_silverlight_file_unchecked(file: &[u8]) -> Self {
        Self {
            bytes: file.into(),
            dialect: Dialect::Silverlight,
        }
    }

    /// The clients that the reply is for.
    ///
    /// ```
    /// use flash_policy::reply::Dialect;
    /// use flash_policy::{Policy, Reply};
    ///
    /// assert_eq!(Reply::new(&Policy::new())?.dialect(), Dialect::Flash);
    /// # Ok::<(), flash_policy::reply::ReplyError>(())
    /// ```
    #[must_use]
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The bytes, including Flash's NUL.
    ///
    /// ```
    /// use flash_policy::{Policy, Reply};
    ///
    /// let reply = Reply::new(&Policy::new())?;
    /// assert_eq!(reply.as_bytes().last(), Some(&0));
    /// # Ok::<(), flash_policy::reply::ReplyError>(())
    /// ```
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
            dialect: Dialect::Flash,
        }
    }
}

impl AsRef<[u8]> for Reply {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({} bytes)", self.bytes.len())
    }
}

/// Why there is no reply for a policy or a file.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReplyError {
    /// The policy cannot be written.
    Write(WriteError),
    /// The file has a NUL before the end of its document.
    NulInside {
        /// Its offset in bytes.
        at: usize,
    },
}

impl From<WriteError> for ReplyError {
    fn from(error: WriteError) -> Self {
        Self::Write(error)
    }
}

impl fmt::Display for ReplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Write(error) => error.fmt(f),
            Self::NulInside { at } => write!(
                f,
                "expected no NUL before the end of the policy, found one at byte {at}"
            ),
        }
    }
}

impl core::error::Error for ReplyError {}

debug_is_display!(ReplyError);
