//! A close that loses nothing: `flash_policy::accept` knows why that takes care.

use flash_policy::accept::{AcceptConfig, Linger, Moment, ServerSide};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::closed::Closed;
use crate::driver::Driver;

/// Ends the stream and reads on until the peer does, within limits.
///
/// Everything must have been written before. Dropping the stream afterwards loses nothing that could arrive.
pub async fn close<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, linger: Linger) -> Closed {
    let config = AcceptConfig::without_reply().linger(linger);
    let mut driver = Driver::new(ServerSide::new(config, Moment::ZERO));
    driver.let_go();
    driver.close(stream).await
}
