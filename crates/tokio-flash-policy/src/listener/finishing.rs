//! The end of a listener: no new clients, and an answer for those that have asked.

use std::sync::Arc;

use super::Listener;
use super::accepting::{arrived, recognize};

impl Listener {
    /// Stops listening, and returns once every connection that is not returned yet has ended.
    ///
    /// A server that stops calls this after its last [`accept`](Self::accept). Clients that are already connected get
    /// the policy if they ask for it. Those that send anything else are closed. New clients are refused.
    ///
    /// A client that sends nothing is kept as long as the limits of the [`AcceptConfig`](crate::AcceptConfig) say, by
    /// default for 10 s, so limit the time:
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    /// use tokio::net::TcpStream;
    /// use tokio::time::timeout;
    /// use tokio_flash_policy::flash_policy::{Policy, REQUEST, Reply};
    /// use tokio_flash_policy::{Listener, PolicyAcceptor};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let reply = Reply::new(&Policy::new())?;
    /// let listener = Listener::bind("127.0.0.1:0", PolicyAcceptor::new(reply.clone())).await?;
    /// let mut client = TcpStream::connect(listener.local_addr()?).await?;
    /// client.write_all(REQUEST).await?;
    ///
    /// timeout(Duration::from_secs(3), listener.finish()).await?;
    /// let mut received = Vec::new();
    /// client.read_to_end(&mut received).await?;
    /// assert_eq!(received, reply.as_bytes());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// If what was given to [`on_answered`](Self::on_answered) panics.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the connections that are left, as dropping the listener does.
    pub async fn finish(self) {
        let Self {
            socket,
            acceptor,
            limit,
            mut open,
            waiting,
            mut on_answered,
            ..
        } = self;
        if let Some((stream, address)) = waiting {
            open.spawn(recognize(Arc::clone(&acceptor), stream, address));
        }
        // Clients in the system's queue have connected too. This socket does not block, and ends here.
        if let Ok(queue) = socket.into_std() {
            while open.len() < limit
                && let Ok((stream, address)) = queue.accept()
            {
                let stream = stream.set_nonblocking(true).and(stream.try_into());
                if let Ok(stream) = stream {
                    open.spawn(recognize(Arc::clone(&acceptor), stream, address));
                }
            }
        }
        while let Some(ended) = open.join_next().await {
            drop(arrived(ended, &mut on_answered));
        }
    }
}
