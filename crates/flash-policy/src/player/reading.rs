//! How much of an answer each client reads as the document.

use alloc::vec::Vec;

use crate::document::LARGEST;
use crate::player::ConnectionEnd;

/// How a client reads an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReadingMode {
    /// To the first NUL, or to the end of the stream: Flash Player. How the bytes are split makes no difference.
    ToNul,
    /// To the end of the stream: HTTP.
    ToEnd,
    /// One read of at most this many bytes: Unity.
    Once(usize),
    /// Reads of this many bytes, until one returns fewer: Lightspark and Silverlight.
    WhileFull(usize),
}

/// The result of a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ReadOutcome {
    /// Why the document ended, if it did.
    pub(super) end: Option<ConnectionEnd>,
    /// The number of bytes after its end.
    pub(super) surplus: usize,
}

impl ReadingMode {
    /// Adds the bytes of one read.
    pub(super) fn take(self, bytes: &[u8], document: &mut Vec<u8>) -> ReadOutcome {
        match self {
            Self::ToNul => {
                let nul = bytes.iter().position(|&byte| byte == 0);
                let wanted = nul.map_or(bytes, |at| bytes.split_at(at).0);
                let read = keep(wanted, document);
                match nul {
                    Some(at) if read.end.is_none() => ReadOutcome {
                        end: Some(ConnectionEnd::Nul),
                        surplus: bytes.len() - at - 1,
                    },
                    _ => read,
                }
            }
            Self::ToEnd => keep(bytes, document),
            Self::Once(most) => {
                let (wanted, rest) = bytes.split_at(bytes.len().min(most));
                document.extend_from_slice(wanted);
                ReadOutcome {
                    end: Some(ConnectionEnd::ReadEnough),
                    surplus: rest.len(),
                }
            }
            Self::WhileFull(unit) => {
                let read = keep(bytes, document);
                let short = !bytes.len().is_multiple_of(unit);
                ReadOutcome {
                    end: read.end.or(short.then_some(ConnectionEnd::ReadEnough)),
                    ..read
                }
            }
        }
    }
}

/// Adds bytes up to the size of the largest document. With more, the document ends.
fn keep(bytes: &[u8], document: &mut Vec<u8>) -> ReadOutcome {
    let room = LARGEST.saturating_sub(document.len());
    let (wanted, rest) = bytes.split_at(bytes.len().min(room));
    document.extend_from_slice(wanted);
    ReadOutcome {
        end: (!rest.is_empty()).then_some(ConnectionEnd::TooLarge),
        surplus: rest.len(),
    }
}
