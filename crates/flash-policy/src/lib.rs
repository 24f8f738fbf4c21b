//! Flash socket policies: recognize the request, parse and write policy files, and decide as Flash Player does.
//!
//! Before a Flash movie can open a `Socket` or `XMLSocket`, Flash Player fetches a *socket policy file*. It tries TCP
//! port 843 of the target host first, then the target port. It sends `<policy-file-request/>` and a NUL byte, and
//! expects an XML document followed by a NUL byte.
//!
//! This crate implements that exchange without I/O. It opens no socket, reads no file and reads no clock, and it is
//! `no_std`. A server, a linter and an emulated player can therefore share the same code.
//!
//! | to | use |
//! |---|---|
//! | distinguish a policy request from other traffic, however TCP splits it | [`Recognizer`] |
//! | parse a policy file, with the location of every mistake | [`parse`](fn@parse), [`lint`](fn@lint); the rules are in [`lint`](mod@lint) |
//! | build a policy and write it | [`Policy`], [`write::flash`], [`write::silverlight`] |
//! | find out whether a player would connect, and why | [`decide`](fn@decide), [`grants`] |
//! | do what a player does, against a live server | [`Player`] |
//! | answer policy requests on a socket and pass all other connections on | [`ServerSide`] |
//!
//! Facts about Flash Player are cited next to the code that depends on them. [`manual`] describes the whole protocol.
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
//! # Features
//!
//! | feature | default | adds |
//! |---|---|---|
//! | `std` | | answering on blocking sockets: `accept::PolicyAcceptor`; without it the crate needs only `alloc` |
//! | `futures-io` | | the same on streams of smol and other runtimes |
//! | `lint` | yes | [`lint`](mod@lint), and `silverlight` with it |
//! | `pages` | | the text of each rule's page, about 90 KB: [`LintRule::page`](lint::LintRule::page) |
//! | `player` | | [`player`] |
//! | `silverlight` | | [`silverlight`], [`write::silverlight`] |
//! | `serde` | | `Serialize` and `Deserialize`; the module `serialized` documents the shapes |
//! | `annotate-snippets` | | [`snippets`], and `std` with it |
//!
//! The defaults are those of a server that reads its policy from a file: it should refuse a file that players can't
//! use, and say why. Without any feature, [`Recognizer`], [`Reply`], [`accept`], [`parse`](fn@parse),
//! [`decide`](fn@decide) and [`write`](mod@write) remain. No feature changes what another part does.
//!
//! What a program does not use is not linked: a server with [`Recognizer`] and a fixed [`Reply`] grows by 4 KB, and one
//! with [`parse`](fn@parse) by 120 KB (x86-64, `opt-level = "s"`, LTO, stripped).

// Runs the example in the README.
#![cfg_attr(doctest, doc = include_str!("../README.md"))]
#![warn(clippy::must_use_candidate, clippy::return_self_not_must_use)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![no_std]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

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
