//! The player's side of a connection, over a network and a clock that are numbers.

#![cfg(test)]

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
