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
//! | to serve | start with | example |
//! |---|---|---|
//! | a protocol of your own over TCP | [`Listener`] | `game` |
//! | an axum app | [`Listener`], passed to `axum::serve` (feature `axum`) | `axum` |
//! | a hyper service | [`Listener`], its streams wrapped in `hyper_util::rt::TokioIo` | `hyper` |
//! | TLS | [`PolicyAcceptor`], on the socket and again on the stream inside | `tls` |
//! | any other stream, or to know what a connection is | [`PolicyAcceptor::accept`] | |
//! | a protocol in which the server speaks first | the policy on port 843 too, and [`Timing::silence`] in an [`AcceptConfig`] | `policy_server` |
//! | with something of your own between reading, replying and closing | [`Driver`] | |
//! | pages with Ruffle | a WebSocket of your own, whose `Origin` [`decide_page`](flash_policy::decide::decide_page) checks | |
//! | only policies, from a file, on port 843 | [`Listener`], whose streams are dropped, and `Reply::checked` (feature `lint`) | `policy_server` |
//!
//! Call [`PolicyAcceptor::accept`] in each connection's own task, **never in the loop that accepts connections**: one
//! client that sends nothing would keep all others waiting for 10 s ([`Timing::request`]). [`Listener`] has such tasks.
//!
//! hyper takes the streams like this:
//!
//! ```no_run
//! use std::convert::Infallible;
//!
//! use hyper::body::Incoming;
//! use hyper::service::service_fn;
//! use hyper::{Request, Response};
//! use hyper_util::rt::{TokioIo, TokioTimer};
//! use tokio_flash_policy::Listener;
//!
//! # async fn run(mut listener: Listener) {
//! loop {
//!     let (stream, _address) = listener.accept().await;
//!     let hello = service_fn(|_: Request<Incoming>| async {
//!         Ok::<_, Infallible>(Response::new("hello".to_owned()))
//!     });
//!     let connection = hyper::server::conn::http1::Builder::new()
//!         .timer(TokioTimer::new())
//!         .serve_connection(TokioIo::new(stream), hello);
//!     tokio::spawn(connection);
//! }
//! # }
//! ```
//!
//! # Limits
//!
//! | limit | default | when it is reached |
//! |---|---|---|
//! | [`Timing::request`]: the first bytes | 10 s | the connection is returned, with the bytes so far |
//! | [`Timing::bare`]: the NUL of a request that lacks only that | 300 ms | the request is answered |
//! | [`Timing::silence`]: the first byte | none | the connection is returned, for a server that speaks first |
//! | [`AcceptConfig::write_limit`]: the reply and the end of our side | 10 s | an error (`TimedOut`); [`Listener`] and [`PolicyAcceptor::accept_tcp`] reset the connection |
//! | [`Linger::between_reads`]: silence after the reply | 5 s | the connection is closed |
//! | [`Linger::total`]: all input after the reply | 30 s | the connection is closed |
//! | [`Linger::bytes`]: all input after the reply | none | the connection is closed, and the client may lose the reply |
//! | [`AcceptConfig::total`]: all of these | their sum, 50.6 s | the connection is returned, dropped or closed |
//! | [`Listener::limit`]: connections that are open but not returned | 512 ([`OPEN_LIMIT`]) | the oldest of them is dropped, after 100 ms at the earliest |
//!
//! After a player's exact request, nothing follows, so [`Listener`] and [`PolicyAcceptor::accept_tcp`] close the
//! connection without lingering. How many connections your server has after they were returned is for you to limit.
//!
//! # What it does not do
//!
//! It does not accept WebSockets, which pages with Ruffle open in place of sockets, and does not forward them to your
//! server. Browsers open them for every page and ask for no policy. So put a gate of
//! [flashgate](https://github.com/flashgate/flashgate) in front of your server, or check the `Origin` header of each
//! WebSocket with [`decide_page`](flash_policy::decide::decide_page), which decides by the same policy:
//!
//! ```
//! use tokio_flash_policy::flash_policy::decide::decide_page;
//! use tokio_flash_policy::flash_policy::{Policy, Port};
//!
//! let policy = Policy::new().allow("www.example.com", 9339)?;
//! let game = Port::new(9339)?;
//! assert!(decide_page(&policy, Some("https://www.example.com"), game).is_ok());
//! assert!(decide_page(&policy, Some("https://www.example.org"), game).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It has no default policy, logs nothing and reads no files. It does not do TLS. [`Listener::on_answered`] is for
//! servers that log or count what was answered. All decisions and deadlines are those of the state machine
//! [`flash_policy::accept`].
//!
//! # Features
//!
//! | feature | default | adds |
//! |---|---|---|
//! | `net` | yes | [`Listener`], [`PolicyAcceptor::accept_tcp`], [`Prefixed::into_split`]: tokio's own sockets |
//! | `lint` | yes | [`flash_policy`]'s feature `lint`: `lint` and `Reply::checked`, to check policy files |
//! | `axum` | | [`Listener`] for `axum::serve`; includes `net` |
//!
//! [`flash_policy`] has no other features here. For those that you need, such as `player`, also add flash-policy as a
//! dependency. It is the same crate, so its types fit.
//!
//! # Where the types are
//!
//! Some types of [`flash_policy::accept`] are re-exported here. The examples on their pages call them, for example,
//! `flash_policy::accept::Timing`. Without flash-policy as a dependency of your own, write `tokio_flash_policy::Timing`,
//! and `tokio_flash_policy::flash_policy::…` for all that is not re-exported.

// Runs the example in the README.
#![cfg_attr(all(doctest, feature = "net"), doc = include_str!("../README.md"))]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    clippy::missing_errors_doc,
    clippy::must_use_candidate,
    clippy::return_self_not_must_use
)]
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
pub use close::close;
pub use driver::Driver;
pub use flash_policy;
pub use flash_policy::accept::{
    AcceptConfig, Accepted, CloseReason, First, HttpDetection, Linger, LingerWhen, Rest,
    StreamKind, Timing,
};
#[cfg(feature = "net")]
pub use listener::{Listener, OPEN_LIMIT};
pub use operations::write;
pub use prefixed::Prefixed;
