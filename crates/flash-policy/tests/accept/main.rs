//! The server side of a connection, with a simulated client and clock.

#![cfg(test)]

mod closing;
mod coming_back;
mod connections;
mod opening;
mod properties;
#[cfg(feature = "silverlight")]
mod silverlight;
mod splits;
mod total;
mod world;
