//! Plug-ins that read a policy in their own way: Unity's web player and Silverlight, from their documents and published
//! code.
//!
//! They are no more patient than the originals: what they have not read when they stop is lost.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use crate::load::REQUEST;

/// How a plug-in fetches a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlugIn {
    /// Sends the 23 bytes of a Flash player, receives once into 5,000 bytes, and closes.
    ///
    /// Source: `SocketPolicyClient.cs` of Unity's Mono. Its limit of 3 s is for the connect, which no server can help, and
    /// is left out.
    Unity,
    /// Sends 22 bytes, reads 256 bytes at a time until a short read, and waits for the close.
    ///
    /// Sources: `CrossDomainPolicyManager.cs` of Mono; Microsoft's sample servers, which close after the file.
    Silverlight,
}

/// The most that Unity receives.
const UNITY_BUFFER: usize = 5_000;

/// The most that Silverlight reads at once.
const SILVERLIGHT_CHUNK: usize = 256;

impl PlugIn {
    /// Fetches once, and returns what the plug-in takes for the policy. Each step has this limit.
    ///
    /// # Errors
    ///
    /// If the connection fails or does not end as the plug-in expects.
    pub fn fetch(self, address: SocketAddr, patience: Duration) -> io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect_timeout(&address, patience)?;
        stream.set_read_timeout(Some(patience))?;
        match self {
            Self::Unity => unity(&mut stream),
            Self::Silverlight => silverlight(&mut stream),
        }
    }

    /// Fetches this often, from many clients at once.
    pub fn fetch_often(
        self,
        (address, patience): (SocketAddr, Duration),
        expected: &[u8],
        fetches: u64,
    ) -> PlugInReport {
        let next = AtomicU64::new(0);
        let fetch = || {
            let mut report = PlugInReport::default();
            while next.fetch_add(1, Ordering::Relaxed) < fetches {
                let start = Instant::now();
                report.note(self.fetch(address, patience), expected, start.elapsed());
            }
            report
        };
        thread::scope(|scope| {
            let clients: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(fetch)).collect();
            let report = |client: ScopedJoinHandle<'_, PlugInReport>| {
                client.join().unwrap_or_else(|panic| resume_unwind(panic))
            };
            let reports = clients.into_iter().map(report);
            reports.fold(PlugInReport::default(), PlugInReport::and)
        })
    }
}

/// The clients at once.
const AT_ONCE: usize = 128;

/// The results of many fetches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlugInReport {
    /// Fetches that returned the policy.
    pub whole: u64,
    /// Fetches that returned something else.
    pub partial: u64,
    /// Fetches that failed.
    pub failed: u64,
    /// The longest fetch.
    pub longest: Duration,
}

impl PlugInReport {
    /// All fetches that did not return the policy.
    pub fn lost(self) -> u64 {
        self.partial + self.failed
    }

    fn note(&mut self, fetched: io::Result<Vec<u8>>, expected: &[u8], took: Duration) {
        let count = match fetched {
            Ok(bytes) if bytes == expected => &mut self.whole,
            Ok(_) => &mut self.partial,
            Err(_) => &mut self.failed,
        };
        *count += 1;
        self.longest = self.longest.max(took);
    }

    fn and(self, other: Self) -> Self {
        Self {
            whole: self.whole + other.whole,
            partial: self.partial + other.partial,
            failed: self.failed + other.failed,
            longest: self.longest.max(other.longest),
        }
    }
}

fn unity(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    stream.write_all(REQUEST)?;
    let mut buffer = vec![0; UNITY_BUFFER];
    let count = stream.read(&mut buffer)?;
    buffer.truncate(count);
    Ok(buffer)
}

fn silverlight(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let [request @ .., _nul] = REQUEST;
    stream.write_all(request)?;
    let mut policy = Vec::new();
    loop {
        let mut chunk = [0; SILVERLIGHT_CHUNK];
        let count = stream.read(&mut chunk)?;
        policy.extend(chunk.iter().take(count));
        if count < chunk.len() {
            break;
        }
    }
    match stream.read(&mut [0])? {
        0 => Ok(policy),
        _ => Err(ErrorKind::InvalidData.into()),
    }
}
