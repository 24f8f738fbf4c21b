//! The server side of one connection, as a state machine: recognize it, reply, and close without losing the reply.
//!
//! The machine opens no socket and reads no clock. A driver performs the operation that [`ServerSide::poll`] returns,
//! then passes the result and the current time to [`ServerSide::handle`]. The same machine therefore runs over blocking
//! sockets, in an event loop, and in tests with a simulated clock.
//!
//! It reads only the first bytes. If they are not a policy request, the connection is handed on with every byte that
//! was read.
//!
//! | phase | ends with |
//! |---|---|
//! | [`Operation::Read`]: read the first bytes | a policy request or [`Operation::HandOn`], after [`Timing::request`] at the latest |
//! | [`Operation::Write`] and [`Closing::End`]: send the reply and end the stream | everything sent, or [`Operation::Abort`] after [`AcceptConfig::write_limit`] |
//! | [`Closing::Discard`]: discard further input | the peer's end of stream, or a limit of [`Linger`] |
//!
//! A connection that was handed on can come back: [`ServerSide::wait`] waits for the first byte of a client that has
//! sent nothing, [`ServerSide::restart_inside_tls`] recognizes the first bytes inside TLS, and [`ServerSide::let_go`]
//! closes a connection that other code has served.
//!
//! A driver needs no logic of its own:
//!
//! ```
//! use std::io::{Read, Write};
//! use std::time::Instant;
//!
//! use flash_policy::accept::{AcceptConfig, Closing, Completion, Operation, ServerSide};
//! use flash_policy::{Moment, Policy, Reply};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let started = Instant::now();
//! let now = || Moment::after(started.elapsed());
//! let config = AcceptConfig::new(Reply::new(&Policy::new())?);
//!
//! // This stream never blocks. For one that does, use `until` as the timeout; if it passes, report nothing.
//! let mut input: &[u8] = b"<policy-file-request/>\0";
//! let mut output = Vec::new();
//! let mut side = ServerSide::new(config, now());
//! loop {
//!     let completion = match side.poll(now()) {
//!         Operation::Read { until: _ } => Completion::Read(input.read(side.room())?),
//!         Operation::Write { bytes, until: _ } => Completion::Wrote(output.write(bytes)?),
//!         Operation::Close(Closing::End { until: _ }) => Completion::Ended,
//!         Operation::Close(Closing::Discard { until: _ }) => {
//!             Completion::Read(input.read(&mut [0; 1024])?)
//!         }
//!         // Other code serves the connection. It must first process the bytes of `side.opening()`.
//!         Operation::HandOn(_) => break,
//!         Operation::Close(Closing::Done(_)) | Operation::Abort(_) => break,
//!     };
//!     side.handle(completion, now());
//! }
//! assert_eq!(output.last(), Some(&0));
//! # Ok(())
//! # }
//! ```
//!
//! There are drivers already: `PolicyAcceptor` for blocking sockets (feature `std`) and for smol and other runtimes
//! (feature `futures-io`), and the crate `tokio-flash-policy`.
//!
//! To use only the first or the last phase, see [`OpeningTimer`] and [`LingeringClose`].

mod accepted;
#[cfg(feature = "std")]
mod blocking;
mod config;
#[cfg(feature = "futures-io")]
mod futures_io;
mod linger;
mod opening;
mod operation;
#[cfg(feature = "std")]
mod policy_acceptor;
#[cfg(feature = "std")]
mod prefixed;
mod server_side;
mod timing;

use crate::Moment;
pub use accepted::{Accepted, StreamKind};
pub use config::{AcceptConfig, LingerWhen, WRITE_LIMIT};
pub use linger::{Linger, LingeringClose};
pub use opening::{First, Opening, Rest};
pub use operation::{AbortReason, CloseReason, Closing, Completion, IfDropped, Operation};
#[cfg(feature = "std")]
pub use policy_acceptor::PolicyAcceptor;
#[cfg(feature = "std")]
pub use prefixed::Prefixed;
pub use server_side::ServerSide;
pub use timing::{HttpDetection, OpeningTimer, Timing};
