//! What strangers send, fit for a log.

use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether [`escaped`] puts quotes around what it shows: text needs them to tell a value from what follows.
pub(super) static QUOTED: AtomicBool = AtomicBool::new(true);

/// Bytes from the network, fit for a log: printable ASCII as it is, the rest as `\xNN`, 64 bytes at most.
pub(crate) fn escaped(bytes: &[u8]) -> impl fmt::Display + '_ {
    Escaped { bytes, most: SHOWN }
}

/// The same, up to another number of bytes, for what is worth nothing in part.
pub(crate) fn escaped_up_to(most: usize, bytes: &[u8]) -> impl fmt::Display + '_ {
    Escaped { bytes, most }
}

struct Escaped<'a> {
    bytes: &'a [u8],
    most: usize,
}

const SHOWN: usize = 64;

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quote = if QUOTED.load(Ordering::Relaxed) {
            "\""
        } else {
            ""
        };
        f.write_str(quote)?;
        for &byte in self.bytes.iter().take(self.most) {
            match byte {
                b'\\' | b'"' => write!(f, "\\x{byte:02x}")?,
                b' '..=b'~' => f.write_char(char::from(byte))?,
                _ => write!(f, "\\x{byte:02x}")?,
            }
        }
        f.write_str(if self.bytes.len() > self.most {
            "…"
        } else {
            ""
        })?;
        f.write_str(quote)
    }
}
