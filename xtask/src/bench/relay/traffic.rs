//! Traffic like a game's, and more of it: bulk, messages, connections. Every answer is checked.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use testkit::cpu;

use super::wish::{MESSAGE, PIECE, Wish};

/// How many connections are opened at a time.
const CONNECTING: u32 = 4;
/// The time limit for any single answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// How much of each in a slice.
#[derive(Debug, Clone, Copy)]
pub(super) struct RelayAmount {
    pub(super) mebibytes: u8,
    pub(super) messages: u32,
    pub(super) connections: u32,
}

/// What one slice cost the relay, in microseconds.
#[derive(Debug, Clone, Copy)]
pub(in crate::bench) struct RelaySlice {
    /// CPU time per MiB from the client to the backend.
    pub(super) up: f64,
    /// CPU time per MiB from the backend to the client.
    pub(super) down: f64,
    /// MiB per second, to the backend and to the client.
    pub(super) rates: [f64; 2],
    /// CPU time per message there and back.
    pub(super) message: f64,
    /// The times within which half, 99 % and 99.9 % of the messages are there and back.
    pub(super) message_times: [f64; 3],
    /// CPU time per connection, from connect to a clean close.
    pub(super) connection: f64,
    /// The times within which half, 99 % and 99.9 % of the connections are made, used and cleanly closed.
    pub(super) connection_times: [f64; 3],
}

impl RelaySlice {
    /// Nothing was measured.
    pub(super) const NONE: Self = Self {
        up: f64::NAN,
        down: f64::NAN,
        rates: [f64::NAN; 2],
        message: f64::NAN,
        message_times: [f64::NAN; 3],
        connection: f64::NAN,
        connection_times: [f64::NAN; 3],
    };
}

/// Runs one slice of every kind of traffic through a relay.
pub(super) fn slice(pid: u32, to: SocketAddr, amount: RelayAmount) -> Result<RelaySlice> {
    let RelayAmount {
        mebibytes,
        messages,
        connections,
    } = amount;
    let (mut times, mut connection_times) = (Vec::new(), Vec::new());
    let bulk = u32::from(mebibytes);
    let (up, up_rate) = timed(pid, bulk, || upload(to, mebibytes)).context("bulk up")?;
    let (down, down_rate) = timed(pid, bulk, || download(to, mebibytes)).context("bulk down")?;
    Ok(RelaySlice {
        up,
        down,
        rates: [up_rate, down_rate],
        message: cost(pid, messages, || {
            times = talk(to, messages)?;
            Ok(())
        })
        .context("messages")?,
        message_times: quantiles(times),
        // A relay that loses connections has no figure for them.
        connection: cost(pid, connections, || {
            connection_times = connect_often(to, connections)?;
            Ok(())
        })
        .unwrap_or(f64::NAN),
        connection_times: quantiles(connection_times),
    })
}

/// Microseconds within which half, 99 % and 99.9 % were done.
pub(in crate::bench) fn quantiles(mut times: Vec<Duration>) -> [f64; 3] {
    times.sort();
    [500, 990, 999].map(|permille| {
        let rank = (times.len() * permille).div_ceil(1000).saturating_sub(1);
        times
            .get(rank)
            .map_or(f64::NAN, |time| time.as_secs_f64() * 1e6)
    })
}

/// The relay's CPU time for each of `count` items, and the items per second.
fn timed(pid: u32, count: u32, action: impl FnOnce() -> Result<()>) -> Result<(f64, f64)> {
    let start = Instant::now();
    let cost = cost(pid, count, action)?;
    Ok((cost, f64::from(count) / start.elapsed().as_secs_f64()))
}

/// The relay's CPU time for each of `count` items.
fn cost(pid: u32, count: u32, action: impl FnOnce() -> Result<()>) -> Result<f64> {
    let before = cpu::time(pid)?;
    action()?;
    let spent = cpu::time(pid)?.saturating_sub(before);
    Ok(spent.as_secs_f64() * 1e6 / f64::from(count))
}

fn open(to: SocketAddr, wish: Wish) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(to)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(&[wish.byte()])?;
    Ok(stream)
}

fn ends(mut stream: TcpStream) -> Result<()> {
    let rest = stream.read(&mut [0])?;
    ensure!(rest == 0, "expected the end of the stream, found bytes");
    Ok(())
}

fn upload(to: SocketAddr, mebibytes: u8) -> Result<()> {
    let mut stream = open(to, Wish::Sink)?;
    // Sent before the bulk, because sslh closes both directions at a half-close.
    stream.write_all(&[mebibytes])?;
    let piece = vec![0x5a; PIECE];
    for _ in 0..usize::from(mebibytes) * (1 << 20) / PIECE {
        stream.write_all(&piece)?;
    }
    stream.read_exact(&mut [0])?;
    stream.shutdown(Shutdown::Write)?;
    ends(stream)
}

fn download(to: SocketAddr, mebibytes: u8) -> Result<()> {
    let mut stream = open(to, Wish::Source)?;
    stream.write_all(&[mebibytes])?;
    let mut piece = vec![0; PIECE];
    let mut total = 0;
    loop {
        let count = stream.read(&mut piece)?;
        total += count;
        if count == 0 {
            break;
        }
    }
    let expected = usize::from(mebibytes) << 20;
    ensure!(
        total == expected,
        "expected {expected} bytes, found {total}"
    );
    Ok(())
}

/// Sends one message after the other, and returns how long each took.
fn talk(to: SocketAddr, messages: u32) -> Result<Vec<Duration>> {
    let mut stream = open(to, Wish::Echo)?;
    let once = |_| {
        let start = Instant::now();
        exchange(&mut stream)?;
        Ok(start.elapsed())
    };
    let times = (0..messages).map(once).collect::<Result<_>>()?;
    stream.shutdown(Shutdown::Write)?;
    ends(stream)?;
    Ok(times)
}

fn exchange(stream: &mut TcpStream) -> Result<()> {
    let (message, mut back) = ([0x5a; MESSAGE], [0; MESSAGE]);
    stream.write_all(&message)?;
    stream.read_exact(&mut back)?;
    ensure!(back == message, "expected the message, found other bytes");
    Ok(())
}

/// Opens, uses and closes connections, some at a time, and returns how long each took.
fn connect_often(to: SocketAddr, connections: u32) -> Result<Vec<Duration>> {
    let once = |_| {
        let start = Instant::now();
        let mut stream = open(to, Wish::Echo)?;
        exchange(&mut stream)?;
        stream.shutdown(Shutdown::Write)?;
        ends(stream)?;
        Ok(start.elapsed())
    };
    let share = || (0..connections / CONNECTING).map(once).collect();
    let shares: Vec<Vec<_>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..CONNECTING).map(|_| scope.spawn(share)).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, Result<_>>| {
            thread
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().map(join).collect::<Result<_>>()
    })?;
    Ok(shares.concat())
}

/// Opens relays that pass one message each way and then stay idle.
pub(super) fn open_idle(to: SocketAddr, count: u32) -> Result<Vec<TcpStream>> {
    (0..count)
        .map(|_| {
            let mut stream = open(to, Wish::Keep)?;
            exchange(&mut stream)?;
            Ok(stream)
        })
        .collect()
}
