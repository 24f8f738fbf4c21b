//! What a load consists of: data only.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// What a Flash client sends: 22 bytes and a NUL.
pub const REQUEST: &[u8; 23] = b"<policy-file-request/>\0";

/// What to fetch, how often and how.
#[derive(Debug, Clone)]
pub struct Load {
    /// Servers, taken in turn.
    pub targets: Vec<SocketAddr>,
    /// Addresses to connect from, taken in turn; empty leaves the choice to the kernel.
    ///
    /// One address has some 28,000 ports, each of which is out of use for a while whenever the client closes first.
    pub sources: Vec<Ipv4Addr>,
    /// How many fetches in all.
    pub fetches: u64,
    /// How many of them at a time.
    pub in_flight: usize,
    /// What to send first; empty to send nothing and only wait for the end of the stream.
    pub request: Vec<u8>,
    /// How many bytes to send after the request: the request again and again, so that 23 make a second request.
    pub suffix: usize,
    /// Where to cut what is sent into pieces of their own; each a position counted from the first byte.
    pub cuts: Vec<usize>,
    /// Whether to shut down the sending side after the last byte.
    pub half_close: bool,
    /// The reply, to the byte.
    pub expected: Vec<u8>,
    /// How long one fetch may take.
    pub fetch_deadline: Duration,
    /// How long all of it may take; what is not done by then is counted as unfinished.
    pub total_deadline: Duration,
}

impl Load {
    /// A single plain fetch of a policy, whose reply is the policy and one NUL; the rest is set field by field.
    pub fn new(target: SocketAddr, policy: &[u8]) -> Self {
        Self {
            targets: vec![target],
            sources: Vec::new(),
            fetches: 1,
            in_flight: 1,
            request: REQUEST.to_vec(),
            suffix: 0,
            cuts: Vec::new(),
            half_close: false,
            expected: [policy, b"\0"].concat(),
            fetch_deadline: Duration::from_secs(30),
            total_deadline: Duration::from_secs(120),
        }
    }
}
