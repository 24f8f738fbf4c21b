//! Mixed content: what a browser refuses to load into a page over HTTPS.

use flash_policy::{Host, Scheme};

use super::url::WebOrigin;

/// Whether a page loaded over HTTPS wants an unencrypted connection to this host. Connections to the local machine are
/// allowed: browsers trust them like HTTPS (W3C Secure Contexts, "potentially trustworthy origin").
pub(crate) fn is_mixed_content(page: &WebOrigin, secure: bool, host: &Host) -> bool {
    page.scheme == Scheme::Https && !secure && !is_this_machine(host)
}

fn is_this_machine(host: &Host) -> bool {
    match host {
        Host::Name(name) => name == "localhost" || name.as_str().ends_with(".localhost"),
        Host::Address(address) => address.is_loopback(),
    }
}
