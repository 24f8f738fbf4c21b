//! Reads standard input, under the time limit of the check that it belongs to.

use std::io::{self, Read as _};
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::failure::CheckFailure;
use super::runtime::in_runtime;

/// Why standard input could not be read.
#[derive(Debug)]
pub enum InputFailure {
    /// A signal came, or the system lacks something.
    Check(CheckFailure),
    /// It did not end in time.
    Late,
    /// Reading failed.
    Unreadable(io::Error),
}

impl From<CheckFailure> for InputFailure {
    fn from(failure: CheckFailure) -> Self {
        Self::Check(failure)
    }
}

/// Reads standard input to its end, but at most this many bytes.
///
/// # Errors
///
/// If it fails, does not end in time, or a signal comes. A thread may then still read.
pub fn read_input(most: u64, within: Duration) -> Result<Vec<u8>, InputFailure> {
    in_runtime(async {
        let read = spawn_blocking(move || {
            let mut bytes = Vec::new();
            let read = io::stdin().lock().take(most).read_to_end(&mut bytes);
            read.map(|_| bytes)
        });
        let read = timeout(within, read)
            .await
            .map_err(|_| InputFailure::Late)?;
        // Only a panic, which was already reported.
        let read = read.map_err(|lost| CheckFailure::System(lost.into()))?;
        read.map_err(InputFailure::Unreadable)
    })
}
