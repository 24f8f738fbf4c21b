//! What the log and `[admin]` tell an operator.

#![cfg(test)]

mod admin;
mod logs;
