//! A chat room for Flash's `XMLSocket`: every message, up to its NUL, goes to all players.
//!
//! [`Listener`] answers policy requests on the game's own port. The rest is a server as it would be without Flash.
//!
//! Run `cargo run -p tokio-flash-policy --example game -- 127.0.0.1:9339`, and in another terminal `printf
//! '<policy-file-request/>\0' | nc 127.0.0.1 9339`, or `printf 'hello\0' | nc 127.0.0.1 9339`.

use std::error::Error;
use std::process::ExitCode;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::sync::broadcast::{Sender, channel};
use tokio_flash_policy::flash_policy::{Policy, Reply};
use tokio_flash_policy::{Listener, PolicyAcceptor, Prefixed};

#[tokio::main(flavor = "current_thread")]
#[allow(clippy::print_stderr, reason = "an example's output")]
async fn main() -> ExitCode {
    let address = std::env::args_os().nth(1);
    let address = address.unwrap_or("127.0.0.1:9339".into());
    let address = address.to_string_lossy();
    match run(&address).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: can't serve on {address}: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(address: &str) -> Result<(), Box<dyn Error>> {
    // Movies from www.example.com may connect to this port.
    let policy = Policy::new().allow("www.example.com", 9339)?;
    let acceptor = PolicyAcceptor::new(Reply::new(&policy)?);
    serve(Listener::bind(address, acceptor).await?).await;
    Ok(())
}

/// Serves forever.
pub(crate) async fn serve(mut listener: Listener) {
    let (room, _) = channel(100);
    loop {
        let (player, _address) = listener.accept().await;
        tokio::spawn(play(player, room.clone()));
    }
}

/// Serves a player. The stream starts with the player's first byte.
async fn play(player: Prefixed<TcpStream>, room: Sender<Vec<u8>>) {
    let mut messages = room.subscribe();
    let (from_player, mut to_player) = player.into_split();
    let writing = tokio::spawn(async move {
        // A player that is 100 messages behind leaves the room.
        while let Ok(message) = messages.recv().await {
            if to_player.write_all(&message).await.is_err() {
                break;
            }
        }
    });
    let mut from_player = BufReader::new(from_player);
    loop {
        let mut message = Vec::new();
        let mut limited = (&mut from_player).take(LONGEST);
        let read = limited.read_until(0, &mut message).await;
        // An error means that the player is gone, as does the end of the stream.
        if read.is_err() || message.last() != Some(&0) || room.send(message).is_err() {
            break;
        }
    }
    writing.abort();
}

/// The longest message in bytes, with its NUL. A player that sends a longer one leaves the room.
const LONGEST: u64 = 1024;
