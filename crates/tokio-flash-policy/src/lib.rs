//! Answers Flash policy requests on any tokio stream and hands on all other connections untouched.
//!
//! Flash movies fetch a *socket policy* before they connect to a game server, often from the game's own port.
//! [`Listener`] answers these requests, so the game's own code never sees them:
//!
//! ```no_run
//! use tokio_flash_policy::flash_policy::{Policy, Reply};
//! use tokio_flash_policy::{Listener, PolicyAcceptor};
//!
//! # async fn serve<S>(_: S) {}
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let policy = Policy::new().allow("www.example.com", 9339)?;
//! let acceptor = PolicyAcceptor::new(Reply::new(&policy)?);
//! let mut listener = Listener::bind("0.0.0.0:9339", acceptor).await?;
//! loop {
//!     let (stream, _address) = listener.accept().await;
//!     tokio::spawn(serve(stream)); // reads everything the client sent, from the first byte
//! }
//! # }
//! ```
//!
//! On other streams, or to know what a connection is, call [`PolicyAcceptor::accept`] in each connection's own task.
//! Never call it in the loop that accepts connections: one client that sends nothing would keep all others waiting for
//! 10 s. An HTTP server is served the same way; with the feature `axum`, `axum::serve` takes a [`Listener`].
//!
//! It drives the state machine of [`flash_policy::accept`], which makes all decisions and sets all deadlines.
//! [`Driver`] is for servers that need its phases individually.
//!
//! The crate logs nothing and has no configuration files. Limits are arguments with defaults ([`Timing`], [`Linger`],
//! [`AcceptConfig`]); [`AcceptConfig::longest`] is their sum.

// Runs the example in the README.
#![cfg_attr(doctest, doc = include_str!("../README.md"))]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(clippy::must_use_candidate, clippy::return_self_not_must_use)]
mod acceptor;
#[cfg(feature = "axum")]
mod axum_server;
mod clock;
mod close;
mod driver;
#[cfg(feature = "net")]
mod listener;
mod operations;
mod prefixed;
#[cfg(feature = "net")]
mod tcp;

pub use acceptor::PolicyAcceptor;
#[cfg(feature = "axum")]
pub use axum_server::PeerAddr;
pub use close::close;
pub use driver::Driver;
pub use flash_policy;
pub use flash_policy::accept::{
    AcceptConfig, Accepted, CloseReason, First, HttpDetection, Linger, Rest, StreamKind, Timing,
};
#[cfg(feature = "net")]
pub use listener::{Listener, OPEN_LIMIT};
pub use operations::write;
pub use prefixed::Prefixed;
