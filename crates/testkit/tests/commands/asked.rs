//! A stand-in for `[admin]` that answers badly.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// What it does with each connection once it has read the request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Manner {
    /// Answers with these bytes and closes.
    Answer(&'static str),
    /// Answers with these bytes and keeps the connection open.
    AnswerAndStay(&'static str),
    /// Sends these bytes without end, one each 100 ms.
    Drip(&'static str),
}

/// Serves one connection, and returns its address.
pub(crate) fn start(manner: Manner) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (connection, _) = listener.accept().unwrap();
        let open = serve(manner, connection);
        // It stays open for as long as the test runs.
        while open.is_some() {
            thread::park();
        }
    });
    address
}

/// Returns the connection if it stays open.
fn serve(manner: Manner, mut connection: TcpStream) -> Option<TcpStream> {
    // The client's own deadline is far shorter.
    connection
        .set_read_timeout(Some(Duration::from_secs(10)))
        .ok()?;
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if connection.read(&mut byte).ok()? == 0 {
            return None;
        }
        request.extend(byte);
    }
    match manner {
        Manner::Answer(text) => {
            connection.write_all(text.as_bytes()).ok()?;
            None
        }
        Manner::AnswerAndStay(text) => {
            connection.write_all(text.as_bytes()).ok()?;
            Some(connection)
        }
        Manner::Drip(text) => {
            for byte in text.bytes().cycle() {
                connection.write_all(&[byte]).ok()?;
                // The pace is what is tested; nothing waits for it.
                thread::sleep(Duration::from_millis(100));
            }
            None
        }
    }
}

/// A listener whose queue is full, so that connections to it are neither accepted nor refused.
pub(crate) fn deaf() -> (TcpListener, Vec<TcpStream>) {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    let any: SocketAddr = ([127, 0, 0, 1], 0).into();
    socket.bind(&any.into()).unwrap();
    socket.listen(0).unwrap();
    let listener = TcpListener::from(socket);
    let address = listener.local_addr().unwrap();
    let patience = Duration::from_millis(200);
    let connect = || TcpStream::connect_timeout(&address, patience).ok();
    let queued = std::iter::from_fn(connect).collect();
    (listener, queued)
}
