//! What a browser refuses before it sends a byte.

use flash_policy::{Host, Scheme};

use super::url::{ProxyUrl, WebOrigin};

/// Whether a page loaded over HTTPS wants an unencrypted connection. Connections to the local machine are allowed.
pub(super) fn is_mixed_content(page: &WebOrigin, url: &ProxyUrl) -> bool {
    page.scheme == Scheme::Https && !url.secure && !is_this_machine(&url.host)
}

fn is_this_machine(host: &Host) -> bool {
    match host {
        Host::Name(name) => name == "localhost" || name.as_str().ends_with(".localhost"),
        Host::Address(address) => address.is_loopback(),
    }
}
