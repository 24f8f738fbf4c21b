//! Flash socket policies: recognize the request, parse and write policy files, and decide as Flash Player does.
//!
//! Before a Flash movie can open a `Socket` or `XMLSocket`, Flash Player fetches a *socket policy file*. It tries TCP
//! port 843 of the target host first, then the target port. It sends `<policy-file-request/>` and a NUL byte, and
//! expects an XML document followed by a NUL byte.
//!
//! This crate implements both sides of that exchange without I/O, and everything about the file. Only the drivers of the
//! features `std` and `futures-io` use sockets and a clock. Without them, the crate is `no_std`.
//!
//! | to write | start with | example |
//! |---|---|---|
//! | a server on tokio, with axum or hyper | the crate `tokio-flash-policy` | its `game`, `axum`, `hyper`, `tls` |
//! | a server with threads | `accept::PolicyAcceptor::accept_blocking` (feature `std`) | `threads` |
//! | a server on smol or another runtime | `accept::PolicyAcceptor::accept_async` (feature `futures-io`) | `smol` |
//! | a server with an event loop of its own | [`ServerSide`], a state machine | in [`accept`] |
//! | only the recognition of requests, however TCP splits them | [`Recognizer`] | |
//! | a policy, and its bytes | [`Policy::allow`], then [`Reply::new`] or [`write::flash`] | |
//! | a policy for HTTP | [`Policy::for_urls`], then [`write::url`] | |
//! | a server that sends a policy file | `Reply::checked` (feature `lint`) | |
//! | a tool that checks policy files | [`lint`](fn@lint); the rules are in [`lint`](mod@lint) | `lint` |
//! | a tool that says whether a movie may connect, and why | [`decide`](fn@decide), [`grants`] | `decide` |
//! | a WebSocket of your own, for pages with Ruffle | [`decide_page`](decide::decide_page), for its `Origin` | |
//! | a tool that tries a live server as a player would | `player::attempt` (features `player`, `std`), or the state machine [`Player`] | `check` |
//!
//! The examples are in the package. Facts about Flash Player are cited next to the code that depends on them. [`manual`]
//! describes the whole protocol.
//!
//! A server with threads (feature `std`):
//!
//! ```no_run
//! use std::net::TcpListener;
//! use std::thread;
//!
//! # #[cfg(feature = "std")]
//! use flash_policy::accept::PolicyAcceptor;
//! use flash_policy::{Policy, Reply};
//!
//! # fn serve<S>(_: S) {}
//! # #[cfg(not(feature = "std"))]
//! # fn main() {}
//! # #[cfg(feature = "std")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let policy = Policy::new().allow("www.example.com", 9339)?;
//! let acceptor = PolicyAcceptor::new(Reply::new(&policy)?);
//! for socket in TcpListener::bind("0.0.0.0:9339")?.incoming().flatten() {
//!     let acceptor = acceptor.clone();
//!     thread::spawn(move || {
//!         // A policy request is answered here. What is returned is for your server.
//!         if let Some(stream) = acceptor.accept_blocking(socket)?.into_stream() {
//!             serve(stream); // reads everything the client sent, from the first byte
//!         }
//!         std::io::Result::Ok(())
//!     });
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A tool that checks a file (feature `lint`), and says whether a movie may connect:
//!
//! ```
//! use flash_policy::{grants, lint, Grant, Movie, Port, Serving};
//!
//! let file = br#"<cross-domain-policy>
//!   <allow-access-from domain="*.example.com" to-ports="9339"/>
//! </cross-domain-policy>"#;
//! let report = lint(file, Serving::from_port(Port::MASTER));
//! assert!(report.findings.is_empty());
//!
//! let policy = report.policy.expect("a policy without errors");
//! let movie = Movie::Remote("http://www.example.com/game.swf".parse()?);
//! assert_eq!(grants(&policy, Port::MASTER, &movie, Port::new(9339)?), Grant::Allowed { rule: 0 });
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # Limits
//!
//! Those of a server are fields of [`AcceptConfig`](accept::AcceptConfig):
//!
//! | limit | default | when it is reached |
//! |---|---|---|
//! | [`Timing::request`](accept::Timing::request): the first bytes | 10 s | the connection is handed on, with the bytes so far |
//! | [`Timing::bare`](accept::Timing::bare): the NUL of a request that lacks only that | 300 ms | the request is answered |
//! | [`Timing::silence`](accept::Timing::silence): the first byte | none | the connection is handed on, for a server that speaks first |
//! | [`AcceptConfig::write_limit`](accept::AcceptConfig::write_limit): the reply and the end of our side | 10 s | an error (`TimedOut`); `accept_blocking` resets the connection |
//! | [`Linger::between_reads`](accept::Linger::between_reads): silence after the reply | 5 s | the connection is closed |
//! | [`Linger::total`](accept::Linger::total): all input after the reply | 30 s | the connection is closed |
//! | [`Linger::bytes`](accept::Linger::bytes): all input after the reply | none | the connection is closed, and the client may lose the reply |
//! | [`AcceptConfig::total`](accept::AcceptConfig::total): all of these | their sum, 50.6 s | the connection is handed on, dropped or closed |
//!
//! After a player's exact request, nothing follows, so the connection is closed without lingering. A connection takes 64
//! bytes of memory for its first bytes. How many connections are open at one time is for the caller to limit.
//!
//! | limit | value | when it is reached |
//! |---|---|---|
//! | a policy that is parsed or written | 64 KiB ([`parse::LARGEST`]) | it is refused; some players read only 4,096 or 5,000 bytes: see [`Reply::new`] |
//! | a file that is linted | 1 MiB ([`lint::LARGEST_LINTED`]), 64 KiB for [`lint()`](fn@lint) | only its size is reported |
//! | the XML of a file: depth, attributes of an element, namespaces, parts, commas | 16, 32, 64, 10,000, 32,768 | the file is refused |
//! | different findings of a rule, at each level | 25 | the others are counted: [`LintReport::omitted`] |
//! | an attempt of a [`Player`] | 20 s ([`player::TIMEOUT`]) | it fails, as in Flash Player |
//!
//! # Errors
//!
//! An error's text says what was expected, what was found, and where. `Debug` writes the same text, so a `main` that
//! returns errors prints it:
//!
//! ```
//! use flash_policy::Policy;
//!
//! let error = Policy::new().allow("www.example.com:9339", 9339).unwrap_err();
//! assert_eq!(format!("Error: {error:?}"), "Error: expected a domain without a port");
//! ```
//!
//! # What it does not do
//!
//! It has no default policy, logs nothing, and starts no thread or task. It does not search for a request inside other
//! traffic: the request must begin at the first byte. It does not serve URL policies (`/crossdomain.xml`) or Silverlight
//! policies; it writes and checks them. It does not do TLS: pass it the stream inside.
//!
//! It does not accept WebSockets, which pages with Ruffle open in place of sockets. Browsers open them for every page and
//! ask for no policy. So put a gate of [flashgate](https://github.com/flashgate/flashgate) in front of your server, or
//! check the `Origin` header of each WebSocket with [`decide_page`](decide::decide_page), which decides by the same
//! policy.
//!
//! # Features
//!
//! | feature | default | adds | dependency |
//! |---|---|---|---|
//! | `std` | | answering on blocking sockets: `accept::PolicyAcceptor`; without it the crate needs only `alloc` | socket2 |
//! | `futures-io` | | the same on streams of smol and other runtimes; includes `std` | futures-io |
//! | `lint` | yes | [`lint`](mod@lint); includes `silverlight` | |
//! | `pages` | | the text of each rule's page, about 90 KB: [`LintRule::page`](lint::LintRule::page); includes `lint` | |
//! | `player` | | [`player`] | |
//! | `silverlight` | | [`silverlight`], [`write::silverlight`], [`write::silverlight_url`] | |
//! | `serde` | | `Serialize` and `Deserialize`; the module `serialized` documents the shapes | serde |
//! | `annotate-snippets` | | [`snippets`]; includes `std` | annotate-snippets |
//!
//! The defaults are those of a server that reads its policy from a file: it should refuse a file that players can't
//! use, and say why. Without any feature, [`Recognizer`], [`Reply`], [`accept`], [`parse`](fn@parse),
//! [`decide`](fn@decide) and [`write`](mod@write) remain. No feature changes what another part does.
//!
//! What a program does not use is not linked. A server grows by 3 KB with [`Recognizer`] and a reply of its own, by
//! 80 KB with `accept_blocking` and [`Policy::allow`], by 140 KB with [`parse`](fn@parse) and [`Reply::new`], and by
//! 450 KB with `Reply::checked`, which lints (x86-64, `opt-level = "s"`, LTO, stripped, compared with a server that
//! answers without the crate).

