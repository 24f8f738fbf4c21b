//! The server's side of WebSockets (RFC 6455), as bytes and values: the handshake, and frames that are passed on as
//! they arrive.
//!
//! Messages are never assembled. The received part of a frame is unmasked and passed on, so that a frame of any length
//! takes no memory. Only control frames are kept, which are short. Nothing here reads a socket. Frames that are sent
//! are binary, never empty, and contiguous with their header.

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
