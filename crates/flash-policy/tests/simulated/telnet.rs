//! A client that sends more than a request, and reads up to the NUL, or to the end.

use std::time::Duration;

use flash_policy::accept::AcceptConfig;
use flash_policy::{Moment, REQUEST, Reply};

use crate::RunEnd;
use crate::network::{End, Random, Read, Weather, Wire};
use crate::server::Server;

/// How long the client waits.
const PATIENCE: Duration = Duration::from_secs(60);

struct Client {
    /// What is still to be sent.
    unsent: Vec<u8>,
    heard: Vec<u8>,
    is_done: bool,
}

impl Client {
    fn work(&mut self, wire: &mut Wire, now: Moment) {
        if self.is_done {
            return;
        }
        let count = wire.write(End::Client, &self.unsent);
        self.unsent.drain(..count);
        let mut room = [0; 4096];
        loop {
            match wire.read(End::Client, &mut room) {
                Read::Nothing if now < Moment::after(PATIENCE) => return,
                Read::Bytes(count) => self.heard.extend(&room[..count]),
                Read::End => {
                    assert!(self.heard.is_empty(), "part of a reply, and then the end");
                    self.is_done = true;
                    return wire.close(End::Client);
                }
                Read::Nothing => {
                    self.is_done = true;
                    return wire.close(End::Client);
                }
                Read::Failed => {
                    self.is_done = true;
                    return;
                }
            }
            if self.heard.last() == Some(&0) {
                self.is_done = true;
                return wire.close(End::Client);
            }
        }
    }
}

/// Whether the client got the whole reply.
pub(crate) fn run(
    seed: u64,
    config: &AcceptConfig,
    weather: &mut dyn FnMut(&mut Random) -> Weather,
) -> RunEnd {
    let random = &mut Random(!seed);
    let behind = random.one_of(&[0, 1, 23, 4096, 50_000]);
    let mut wire = Wire::new(seed, weather(random), Moment::ZERO);
    let mut server = Server::new(config, Moment::ZERO);
    let mut client = Client {
        unsent: [&REQUEST[..], &vec![b'x'; behind]].concat(),
        heard: Vec::new(),
        is_done: false,
    };
    let mut now = Moment::ZERO;
    while !(client.is_done && server.is_done) {
        wire.advance(now);
        client.work(&mut wire, now);
        let until = server.work(&mut wire, now);
        let patience = (!client.is_done).then_some(Moment::after(PATIENCE));
        let next = [wire.next(), until, patience].into_iter().flatten().min();
        match next {
            Some(next) => now = next,
            None => assert!(client.is_done && server.is_done, "seed {seed}: it hangs"),
        }
    }
    let reply = config.reply.as_ref().map(Reply::as_bytes);
    let reply = reply.unwrap_or_default();
    assert!(reply.starts_with(&client.heard), "seed {seed}");
    if client.heard == reply {
        RunEnd::Reply
    } else if behind > 0 && server.read == REQUEST.len() {
        RunEnd::TakenForPlayer
    } else {
        RunEnd::Error
    }
}
