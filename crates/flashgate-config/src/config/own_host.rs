//! A name or address of this machine in `hosts` or `--host`: how it is parsed.

use super::unexpected::{Expected, Unexpected};
use crate::snapshot::OwnHost;

/// Reads a host without a port. For a URL, the error suggests its host.
pub fn parse(text: &str) -> Result<OwnHost, Unexpected> {
    let host = text.parse::<OwnHost>();
    host.map_err(|error| match host_alone(text) {
        Some(host) => Expected::HostAlone
            .but_found(text)
            .meant(Some(host.to_owned())),
        None => Expected::Host(error).but_found(text),
    })
}

/// The host of a URL, or of a host with a port.
fn host_alone(text: &str) -> Option<&str> {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = rest.split('/').next()?;
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.is_empty() || port.parse::<u16>().is_ok() => host,
        Some(_) | None => authority,
    };
    (host != text && host.parse::<OwnHost>().is_ok()).then_some(host)
}
