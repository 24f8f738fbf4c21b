//! A close that loses no data. `flash_policy::accept` explains why that needs care.

use flash_policy::accept::{AcceptConfig, Linger, Moment, ServerSide};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::closed::Closed;
use crate::driver::Driver;

/// Ends our side of the stream and reads until the peer ends its side, within limits.
///
/// Write everything before. Afterwards, the stream can be dropped without losing data that could still arrive.
pub async fn close<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, linger: Linger) -> Closed {
    let config = AcceptConfig::without_reply().linger(linger);
    let mut driver = Driver::new(ServerSide::new(config, Moment::ZERO));
    driver.let_go();
    driver.close(stream).await
}
