//! Everything arrives: every byte, in order, in both directions, and then the end.

use std::future::poll_fn;
use std::hash::{DefaultHasher, Hasher};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::pin::Pin;
use std::task::Poll;
use std::thread;

use tokio::io::Interest;

use super::super::turn::TURN;
use super::super::{Preface, Relay, RelayEnd, RelayReport, Stop, pipe};
use super::ends::fill;
use super::{TIMEOUTS, end, pair, read_to_end, registered, relay, relay_with, reset, runtime};

const MIB: u64 = 1024 * 1024;

/// Pseudo-random numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A size. Small sizes are as frequent as large ones.
    fn size(&mut self) -> usize {
        let largest = 1 << (self.next() % 20);
        usize::try_from(1 + self.next() % largest).unwrap()
    }
}

/// Sends `total` bytes in pieces of all sizes, then the end. Returns their hash.
fn send(mut stream: &TcpStream, total: u64, seed: u64) -> u64 {
    let mut random = Random(seed);
    let mut hash = DefaultHasher::new();
    let mut piece = vec![0; 1 << 20];
    let mut left = total;
    while left > 0 {
        let size = random.size().min(usize::try_from(left).unwrap());
        for word in piece[..size].chunks_mut(512) {
            let number = random.next().to_ne_bytes();
            let length = word.len().min(8);
            word[..length].copy_from_slice(&number[..length]);
        }
        stream.write_all(&piece[..size]).unwrap();
        hash.write(&piece[..size]);
        left -= size as u64;
    }
    end(stream);
    hash.finish()
}

/// Reads in pieces of all sizes to the end, sometimes after a pause. Returns the hash and the number of bytes.
fn receive(mut stream: &TcpStream, seed: u64) -> (u64, u64) {
    let mut random = Random(seed);
    let mut hash = DefaultHasher::new();
    let mut piece = vec![0; 1 << 20];
    let mut total = 0;
    loop {
        if random.next().is_multiple_of(64) {
            (0..random.next() % 2_000).for_each(|_| thread::yield_now());
        }
        let size = random.size();
        let count = stream.read(&mut piece[..size]).unwrap();
        if count == 0 {
            return (hash.finish(), total);
        }
        hash.write(&piece[..count]);
        total += count as u64;
    }
}

#[test]
fn two_hundred_mebibytes_each_way_arrive_as_they_were_sent() {
    let total = 200 * MIB;
    let report = relay(TIMEOUTS, move |client, backend| {
        let both = |stream: TcpStream, seed| {
            let reader = stream.try_clone().unwrap();
            let sent = thread::spawn(move || send(&stream, total, seed));
            let received = thread::spawn(move || receive(&reader, seed + 1));
            (sent, received)
        };
        let (up_sent, down_received) = both(client, 11);
        let (down_sent, up_received) = both(backend, 22);
        let up = (up_sent.join().unwrap(), total);
        assert_eq!(up_received.join().unwrap(), up);
        let down = (down_sent.join().unwrap(), total);
        assert_eq!(down_received.join().unwrap(), down);
    });
    let expected = RelayReport {
        end: RelayEnd::Clean,
        from_client: total,
        from_backend: total,
        // Depends on timing.
        backend_ended_first: report.backend_ended_first,
    };
    assert_eq!(report, expected);
}

/// Small kernel buffers, so that every kind of partial write occurs.
#[test]
fn back_pressure_loses_nothing() {
    let total = 8 * MIB;
    let report = relay_with(
        TIMEOUTS,
        Some(4_096),
        &Stop::default(),
        move |client, backend| {
            let sender = thread::spawn(move || send(&client, total, 5));
            let received = receive(&backend, 6);
            drop(backend);
            assert_eq!(received, (sender.join().unwrap(), total));
        },
    );
    assert_eq!((report.end, report.from_client), (RelayEnd::Clean, total));
}

/// The end may be announced together with the last bytes, and never again.
#[test]
fn an_end_right_behind_the_bytes_is_passed_on() {
    for size in [1, 65_535, 65_536, 65_537, 256 * 1024, 1 << 20] {
        for _ in 0..50 {
            let report = relay(TIMEOUTS, move |mut client, backend| {
                let sender = thread::spawn(move || {
                    client.write_all(&vec![7; size]).unwrap();
                    end(&client);
                    assert_eq!(read_to_end(&client).unwrap(), b"");
                });
                assert_eq!(read_to_end(&backend).unwrap().len(), size);
                drop(backend);
                sender.join().unwrap();
            });
            assert_eq!(report.end, RelayEnd::Clean);
        }
    }
}

