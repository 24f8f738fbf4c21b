//! The acceptor with clients on a simulated network: every connection ends within its limits, in the whole reply, in an
//! error, or as a stream that lacks no byte.
//!
//! Time is tokio's paused clock.

#![cfg(test)]

use std::collections::VecDeque;
use std::io::{Error, ErrorKind, Result};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use flash_policy::{Policy, REQUEST, Reply};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until, timeout};
use tokio_flash_policy::{AcceptConfig, Accepted, HttpDetection, Linger, PolicyAcceptor, Timing};

/// A generator of numbers from a seed, so that a failure can be repeated (Steele, Lea, Flood: `SplitMix`).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }

    /// How long something takes: usually little, sometimes long enough to reach a limit.
    fn delay(&mut self) -> Duration {
        let most = self.one_of(&[1, 50, 400, 4000, 12_000]);
        Duration::from_millis(self.below(most))
    }
}

/// What arrives from the client.
#[derive(Debug)]
enum Arrival {
    Bytes(Vec<u8>),
    Fin,
    Reset,
}

/// The server's end of a connection. What arrives is known from the start, so a seed describes all of it.
#[derive(Debug)]
struct Simulated {
    arriving: VecDeque<(Instant, Arrival)>,
    /// When the client makes room, and for how many bytes.
    room: VecDeque<(Instant, usize)>,
    reading: Pin<Box<Sleep>>,
    writing: Pin<Box<Sleep>>,
    sent: Arc<Mutex<Sent>>,
}

/// What the server sent.
#[derive(Debug, Default)]
struct Sent {
    bytes: Vec<u8>,
    is_ended: bool,
}

impl Simulated {
    fn is_reset(&self) -> bool {
        let now = Instant::now();
        let mut all = self.arriving.iter();
        all.any(|(at, arrival)| *at <= now && matches!(arrival, Arrival::Reset))
    }
}

fn reset<T>() -> Poll<Result<T>> {
    Poll::Ready(Err(Error::from(ErrorKind::ConnectionReset)))
}

impl AsyncRead for Simulated {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        room: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let Some((at, _)) = self.arriving.front() else {
            // A cut: nothing arrives any more.
            return Poll::Pending;
        };
        let at = *at;
        self.reading.as_mut().reset(at);
        ready!(self.reading.as_mut().poll(context));
        match &mut self.arriving[0].1 {
            Arrival::Fin => return Poll::Ready(Ok(())),
            Arrival::Reset => return reset(),
            Arrival::Bytes(bytes) => {
                let count = bytes.len().min(room.remaining());
                room.put_slice(&bytes[..count]);
                bytes.drain(..count);
                if !bytes.is_empty() {
                    return Poll::Ready(Ok(()));
                }
            }
        }
        self.arriving.pop_front();
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Simulated {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        if self.is_reset() {
            return reset();
        }
        let Some((at, room)) = self.room.front_mut() else {
            return Poll::Pending;
        };
        let (at, count) = (*at, bytes.len().min(*room));
        if at > Instant::now() {
            self.writing.as_mut().reset(at);
            ready!(self.writing.as_mut().poll(context));
        }
        self.room[0].1 -= count;
        if self.room[0].1 == 0 {
            self.room.pop_front();
        }
        self.sent.lock().unwrap().bytes.extend(&bytes[..count]);
        Poll::Ready(Ok(count))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
        if self.is_reset() {
            return reset();
        }
        self.sent.lock().unwrap().is_ended = true;
        Poll::Ready(Ok(()))
    }
}

