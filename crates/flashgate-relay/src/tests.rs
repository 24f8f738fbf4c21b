//! Relays over real sockets on 127.0.0.1. The peers on both sides are blocking threads.

mod cost;
mod ends;
mod exact;
mod waits;

use std::io::{ErrorKind, Read};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use super::{Preface, Relay, RelayReport, RelayTimeouts, Stop};

const TIMEOUTS: RelayTimeouts = RelayTimeouts {
    half_open: Duration::from_secs(60),
    idle: None,
};

/// Far longer than any step here takes, so that a test that hangs fails and says where.
const PATIENCE: Duration = Duration::from_secs(60);

/// Two connected sockets. `buffers` limits what the kernel may buffer for each.
fn pair(buffers: Option<usize>) -> (TcpStream, TcpStream) {
    buffered(buffers, buffers)
}

/// Like `pair`, with one size for what the first socket sends and another for what it receives.
fn buffered(sent: Option<usize>, received: Option<usize>) -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let near = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    if let Some(size) = sent {
        socket2::SockRef::from(&listener)
            .set_recv_buffer_size(size)
            .unwrap();
        near.set_send_buffer_size(size).unwrap();
    }
    if let Some(size) = received {
        near.set_recv_buffer_size(size).unwrap();
    }
    near.connect(&listener.local_addr().unwrap().into())
        .unwrap();
    let (far, _) = listener.accept().unwrap();
    if let Some(size) = received {
        socket2::SockRef::from(&far)
            .set_send_buffer_size(size)
            .unwrap();
    }
    (near.into(), far)
}

/// A socket that is registered with tokio, for a relay.
fn registered(stream: TcpStream) -> tokio::net::TcpStream {
    stream.set_nonblocking(true).unwrap();
    super::prepare(&stream);
    tokio::net::TcpStream::from_std(stream).unwrap()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// Runs a relay between two peers, which get their sockets. Returns the relay's report.
#[track_caller]
fn relay(
    timeouts: RelayTimeouts,
    peers: impl FnOnce(TcpStream, TcpStream) + Send + 'static,
) -> RelayReport {
    relay_with(timeouts, None, &Stop::default(), peers)
}

/// Like `relay`, with `buffers` for what the kernel may buffer on the backend's side.
#[track_caller]
fn relay_with(
    timeouts: RelayTimeouts,
    buffers: Option<usize>,
    stop: &Stop,
    peers: impl FnOnce(TcpStream, TcpStream) + Send + 'static,
) -> RelayReport {
    let (client, near) = pair(None);
    let (far, backend) = pair(buffers);
    for peer in [&client, &backend] {
        peer.set_read_timeout(Some(PATIENCE)).unwrap();
        peer.set_write_timeout(Some(PATIENCE)).unwrap();
    }
    let peers = thread::spawn(move || peers(client, backend));
    let report = runtime().block_on(async {
        let relay = Relay::new(
            registered(near),
            registered(far),
            Preface::default(),
            timeouts,
            stop,
        );
        tokio::time::timeout(PATIENCE, relay)
            .await
            .expect("the relay did not end")
    });
    peers.join().unwrap();
    report
}

/// Makes the close of this socket a reset.
#[expect(clippy::needless_pass_by_value, reason = "it ends here")]
fn reset(stream: TcpStream) {
    socket2::SockRef::from(&stream)
        .set_linger(Some(Duration::ZERO))
        .unwrap();
}

/// Ends its own side, if the connection still exists.
fn end(stream: &TcpStream) {
    let _ = stream.shutdown(Shutdown::Write);
}

/// Reads to the end of the stream, or returns the error.
fn read_to_end(mut stream: &TcpStream) -> Result<Vec<u8>, (Vec<u8>, ErrorKind)> {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err((bytes, error.kind())),
    }
}
