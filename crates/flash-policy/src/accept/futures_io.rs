//! Drives the machine over a stream of `futures-io`, with timers of any runtime.

use core::future::poll_fn;
use core::pin::{Pin, pin};
use core::task::{Context, Poll};
use core::time::Duration;
use std::io;
use std::time::Instant;

use futures_io::{AsyncRead, AsyncWrite};

use super::{
    AcceptConfig, Accepted, Closing, Completion, Moment, Operation, PolicyAcceptor, Prefixed,
    ServerSide,
};

/// About thirty years. Some timers panic if their time cannot be represented.
const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

impl PolicyAcceptor {
    /// Reads the first bytes. Answers a policy request and closes the stream, or returns the stream.
    ///
    /// `sleep` makes a timer of your runtime: `smol::Timer::after`, `async_std::task::sleep` or
    /// `futures_timer::Delay::new`.
    ///
    /// Call this in a task of its own, **never in the loop that accepts connections**. A client that sends nothing keeps
    /// it waiting for [`Timing::request`](super::Timing::request), and a loop that waits for it serves no other client.
    /// It takes [`AcceptConfig::longest`] at most: 50.6 s with the default limits.
    ///
    /// For a stream inside TLS, set [`LingerWhen::Always`](super::LingerWhen::Always) in the config, because the client's
    /// `close_notify` follows every reply.
    ///
    /// ```no_run
    /// use flash_policy::accept::PolicyAcceptor;
    /// use flash_policy::{Policy, Reply};
    /// use smol::net::TcpListener;
    ///
    /// # async fn serve<S>(_: S) {}
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let policy = Policy::new().allow("www.example.com", 9339)?;
    /// let acceptor = PolicyAcceptor::new(Reply::new(&policy)?);
    /// let listener = TcpListener::bind("0.0.0.0:9339").await?;
    /// loop {
    ///     let (socket, _) = listener.accept().await?;
    ///     let acceptor = acceptor.clone();
    ///     smol::spawn(async move {
    ///         let accepted = acceptor.accept_async(socket, smol::Timer::after).await?;
    ///         if let Some(stream) = accepted.into_stream() {
    ///             serve(stream).await; // reads everything the client sent, from the first byte
    ///         }
    ///         std::io::Result::Ok(())
    ///     })
    ///     .detach();
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Errors are those of the stream. For example, the peer reset it before it was recognized, or did not accept the
    /// reply in time (`TimedOut`).
    ///
    /// # Panics
    ///
    /// If `sleep` or its timers panic. Timers of tokio do outside its runtime.
    ///
    /// # Cancel safety
    ///
    /// Not cancel-safe: the bytes that were read are lost. The stream is then dropped without a reset, so a reply that
    /// was cut off ends with a plain FIN and without its NUL. The same holds after an error.
    pub async fn accept_async<S, T>(
        &self,
        mut stream: S,
        sleep: impl Fn(Duration) -> T,
    ) -> io::Result<Accepted<Prefixed<S>>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
        T: Future,
    {
        let mut side = ServerSide::new(self.config(), Moment::ZERO);
        let started = Instant::now();
        let now = || Moment::after(started.elapsed());
        loop {
            let until = match side.poll(now()) {
                Operation::Close(Closing::Done(reason)) => return Ok(Accepted::Answered(reason)),
                Operation::HandOn(first) => {
                    let stream = Prefixed::new(side.opening().bytes(), stream);
                    return Ok(Accepted::Stream(stream, first.into()));
                }
                Operation::Abort(_) => return Err(io::ErrorKind::TimedOut.into()),
                Operation::Read { until }
                | Operation::Write { until, .. }
                | Operation::Close(Closing::End { until } | Closing::Discard { until }) => until,
            };
            let mut timer = pin!(sleep(until.since(now()).min(FAR)));
            let done = poll_fn(|context| {
                let done = poll_operation(&mut side, &mut stream, context, now());
                if done.is_ready() || timer.as_mut().poll(context).is_pending() {
                    done.map(Some)
                } else {
                    Poll::Ready(None)
                }
            });
            match done.await {
                Some(Ok(completion)) => side.handle(completion, now()),
                Some(Err(error)) => {
                    side.handle(Completion::Failed, now());
                    if let Operation::Abort(_) = side.poll(now()) {
                        return Err(error);
                    }
                }
                None => {}
            }
        }
    }
}

/// Tries the machine's operation. Its deadline is not reached: the caller has a timer for it.
fn poll_operation<S: AsyncRead + AsyncWrite + Unpin>(
    side: &mut ServerSide<&AcceptConfig>,
    stream: &mut S,
    context: &mut Context<'_>,
    now: Moment,
) -> Poll<io::Result<Completion>> {
    let mut stream = Pin::new(stream);
    match side.poll(now) {
        Operation::Read { .. } => {
            let read = stream.poll_read(context, side.room());
            read.map_ok(Completion::Read)
        }
        Operation::Write { bytes, .. } => {
            let wrote = stream.as_mut().poll_write(context, bytes);
            wrote.map_ok(Completion::Wrote)
        }
        Operation::Close(Closing::End { .. }) => {
            stream.poll_close(context).map_ok(|()| Completion::Ended)
        }
        Operation::Close(Closing::Discard { .. }) => {
            let read = stream.poll_read(context, &mut [0; 4096]);
            read.map_ok(Completion::Read)
        }
        Operation::Close(Closing::Done(_)) | Operation::HandOn(_) | Operation::Abort(_) => {
            Poll::Pending
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Prefixed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        match self.give(buffer) {
            Some(count) => Poll::Ready(Ok(count)),
            None => Pin::new(self.get_mut().get_mut()).poll_read(context, buffer),
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Prefixed<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(self.get_mut().get_mut()).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(self.get_mut().get_mut()).poll_write_vectored(context, slices)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(self.get_mut().get_mut()).poll_flush(context)
    }

    fn poll_close(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(self.get_mut().get_mut()).poll_close(context)
    }
}
