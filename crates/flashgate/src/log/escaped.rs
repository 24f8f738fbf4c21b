//! Bytes from the network, escaped for the log.

use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether [`escaped`] adds quotes. The text format needs them to show where a value ends.
pub(super) static QUOTED: AtomicBool = AtomicBool::new(true);

/// Escapes bytes from the network: printable ASCII stays, the rest becomes `\xNN`. Shows at most 64 bytes.
pub(crate) fn escaped(bytes: &[u8]) -> impl fmt::Display + '_ {
    Escaped { bytes, most: SHOWN }
}

/// Like [`escaped`], with another limit, for values that are useless if cut.
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
