//! Policies for HTTP: written, decided, and converted to and from those for sockets.

#![cfg(test)]

mod converted;
mod decided;
mod policies;
mod written;
