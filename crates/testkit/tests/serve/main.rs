//! A policy port, as players and strangers see it.

#![cfg(test)]

mod accept_errors;
mod addresses;
mod bad_network;
mod connections;
mod half_replies;
mod lingering;
mod local_addresses;
mod over_http;
mod past_failures;
mod plug_ins;
mod random_2048;
mod served_files;
mod silence;
mod silverlight;
mod strangers;
mod variants;
mod wire;
