//! A process without file descriptors. This test has a program of its own, because the limit is the process's.

#![cfg(all(test, unix))]

use std::fs::File;
use std::io::Write as _;
use std::net::TcpStream;
use std::os::fd::AsRawFd as _;
use std::time::Duration;

use flash_policy::{Policy, Reply};
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::time::timeout;
use tokio_flash_policy::{AcceptConfig, Listener, Timing};

/// The oldest clients are dropped until there is a descriptor for the one that has something to say.
#[tokio::test]
async fn a_lack_of_descriptors_passes() {
    let hour = Duration::from_secs(3600);
    let config = AcceptConfig::new(Reply::new(&Policy::new()).unwrap())
        .timing(Timing::default().request(hour));
    let mut listener = Listener::bind("127.0.0.1:0", config.into()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let clients: Vec<_> = (0..12)
        .map(|_| TcpStream::connect(address).unwrap())
        .collect();
    let mut last = clients.last().unwrap();
    last.write_all(b"LOGIN").unwrap();

    let next = File::open("/dev/null").unwrap().as_raw_fd();
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = Some(u64::try_from(next).unwrap() + 4);
    setrlimit(Resource::Nofile, limit).unwrap();
    let arrived = timeout(Duration::from_secs(60), listener.accept()).await;
    let (stream, address) = arrived.expect("the last client in time");
    assert_eq!(address, last.local_addr().unwrap());
    assert_eq!(stream.unread(), b"LOGIN");
}
