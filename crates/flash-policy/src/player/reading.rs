//! When a client has read enough: from what came to the document, client by client.

use alloc::vec::Vec;

use crate::document::LARGEST;
use crate::player::ConnectionEnd;

/// How a client reads an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReadingMode {
    /// To the first NUL, or to the end of the stream: Flash Player. How the bytes were cut makes no difference.
    ToNul,
    /// To the end of the stream: HTTP, Silverlight.
    ToEnd,
    /// One read of at most so many bytes: Unity.
    Once(usize),
    /// Reads of so many bytes, until one brings fewer: Lightspark.
    WhileFull(usize),
}

/// What a read made of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ReadOutcome {
    /// Whether it is over.
    pub(super) end: Option<ConnectionEnd>,
    /// How many bytes came that are no longer part of it.
    pub(super) surplus: usize,
}

impl ReadingMode {
    /// Adds what one read returned.
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

/// Keeps bytes up to the largest document; where there are more, it is over.
fn keep(bytes: &[u8], document: &mut Vec<u8>) -> ReadOutcome {
    let room = LARGEST.saturating_sub(document.len());
    let (wanted, rest) = bytes.split_at(bytes.len().min(room));
    document.extend_from_slice(wanted);
    ReadOutcome {
        end: (!rest.is_empty()).then_some(ConnectionEnd::TooLarge),
        surplus: rest.len(),
    }
}
