//! Parses a movie's URL as Lightspark does.

use alloc::string::String;

/// The host of a URL as Lightspark extracts it: the part before the first slash, and within that before the last colon.
///
/// A trailing dot is therefore kept, `http://user:password@host/` has the host `user`, and `http://[::1]/` has `[:`.
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
