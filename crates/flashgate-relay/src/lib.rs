//! Forwards bytes between a client and a server, for [flashgate](https://github.com/flashgate/flashgate).
//!
//! A [`Relay`] has bytes on both sides, optionally with TLS on the client's side. A [`Bridge`] has a WebSocket on the
//! client's side. Both end as their two sides do, and keep little in memory. Nothing here writes a log or decides who
//! may connect.
//!
//! This crate is an internal part of flashgate and has no stable API: any release may change any of it.

mod bridge;
mod connect;
mod direction;
mod end;
mod passage;
mod patience;
mod pipe;
mod progress;
mod relay;
mod rest;
mod secure;
mod socket;
mod stop;
#[cfg(test)]
mod tests;
mod turn;
mod watch;

pub use bridge::{Bridge, BridgeLimits};
pub use connect::connect;
pub use end::{RelayEnd, RelayReport};
pub use patience::{HalfOpen, Patience};
pub use relay::{Preface, Relay, RelayTimeouts};
pub use rest::ROOM;
pub use socket::{prepare, reset_on_close, send_now};
pub use stop::{Stop, Stopping};