// Runs the examples in the README.
#![cfg_attr(all(doctest, feature = "lint", feature = "std"), doc = include_str!("../README.md"))]
#![warn(
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    clippy::missing_errors_doc,
    clippy::must_use_candidate,
    clippy::return_self_not_must_use
)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![no_std]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

#[macro_use]
mod error_text;

pub mod accept;
pub mod blocked_ports;
pub mod decide;
pub mod diagnostic;
#[cfg_attr(
    not(feature = "lint"),
    allow(
        dead_code,
        unused_imports,
        reason = "only the linter reads every part of a file"
    )
)]
mod document;
pub mod domain;
#[cfg(feature = "lint")]
mod findings;
#[cfg(feature = "lint")]
pub mod lint;
pub mod manual;
mod moment;
pub mod near_request;
pub mod origin;
pub mod parse;
#[cfg(feature = "player")]
pub mod player;
pub mod player_version;
pub mod policy;
pub mod ports;
mod punycode;
pub mod recognize;
pub mod reply;
#[cfg(feature = "serde")]
pub mod serialized;
#[cfg(feature = "silverlight")]
pub mod silverlight;
#[cfg(feature = "annotate-snippets")]
pub mod snippets;
mod spelling;
pub mod write;
#[cfg_attr(
    not(feature = "lint"),
    allow(
        dead_code,
        unused_imports,
        reason = "only the linter reads every part of a file"
    )
)]
mod xml;

pub use accept::ServerSide;
pub use decide::{Grant, Movie, decide, grants};
pub use diagnostic::{Diagnostic, Severity, Span};
pub use domain::DomainPattern;
#[cfg(feature = "lint")]
pub use lint::{LintReport, Serving, lint};
pub use moment::Moment;
pub use origin::{Host, Origin, Scheme};
pub use parse::{Parsed, parse};
#[cfg(feature = "player")]
pub use player::Player;
pub use player_version::PlayerVersion;
pub use policy::{Policy, Profile, Rule, Secure, SiteControl};
pub use ports::{Port, PortRange, PortSet};
pub use recognize::{Recognition, Recognizer};
pub use reply::Reply;

/// The exact bytes that a player sends: 22 characters and a NUL.
///
/// Source: Adobe, *`ActionScript` 3.0 Developer's Guide*, "Connecting to sockets"; Ruffle's `mocket`, which compares
/// these 23 bytes exactly when run against the real player.
pub const REQUEST: &[u8; 23] = b"<policy-file-request/>\0";
