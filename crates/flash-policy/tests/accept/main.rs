//! The server's side of a connection, with a client and a clock that are numbers.

#![cfg(test)]

mod closing;
mod coming_back;
mod opening;
mod properties;
mod splits;
mod world;
