//! The player's side of a connection, with a simulated network and clock.

#![cfg(test)]

#[cfg(feature = "std")]
mod attempt;
mod clients;
mod decisions;
mod explained;
mod http_header;
mod lightspark;
mod lightspark_movies;
mod over_http;
mod properties;
mod repeated;
mod uncertain;
mod vectors;
mod versions;
mod wire;
mod world;
