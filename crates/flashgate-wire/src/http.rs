//! The part of HTTP that flashgate answers itself: one GET or HEAD, one response, then the close. And the head of an
//! answer to a request of its own.
//!
//! HTTP that a gate forwards is not parsed here. Nothing here reads a socket or a clock. Anything unclear is rejected,
//! because requests that two programs read differently allow request smuggling.

mod head;
mod host;
mod lenient;
mod method;
mod received;
mod refusal;
mod response;

#[cfg(test)]
mod tests;

pub use head::{HeadReader, HeadVerdict, HttpRequest};
pub use host::HostField;
pub use lenient::{may_ask_for_upgrade, may_ask_for_websocket};
pub use method::{Method, Methods};
pub use received::{NotHttpAnswer, ReceivedHead};
pub use refusal::HeadRefusal;
pub use response::{Body, Caching, Readers, Response, StatusCode};
