//! HTTP as far as flashgate answers it itself: one GET or HEAD, one response, and then the close.
//!
//! What others speak through a gate never comes here. Nothing here reads a socket or asks what time it is, and what is
//! not plainly right is refused: a request that two programs could read differently is how requests are smuggled.

mod head;
mod host;
mod lenient;
mod method;
mod origin;
mod refusal;
mod response;

#[cfg(test)]
mod tests;

pub use head::{HeadReader, HeadVerdict, HttpRequest};
pub use host::HostField;
pub use lenient::{may_ask_for_upgrade, may_ask_for_websocket};
pub use method::{Method, Methods};
pub use origin::RequestOrigin;
pub use refusal::HeadRefusal;
pub use response::{Body, Response, StatusCode};