/// A client, and all bytes that arrive from it.
fn client(random: &mut Random) -> (Simulated, Vec<u8>, Arc<Mutex<Sent>>) {
    let opening = random.one_of(&[
        &REQUEST[..],
        REQUEST,
        &REQUEST[..22],
        &REQUEST[..9],
        b"<policy-file-request />\r\n",
        b"LOGIN guest",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01",
        b"",
    ]);
    let behind = random.one_of(&[0, 0, 1, 23, 5000]);
    let bytes = [opening, &vec![b'x'; behind]].concat();
    let mut at = Instant::now();
    let mut arriving = VecDeque::new();
    let mut rest = &bytes[..];
    while !rest.is_empty() {
        at += random.delay() / 4;
        let count = random.one_of(&[1, 7, 22, 23, 1460]).min(rest.len());
        arriving.push_back((at, Arrival::Bytes(rest[..count].to_vec())));
        rest = &rest[count..];
        if random.below(20) == 0 {
            break;
        }
    }
    at += random.delay();
    match random.below(4) {
        0 => {}
        1 => arriving.push_back((at, Arrival::Reset)),
        _ => arriving.push_back((at, Arrival::Fin)),
    }
    let arrived = bytes[..bytes.len() - rest.len()].to_vec();
    let mut at = Instant::now();
    let room = (0..random.below(40)).map(|_| {
        at += random.delay() / 8;
        (at, random.one_of(&[1, 50, 100_000]))
    });
    let sent = Arc::default();
    let stream = Simulated {
        arriving,
        room: room.collect(),
        reading: Box::pin(sleep_until(at)),
        writing: Box::pin(sleep_until(at)),
        sent: Arc::clone(&sent),
    };
    (stream, arrived, sent)
}

fn config(random: &mut Random) -> AcceptConfig {
    let config = AcceptConfig::new(reply());
    let second = Duration::from_secs(1);
    match random.below(6) {
        0 => config.timing(Timing::default().request(2 * second)),
        1 => config.timing(Timing::default().silence(second / 5)),
        2 => config.timing(Timing::default().http(HttpDetection::On)),
        3 => config.linger(Linger::default().bytes(30)),
        4 => config.total(5 * second).write_limit(second),
        _ => config,
    }
}

fn reply() -> Reply {
    Reply::new(&Policy::new()).unwrap()
}

#[derive(Debug, Default)]
struct Tally {
    replies: u64,
    streams: u64,
    errors: u64,
}

async fn run(seed: u64, tally: &mut Tally) {
    let random = &mut Random(seed);
    let config = config(random);
    // A reply that is finished at its deadline has the same time again for the end of the stream.
    let limit = config.longest() + config.write_limit;
    let (stream, arrived, sent) = client(random);
    let acceptor = PolicyAcceptor::from(config);
    let accepted = timeout(limit, acceptor.accept(stream)).await;
    let accepted = accepted.unwrap_or_else(|_| panic!("seed {seed}: it hangs"));
    let reply = reply();
    match accepted {
        Ok(Accepted::Answered(_)) => {
            let sent = sent.lock().unwrap();
            assert!(
                sent.is_ended && sent.bytes == reply.as_bytes(),
                "seed {seed}"
            );
            tally.replies += 1;
        }
        Ok(Accepted::Stream(mut stream, _)) => {
            assert!(sent.lock().unwrap().bytes.is_empty(), "seed {seed}");
            // All that arrives, arrives.
            let mut heard = Vec::new();
            let hour = Duration::from_secs(3600);
            let end = timeout(hour, stream.read_to_end(&mut heard)).await;
            assert_eq!(heard, arrived, "seed {seed}: {end:?}");
            tally.streams += 1;
        }
        Err(_) => {
            let sent = sent.lock().unwrap();
            assert!(reply.as_bytes().starts_with(&sent.bytes), "seed {seed}");
            tally.errors += 1;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_connection_ends() {
    let seeds = 10_000;
    let mut tally = Tally::default();
    for seed in 0..seeds {
        run(seed, &mut tally).await;
    }
    let Tally {
        replies,
        streams,
        errors,
    } = tally;
    // A network that never lets a reply pass, or always does, would test nothing.
    assert!(replies.min(streams).min(errors) > seeds / 20, "{tally:?}");
    // `cargo xtask prove` looks for this line.
    println!(
        "figure R35-tokio: {seeds} seeds, {replies} whole replies, {streams} whole streams, {errors} errors, 0 hung"
    );
}
