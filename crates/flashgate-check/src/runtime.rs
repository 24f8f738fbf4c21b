//! Runs work until it is done or a signal ends it.

use tokio::runtime::Builder;

use super::ending::Interruption;
use super::failure::CheckFailure;

/// Runs it in a runtime of its own.
pub(super) fn in_runtime<T, E: From<CheckFailure>>(
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(CheckFailure::System)?;
    let result = runtime.block_on(async {
        tokio::select! {
            // Signals count from before the work begins.
            biased;
            ending = Interruption::first() => Err(ending.map_or_else(CheckFailure::System, CheckFailure::Ended).into()),
            result = work => result,
        }
    });
    // A name lookup may still hang. Nothing waits for it.
    runtime.shutdown_background();
    result
}
