//! A close that loses no data. `flash_policy::accept` explains why that needs care.

use flash_policy::Moment;
use flash_policy::accept::{AcceptConfig, CloseReason, Linger, ServerSide};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::driver::Driver;

/// Ends our side of the stream and reads until the peer ends its side, within limits.
///
/// Write everything before. Afterwards, the stream can be dropped without losing data that could still arrive. It takes
/// [`Linger::total`] at most.
///
/// ```
/// use tokio::io::{AsyncWriteExt as _, duplex};
/// use tokio_flash_policy::{CloseReason, Linger, close};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let (mut server, mut client) = duplex(1024);
/// server.write_all(b"goodbye").await?;
/// client.shutdown().await?;
/// assert_eq!(close(&mut server, Linger::default()).await, CloseReason::Cleanly);
/// # Ok(())
/// # }
/// ```
///
/// # Panics
///
/// Outside a tokio runtime, or in one without timers.
///
/// # Cancel safety
///
/// Cancel-safe: it can be dropped and called again. Its limits then start again.
pub async fn close<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    linger: Linger,
) -> CloseReason {
    let config = AcceptConfig::without_reply().linger(linger);
    let mut driver = Driver::new(ServerSide::new(config, Moment::ZERO));
    driver.let_go();
    driver.close(stream).await
}
