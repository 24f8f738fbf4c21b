//! Traffic like Ruffle's, and more of it: bulk in large and in small frames, messages, connections.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use testkit::cpu;
use testkit::websocket::{BINARY, CLOSE, ResponseHead, WebSocketClient, frame};

use super::super::between::Between;
use super::super::relay::traffic::quantiles;
use super::super::relay::wish::{MESSAGE, Wish};

/// A large frame and a small one; a MiB is a multiple of both.
const LARGE: usize = 64 * 1024;
const SMALL: usize = 1024;

/// How much of each in a slice.
#[derive(Debug, Clone, Copy)]
pub(super) struct BridgeAmount {
    pub(super) mebibytes: u8,
    pub(super) messages: u32,
    pub(super) pings: u32,
    pub(super) connections: u32,
}

/// What one slice cost the bridge, in microseconds of CPU time.
#[derive(Debug, Clone, Copy)]
pub(in crate::bench) struct BridgeSlice {
    /// Per MiB from the client to the backend, in large frames.
    pub(super) up: f64,
    /// Per MiB from the backend to the client.
    pub(super) down: f64,
    /// Per MiB from the client to the backend, in small frames.
    pub(super) small: f64,
    /// Per message of 64 bytes there and back, many at a time.
    pub(super) message: f64,
    /// Per message of 64 bytes there and back, one at a time.
    pub(super) ping: f64,
    /// The wall times within which half, 99 % and 99.9 % of those messages are there and back.
    pub(super) ping_times: [f64; 3],
    /// MiB per second in large frames, to the backend and to the client.
    pub(super) rates: [f64; 2],
    /// Per connection, from its handshake to its end, with one message each way.
    pub(super) connection: f64,
}

impl BridgeSlice {
    /// Nothing was measured.
    pub(super) const NONE: Self = Self {
        up: f64::NAN,
        down: f64::NAN,
        small: f64::NAN,
        message: f64::NAN,
        ping: f64::NAN,
        ping_times: [f64::NAN; 3],
        rates: [f64::NAN; 2],
        connection: f64::NAN,
    };
}

/// Runs one slice of every kind of traffic through a bridge.
pub(super) fn slice(one: &Between, amount: BridgeAmount) -> Result<BridgeSlice> {
    let BridgeAmount {
        mebibytes,
        messages,
        pings,
        connections,
    } = amount;
    let (pid, to) = (one.pid, one.address);
    let (eighth, bulk) = (mebibytes / 8, u32::from(mebibytes));
    let (mut times, mut rates) = (Vec::new(), [f64::NAN; 2]);
    let [up_rate, down_rate] = &mut rates;
    Ok(BridgeSlice {
        up: cost(pid, bulk, || {
            rate(up_rate, bulk, || upload(to, mebibytes, LARGE))
        })
        .context("up")?,
        down: cost(pid, bulk, || {
            rate(down_rate, bulk, || download(to, mebibytes))
        })
        .context("down")?,
        rates,
        small: cost(pid, eighth.into(), || upload(to, eighth, SMALL)).context("small frames")?,
        message: cost(pid, messages, || talk(to, messages)).context("messages")?,
        ping: cost(pid, pings, || {
            times = ping(to, pings)?;
            Ok(())
        })
        .context("pings")?,
        ping_times: quantiles(times),
        connection: cost(pid, connections, || connect_often(to, connections))
            .context("connections")?,
    })
}

/// The CPU time for each of `count` items, of the bridge and of the processes that it has started for them.
fn cost(pid: u32, count: u32, action: impl FnOnce() -> Result<()>) -> Result<f64> {
    let spent = || Ok::<_, anyhow::Error>(cpu::time(pid)? + cpu::time_of_children(pid)?);
    let before = spent()?;
    action()?;
    let alone = || cpu::has_children(pid).is_ok_and(|any| !any);
    ensure!(
        testkit::until(Duration::from_secs(10), alone),
        "processes that the bridge started are still running"
    );
    Ok(spent()?.saturating_sub(before).as_secs_f64() * 1e6 / f64::from(count))
}

