//! The server behind every relay, which does what the first byte of a connection asks for.
//!
//! It runs in the client's process and on its CPU, so that only the relay runs on the other CPU.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::Result;

use super::wish::{MESSAGE, PIECE, Wish};

/// The server; its threads end with the process.
#[derive(Debug)]
pub(in crate::bench) struct BenchBackend {
    pub(in crate::bench) address: SocketAddr,
    kept: Arc<Mutex<Vec<TcpStream>>>,
}

impl BenchBackend {
    pub(in crate::bench) fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let kept = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&kept);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // The client notices errors.
                let _ = take(stream, &keep);
            }
        });
        Ok(Self { address, kept })
    }

    /// Closes the connections that are kept open.
    pub(in crate::bench) fn let_go(&self) {
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

fn take(mut stream: TcpStream, kept: &Mutex<Vec<TcpStream>>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut wish = [0];
    // A relay that only checks whether the server is up sends nothing.
    if stream.read(&mut wish)? == 0 {
        return Ok(());
    }
    if wish == [Wish::Keep.byte()] {
        let mut message = [0; MESSAGE];
        stream.read_exact(&mut message)?;
        stream.write_all(&message)?;
        kept.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(stream);
        return Ok(());
    }
    thread::spawn(move || serve(wish, &mut stream));
    Ok(())
}

fn serve(wish: [u8; 1], stream: &mut TcpStream) -> io::Result<()> {
    let mut piece = vec![0; PIECE];
    if wish != [Wish::Echo.byte()] {
        let mut mebibytes = [0];
        stream.read_exact(&mut mebibytes)?;
        for _ in 0..usize::from(mebibytes[0]) * (1 << 20) / PIECE {
            if wish == [Wish::Source.byte()] {
                stream.write_all(&piece)?;
            } else {
                stream.read_exact(&mut piece)?;
            }
        }
        if wish == [Wish::Sink.byte()] {
            stream.write_all(b"!")?;
        }
        return stream.shutdown(Shutdown::Write);
    }
    loop {
        let count = stream.read(&mut piece)?;
        if count == 0 {
            return stream.shutdown(Shutdown::Write);
        }
        stream.write_all(piece.get(..count).unwrap_or_default())?;
    }
}
