//! The server's side of WebSockets (RFC 6455), as bytes and values: the handshake, and frames that are passed on as they
//! come.
//!
//! Messages mean nothing here and are never put together: of a frame, whatever has arrived is unmasked and given on, so
//! that a frame of any announced length takes no memory. Only control frames are kept, which are short. Nothing here
//! reads a socket. What is sent is binary, never empty, and in one piece with its header.

mod bad_port;
mod close;
mod decoder;
mod encode;
mod handshake;
mod mask;
#[cfg(test)]
mod tests;

pub use bad_port::is_bad_port;
pub use close::{CloseCode, FrameFault};
pub use decoder::{Decoded, Decoder, InputEnd};
pub use encode::{HEADROOM, PING, close, frame, pong};
pub use handshake::{DROPPED, Handshake, HandshakeRefusal, is_asked_for, lacks_upgrade};
