//! The server's side of one connection, as a state machine: what it is, the reply, and a close that loses nothing.
//!
//! It opens no socket and reads no clock. A driver does what [`ServerSide::poll`] says, and tells [`ServerSide::handle`]
//! what came of it and when. So the same machine runs over blocking sockets, in an event loop, and in tests whose clock
//! is a number. It must never look at anything but the first bytes: what is not a policy request is handed on with every
//! byte that was read.
//!
//! | phase | ends with |
//! |---|---|
//! | [`Operation::Read`]: the first bytes | a policy request, or [`Operation::HandOn`]; at the latest after [`Timing::request`] |
//! | [`Operation::Write`] and [`Closing::End`]: the reply and its end | all of it sent, or [`Operation::Abort`] after [`AcceptConfig::write_limit`] |
//! | [`Closing::Discard`]: what may still come | the peer's end, or a limit of [`Linger`] |
//!
//! A connection that was handed on can come back: [`ServerSide::wait`] listens on to a client that has said nothing,
//! [`ServerSide::restart_inside_tls`] looks at what comes inside TLS, and [`ServerSide::let_go`] closes what other code
//! has served.
//!
//! A driver needs no logic of its own:
//!
//! ```
//! use std::io::{Read, Write};
//! use std::time::Instant;
//!
//! use flash_policy::accept::{AcceptConfig, Closing, Completion, Moment, Operation, ServerSide};
//! use flash_policy::{Policy, Reply};
//!
//! # fn main() -> std::io::Result<()> {
//! let started = Instant::now();
//! let now = || Moment::after(started.elapsed());
//! let config = AcceptConfig::new(Reply::from(&Policy::default()));
//!
//! // A stream that never waits. One that does takes `until` as its timeout, and reports nothing if that is over.
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
//!         // To be served by other code, after the bytes of `side.opening()`.
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
//! [`OpeningTimer`] and [`LingeringClose`] are its first and last phase, for servers that need only one of them.

mod config;
mod linger;
mod opening;
mod operation;
mod server_side;
mod timing;

pub use crate::moment::Moment;
pub use config::{AcceptConfig, LingerWhen, WRITE_LIMIT};
pub use linger::{Linger, LingeringClose};
pub use opening::{First, Opening, Rest};
pub use operation::{AbortReason, CloseReason, Closing, Completion, IfDropped, Operation};
pub use server_side::ServerSide;
pub use timing::{HttpDetection, OpeningTimer, Timing};
