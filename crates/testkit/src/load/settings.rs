//! What a load consists of: data only.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// What a Flash client sends: 22 bytes and a NUL.
pub const REQUEST: &[u8; 23] = b"<policy-file-request/>\0";

/// What to fetch, how often, and how.
#[derive(Debug, Clone)]
pub struct Load {
    /// Servers, taken in turn.
    pub targets: Vec<SocketAddr>,
    /// Addresses to connect from, taken in turn; if empty, the kernel chooses.
    ///
    /// One address has some 28,000 ports, each of which is unavailable for a while whenever the client closes first.
    pub sources: Vec<Ipv4Addr>,
    /// The number of fetches in total.
    pub fetches: u64,
    /// The number of fetches at a time.
    pub in_flight: usize,
    /// What to send first; if empty, the client sends nothing and only waits for the end of the stream.
    pub request: Vec<u8>,
    /// How many bytes to send after the request: the request repeated, so that 23 make a second request.
    pub suffix: usize,
    /// Where to cut the sent bytes into pieces; each is a position counted from the first byte.
    pub cuts: Vec<usize>,
    /// Whether to shut down the sending side after the last byte.
    pub half_close: bool,
    /// The exact reply.
    pub expected: Vec<u8>,
    /// How long one fetch may take.
    pub fetch_deadline: Duration,
    /// The time limit for the whole load; fetches that are not done by then count as unfinished.
    pub total_deadline: Duration,
}

impl Load {
    /// A single plain fetch of a policy, whose reply is the policy and one NUL. Set other fields as needed.
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