/// Measures how many of `count` items a second an action handles.
fn rate(rate: &mut f64, count: u32, action: impl FnOnce() -> Result<()>) -> Result<()> {
    let start = Instant::now();
    action()?;
    *rate = f64::from(count) / start.elapsed().as_secs_f64();
    Ok(())
}

fn open(to: SocketAddr, wish: Wish, more: &[u8]) -> Result<WebSocketClient> {
    let mut socket = WebSocketClient::open(to, "/", Some("http://a.test"))?;
    socket.say(&[&[wish.byte()], more].concat());
    Ok(socket)
}

/// As Ruffle does when a movie closes its socket.
fn ends(mut socket: WebSocketClient) {
    socket.send(&frame(CLOSE, &1000_u16.to_be_bytes()));
    // Other bridges close without an answer, or with another code.
    let mut stream = socket.into_stream();
    let _ = stream.read_to_end(&mut Vec::new());
}

fn upload(to: SocketAddr, mebibytes: u8, length: usize) -> Result<()> {
    let mut socket = open(to, Wish::Sink, &[mebibytes])?;
    let mebibyte = frame(BINARY, &vec![0x5a; length]).repeat((1 << 20) / length);
    for _ in 0..mebibytes {
        ensure!(socket.send(&mebibyte), "the socket accepts no more data");
    }
    socket.read(1)?;
    ends(socket);
    Ok(())
}

fn download(to: SocketAddr, mebibytes: u8) -> Result<()> {
    let mut socket = open(to, Wish::Source, &[mebibytes])?;
    let (mut heard, expected) = (0, usize::from(mebibytes) << 20);
    while heard < expected {
        let frame = socket.next_frame()?;
        if frame.first != BINARY {
            break;
        }
        heard += frame.payload.len();
    }
    // websockify drops what it has not sent yet when the server closes.
    ensure!(
        heard > expected * 9 / 10,
        "expected {expected} bytes, found {heard}"
    );
    ends(socket);
    Ok(())
}

fn talk(to: SocketAddr, messages: u32) -> Result<()> {
    let socket = open(to, Wish::Echo, &[])?;
    let mut writer = socket.into_stream();
    let mut reader = again(writer.try_clone()?)?;
    let batch = frame(BINARY, &[0x5a; MESSAGE]).repeat(100);
    thread::scope(|scope| {
        let sender = scope.spawn(|| (0..messages / 100).try_for_each(|_| writer.write_all(&batch)));
        reader.read(usize::try_from(messages / 100)? * 100 * MESSAGE)?;
        sender
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        ends(reader);
        Ok(())
    })
}

/// Sends one message after the other, and returns how long each took.
fn ping(to: SocketAddr, pings: u32) -> Result<Vec<Duration>> {
    let mut socket = open(to, Wish::Echo, &[])?;
    let once = |_| {
        let start = Instant::now();
        exchange(&mut socket)?;
        Ok(start.elapsed())
    };
    let times = (0..pings).map(once).collect::<Result<_>>()?;
    ends(socket);
    Ok(times)
}

/// A socket after its handshake.
fn again(stream: TcpStream) -> Result<WebSocketClient> {
    let response = ResponseHead {
        status: 101,
        head: String::new(),
        body: String::new(),
    };
    WebSocketClient::of(&response, stream)
}

fn connect_often(to: SocketAddr, connections: u32) -> Result<()> {
    for _ in 0..connections {
        let mut socket = open(to, Wish::Echo, &[])?;
        exchange(&mut socket)?;
        ends(socket);
    }
    Ok(())
}

fn exchange(socket: &mut WebSocketClient) -> Result<()> {
    socket.say(&[0x5a; MESSAGE]);
    let back = socket.read(MESSAGE)?;
    ensure!(
        back == [0x5a; MESSAGE],
        "expected the message, found other bytes"
    );
    Ok(())
}

/// Opens bridges that pass one message each way and then stay idle.
pub(super) fn open_idle(to: SocketAddr, count: u32) -> Result<Vec<WebSocketClient>> {
    (0..count)
        .map(|_| {
            let mut socket = open(to, Wish::Keep, &[])?;
            exchange(&mut socket)?;
            Ok(socket)
        })
        .collect()
}
