//! Why a check has no report.

use std::io;

use super::ending::Interruption;
use super::names::LookupFault;

/// Why there is no report.
#[derive(Debug)]
pub enum CheckFailure {
    /// The target's name has no address.
    Name(LookupFault),
    /// A signal asked it to end.
    Ended(Interruption),
    /// The system lacks something that the program needs.
    System(io::Error),
}
