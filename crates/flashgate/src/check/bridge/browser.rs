//! What a browser refuses before a byte is sent.

use flash_policy::{Host, Scheme};

use super::{Page, ProxyUrl};

/// Ports that browsers open no WebSocket to (Fetch standard, "bad port").
const BLOCKED: [u16; 83] = [
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
    102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427,
    465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990,
    993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667,
    6668, 6669, 6679, 6697, 10080,
];

/// Whether the browser opens no connection to this port at all.
pub(super) fn blocks(port: u16) -> bool {
    BLOCKED.contains(&port)
}

/// Whether a page that came over HTTPS wants a connection in clear; to this very machine it may.
pub(super) fn is_mixed_content(page: &Page, url: &ProxyUrl) -> bool {
    page.scheme == Scheme::Https && !url.secure && !is_this_machine(&url.host)
}

fn is_this_machine(host: &Host) -> bool {
    match host {
        Host::Name(name) => &**name == "localhost" || name.ends_with(".localhost"),
        Host::Address(address) => address.is_loopback(),
    }
}
