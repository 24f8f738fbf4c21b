//! The player's side of a connection, over a network and a clock that are numbers.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends where it fails, also in the functions it shares with others"
)]

mod clients;
mod decisions;
mod lightspark;
mod lightspark_movies;
mod properties;
mod uncertain;
mod vectors;
mod versions;
mod wire;
mod world;
