//! Answers Flash policy requests on any tokio stream and hands on all other connections untouched.
//!
//! Flash movies fetch a *socket policy* before they connect to a game server, often from the game's own port.
//! [`PolicyAcceptor`] answers these requests, so the game's own code never sees them:
//!
//! ```no_run
//! use flash_policy::{Policy, Reply};
//! use tokio_flash_policy::{Accepted, PolicyAcceptor};
//!
//! # async fn serve<S>(_: S) {}
//! # async fn main_loop(listener: tokio::net::TcpListener) -> Result<(), Box<dyn std::error::Error>> {
//! let policy = Policy::new().allow("www.example.com", 9339)?;
//! let acceptor = PolicyAcceptor::new(Reply::new(&policy)?);
//! loop {
//!     // Neither a client that has gone nor a lack of file descriptors is a reason to stop.
//!     let Ok((socket, _)) = listener.accept().await else {
//!         tokio::time::sleep(std::time::Duration::from_millis(100)).await;
//!         continue;
//!     };
//!     let acceptor = acceptor.clone();
//!     tokio::spawn(async move {
//!         if let Ok(Accepted::Stream(stream, _)) = acceptor.accept(socket).await {
//!             serve(stream).await; // reads everything the client sent, from the first byte
//!         }
//!     });
//! }
//! # }
//! ```
//!
//! It drives the state machine of [`flash_policy::accept`], which makes all decisions and sets all deadlines.
//! [`Driver`] is for servers that need its phases individually.
//!
//! The crate logs nothing and has no configuration files. Limits are arguments with defaults ([`Timing`], [`Linger`]).

#![warn(clippy::must_use_candidate, clippy::return_self_not_must_use)]
mod acceptor;
mod clock;
mod close;
mod driver;
mod operations;
mod prefixed;

pub use acceptor::PolicyAcceptor;
pub use close::close;
pub use driver::Driver;
pub use flash_policy;
pub use flash_policy::accept::{
    AcceptConfig, Accepted, CloseReason, First, HttpDetection, Linger, Rest, StreamKind, Timing,
};
pub use operations::write;
pub use prefixed::Prefixed;
