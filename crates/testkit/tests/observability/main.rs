//! What the log and `[admin]` show to an operator.

#![cfg(test)]

mod admin;
mod journal;
mod logs;
