//! Flash's policy requests, answered on any tokio stream; every other connection handed on untouched.
//!
//! A game server that Flash movies connect to is asked for a *socket policy* first, often on its own port. With
//! [`PolicyAcceptor`] it answers, and sees nothing of it:
//!
//! ```no_run
//! use flash_policy::{Policy, Reply};
//! use tokio_flash_policy::{Accepted, PolicyAcceptor};
//!
//! # async fn serve<S>(_: S) {}
//! # async fn main_loop(listener: tokio::net::TcpListener, policy: Policy) {
//! let acceptor = PolicyAcceptor::new(Reply::from(&policy));
//! loop {
//!     // A client that has gone meanwhile, or a lack of descriptors, is no reason to end.
//!     let Ok((socket, _)) = listener.accept().await else {
//!         tokio::time::sleep(std::time::Duration::from_millis(100)).await;
//!         continue;
//!     };
//!     let acceptor = acceptor.clone();
//!     tokio::spawn(async move {
//!         if let Ok(Accepted::Stream(stream, _)) = acceptor.accept(socket).await {
//!             serve(stream).await; // reads what the client sent, from its first byte
//!         }
//!     });
//! }
//! # }
//! ```
//!
//! It drives the state machine of [`flash_policy::accept`], which has every decision and deadline; [`Driver`] is for
//! servers that need its phases one by one.
//!
//! The crate logs nothing and has no configuration files; deadlines are arguments with defaults ([`Timing`],
//! [`Linger`]).

#![warn(clippy::must_use_candidate, clippy::return_self_not_must_use)]
mod acceptor;
mod clock;
mod close;
mod closed;
mod driver;
mod operations;
mod prefixed;

pub use acceptor::{Accepted, PolicyAcceptor};
pub use close::close;
pub use closed::Closed;
pub use driver::Driver;
pub use flash_policy::accept::{First, HttpDetection, Linger, Rest, Timing};
pub use operations::write;
pub use prefixed::Prefixed;
