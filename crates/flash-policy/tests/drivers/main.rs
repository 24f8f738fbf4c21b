//! The drivers for blocking sockets and for `futures-io`, over real sockets.

#![cfg(test)]

mod blocking;
mod smol;
mod wire;
