//! Parses HTTP heads, the server's side of WebSockets, and the PROXY header, for
//! [flashgate](https://github.com/flashgate/flashgate). Bytes in, values out.
//!
//! Nothing here opens a socket, reads a clock or writes a log.
//!
//! This crate is an internal part of flashgate and has no stable API: any release may change any of it.

pub mod http;
pub mod proxy_header;
pub mod websocket;