/// No event announces what the client sent before the relay began, if its opening was read in the meantime.
#[test]
fn what_was_queued_before_is_found() {
    runtime().block_on(async {
        let (mut client, near) = pair(None);
        let (far, mut backend) = pair(None);
        let near = registered(near);
        let far = registered(far);
        client.write_all(b"more").unwrap();
        backend.write_all(b"greeting").unwrap();
        // The state that a look at the first bytes may leave: the event is used up, but the bytes are not.
        near.readable().await.unwrap();
        let nothing = || Err::<(), _>(ErrorKind::WouldBlock.into());
        near.try_io(Interest::READABLE, nothing).unwrap_err();
        let preface = Preface {
            header: b"PROXY UNKNOWN\r\n",
            bytes: b"first ",
        };
        let relay = Relay::new(near, far, preface, TIMEOUTS, &Stop::default());
        let peers = thread::spawn(move || {
            let mut greeting = [0; 8];
            client.read_exact(&mut greeting).unwrap();
            assert_eq!(&greeting, b"greeting");
            let mut all = [0; 25];
            backend.read_exact(&mut all).unwrap();
            assert_eq!(&all, b"PROXY UNKNOWN\r\nfirst more");
            end(&client);
            end(&backend);
            assert_eq!(read_to_end(&backend).unwrap(), b"");
        });
        let report = relay.await;
        peers.join().unwrap();
        let expected = RelayReport {
            end: RelayEnd::Clean,
            from_client: 10,
            from_backend: 8,
            backend_ended_first: report.backend_ended_first,
        };
        assert_eq!(report, expected);
    });
}

/// The backend gets the opening even if the client has already ended or reset its connection.
#[test]
fn the_opening_comes_before_what_has_happened_since() {
    runtime().block_on(async {
        let first = b"first".to_vec();
        let ended = Ok(first.clone());
        let has_reset = Err((first, ErrorKind::ConnectionReset));
        for expected in [ended, has_reset] {
            let (client, near) = pair(None);
            let (far, backend) = pair(None);
            let client = if expected.is_ok() {
                end(&client);
                Some(client)
            } else {
                reset(client);
                None
            };
            let preface = Preface {
                header: b"",
                bytes: b"first",
            };
            let (near, far) = (registered(near), registered(far));
            let relay = Relay::new(near, far, preface, TIMEOUTS, &Stop::default());
            let peer = thread::spawn(move || {
                let read = read_to_end(&backend);
                drop(client);
                read
            });
            let report = relay.await;
            assert_eq!(report.from_client, 5);
            assert_eq!(peer.join().unwrap(), expected);
        }
    });
}

/// An urgent byte is forwarded like any other, and does not stop the bytes after it.
#[test]
fn urgent_bytes_are_passed_on() {
    let report = relay(TIMEOUTS, |mut client, backend| {
        let urgent = |byte: &[u8]| {
            socket2::SockRef::from(&client)
                .send_out_of_band(byte)
                .unwrap();
        };
        let mut expected = vec![1; 300_000];
        (&client).write_all(&expected).unwrap();
        urgent(b"!");
        (&client).write_all(b"after").unwrap();
        urgent(b"?");
        end(&client);
        expected.extend(b"!after?");
        assert_eq!(read_to_end(&backend).unwrap(), expected);
        drop(backend);
        assert_eq!(client.read(&mut [0; 9]).unwrap(), 0);
    });
    assert_eq!((report.end, report.from_client), (RelayEnd::Clean, 300_007));
}

/// A relay with more to do lets other tasks run first.
#[test]
fn a_turn_is_short() {
    let (client, near) = pair(None);
    let (far, backend) = pair(None);
    let most = TURN + pipe::CAPACITY;
    let queued = fill(&client);
    assert!(
        queued > 3 * most / 2,
        "{queued} bytes are too few for this test"
    );
    runtime().block_on(async {
        let (near, far) = (registered(near), registered(far));
        let mut relay = Relay::new(near, far, Preface::default(), TIMEOUTS, &Stop::default());
        poll_fn(|context| Poll::Ready(Pin::new(&mut relay).poll(context).is_ready())).await;
        assert!((1..=most).contains(&waiting(&backend)));
        // It then continues where it was.
        drop(client);
        let reader = thread::spawn(move || read_to_end(&backend).unwrap().len());
        assert_eq!(relay.await.end, RelayEnd::Clean);
        assert_eq!(reader.join().unwrap(), queued);
    });
}

/// How many bytes can be read from a socket now, without reading them.
fn waiting(stream: &TcpStream) -> usize {
    let mut bytes = vec![0; 16 << 20];
    stream.peek(&mut bytes).unwrap()
}
