//! How Lightspark reads a movie's URL.

use alloc::string::String;

/// The host of a URL as Lightspark cuts it out: what stands before the first slash, and there before the last colon.
///
/// So a trailing dot stays, `http://user:password@host/` is from `user`, and `http://[::1]/` from `[:`.
pub(in crate::player) fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest
        .split_once('/')
        .map_or(rest, |(authority, _)| authority);
    let host = authority
        .rsplit_once(':')
        .map_or(authority, |(host, _)| host);
    host.to_ascii_lowercase()
}
