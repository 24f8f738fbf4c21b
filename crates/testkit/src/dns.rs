//! A name server that knows a test's own names, such as Docker's at 127.0.0.11.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context as _, Result};

/// How often the thread looks whether it must end.
const TICK: Duration = Duration::from_millis(50);

/// The largest question over UDP (RFC 1035, 4.2.1).
const DATAGRAM: usize = 512;

/// The length of a message's header.
const HEADER: usize = 12;

/// An IPv4 address record.
const A: u16 = 1;

/// A name server; it ends when dropped.
#[derive(Debug)]
pub struct NameServer {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl NameServer {
    /// Answers on port 53 of an address, in the namespace of the calling thread.
    pub fn start(address: Ipv4Addr, names: &[(&str, Ipv4Addr)]) -> Result<Self> {
        let socket = UdpSocket::bind(SocketAddr::from((address, 53)))
            .with_context(|| format!("can't bind port 53 of {address}"))?;
        socket.set_read_timeout(Some(TICK))?;
        let names = names
            .iter()
            .map(|&(name, ip)| (encoded(name), ip))
            .collect();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::Builder::new().spawn(move || serve(&socket, &names, &stopped))?;
        Ok(Self {
            stop,
            thread: Some(thread),
        })
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has already reported it on stderr; a destructor must not panic too.
            let _ = thread.join();
        }
    }
}

fn serve(socket: &UdpSocket, names: &HashMap<Vec<u8>, Ipv4Addr>, stopped: &AtomicBool) {
    let mut datagram = [0; DATAGRAM];
    while !stopped.load(Ordering::Acquire) {
        let Ok((length, client)) = socket.recv_from(&mut datagram) else {
            continue;
        };
        let question = datagram.get(..length).unwrap_or_default();
        if let Some(answer) = answer(question, names) {
            // A client that is gone asks again, or doesn't need the answer.
            let _ = socket.send_to(&answer, client);
        }
    }
}

/// The answer to a question, which is repeated in it (RFC 1035, 4.1).
fn answer(question: &[u8], names: &HashMap<Vec<u8>, Ipv4Addr>) -> Option<Vec<u8>> {
    let asked = question.get(HEADER..)?;
    let name_length = asked.iter().position(|&byte| byte == 0)? + 1;
    let (name, kind) = asked.split_at_checked(name_length)?;
    let kind = u16::from_be_bytes(kind.get(..2)?.try_into().ok()?);
    let known = names.get(&name.to_ascii_lowercase());
    let addresses = known.filter(|_| kind == A);
    // A response; NXDOMAIN if the name is unknown; one question; no other sections.
    let code = if known.is_some() { 0 } else { 3 };
    let mut answer = question.get(..2)?.to_vec();
    answer.extend([
        0x85,
        0x80 | code,
        0,
        1,
        0,
        u8::from(addresses.is_some()),
        0,
        0,
        0,
        0,
    ]);
    answer.extend(asked.get(..name_length + 4)?);
    if let Some(address) = addresses {
        // The name of the question, class IN, ten seconds, four bytes.
        answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 10, 0, 4]);
        answer.extend(address.octets());
    }
    Some(answer)
}

/// A name as a message contains it.
fn encoded(name: &str) -> Vec<u8> {
    let mut encoded = Vec::new();
    for label in name.split('.') {
        encoded.extend(u8::try_from(label.len()));
        encoded.extend(label.bytes());
    }
    encoded.push(0);
    encoded
}
