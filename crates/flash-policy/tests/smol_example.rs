//! The smol example, tested by a player and ordinary clients over real sockets.

#![cfg(test)]

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use flash_policy::accept::PolicyAcceptor;
use flash_policy::{Policy, REQUEST, Reply};
use smol::net::TcpListener;

#[path = "../examples/smol.rs"]
#[expect(dead_code, reason = "the test starts the server without `main`")]
mod example;

fn connect(address: SocketAddr) -> TcpStream {
    let client = TcpStream::connect(address).unwrap();
    let limit = Some(Duration::from_secs(30));
    client.set_read_timeout(limit).unwrap();
    client
}

fn heard(mut client: TcpStream) -> Vec<u8> {
    let mut heard = Vec::new();
    client.read_to_end(&mut heard).unwrap();
    heard
}

#[test]
fn policies_and_echoes() {
    let reply = Reply::new(&Policy::new()).unwrap();
    let listener = smol::block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    smol::spawn(example::serve(listener, PolicyAcceptor::new(reply.clone()))).detach();

    // Clients that send nothing delay no other.
    let _silent = [(); 10].map(|()| connect(address));
    let mut player = connect(address);
    player.write_all(REQUEST).unwrap();
    assert_eq!(heard(player), reply.as_bytes());

    for sent in [&b"<msg t='sys'/>"[..], b"<policy", b"", b"LOGIN\0"] {
        let mut client = connect(address);
        client.write_all(sent).unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        assert_eq!(heard(client), sent);
    }
}
