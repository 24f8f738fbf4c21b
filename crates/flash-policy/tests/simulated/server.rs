//! The server's side of a simulated connection.

use flash_policy::Moment;
use flash_policy::accept::{AcceptConfig, Closing, Completion, IfDropped, Operation, ServerSide};

use crate::network::{End, Read, Wire};

/// A server that serves nothing but policies: it closes all other connections.
pub(crate) struct Server<'a> {
    config: &'a AcceptConfig,
    side: ServerSide<&'a AcceptConfig>,
    pub(crate) since: Moment,
    /// How many bytes it has read.
    pub(crate) read: usize,
    sent: usize,
    /// Whether it is done.
    pub(crate) is_done: bool,
}

impl<'a> Server<'a> {
    pub(crate) fn new(config: &'a AcceptConfig, since: Moment) -> Self {
        Self {
            config,
            side: ServerSide::new(config, since),
            since,
            read: 0,
            sent: 0,
            is_done: false,
        }
    }

    /// Does all that can be done now. Returns until when to wait, if it is not done.
    pub(crate) fn work(&mut self, wire: &mut Wire, now: Moment) -> Option<Moment> {
        while !self.is_done {
            let (completion, until) = match self.side.poll(now) {
                Operation::Read { until } => {
                    (received(wire.read(End::Server, self.side.room())), until)
                }
                Operation::Write { until, .. } if wire.has_failed(End::Server) => {
                    (Some(Completion::Failed), until)
                }
                Operation::Write { bytes, until } => {
                    let count = wire.write(End::Server, bytes);
                    self.sent += count;
                    ((count > 0).then_some(Completion::Wrote(count)), until)
                }
                Operation::Close(Closing::End { until }) => (Some(end(wire)), until),
                Operation::Close(Closing::Discard { until }) => {
                    (received(wire.read(End::Server, &mut [0; 512])), until)
                }
                Operation::Close(Closing::Done(_)) => {
                    let reply = self
                        .config
                        .reply
                        .as_ref()
                        .map(|reply| reply.as_bytes().len());
                    assert_eq!(
                        Some(self.sent),
                        reply,
                        "closed before the whole reply was sent"
                    );
                    self.drop(wire);
                    return None;
                }
                Operation::HandOn(_) => {
                    assert_eq!(self.sent, 0, "handed on after a reply");
                    self.drop(wire);
                    return None;
                }
                Operation::Abort(_) => {
                    self.drop(wire);
                    return None;
                }
            };
            let Some(completion) = completion else {
                assert!(until > now, "a wait that is over");
                let limit = self.config.longest() + self.config.write_limit;
                assert!(until <= self.since + limit, "a wait beyond every limit");
                return Some(until);
            };
            if let Completion::Read(count) = completion {
                self.read += count;
            }
            self.side.handle(completion, now);
        }
        None
    }

    fn drop(&mut self, wire: &mut Wire) {
        self.is_done = true;
        match self.side.if_dropped() {
            IfDropped::End => wire.close(End::Server),
            IfDropped::Reset => wire.reset(End::Server),
        }
    }
}

fn received(read: Read) -> Option<Completion> {
    match read {
        Read::Nothing => None,
        Read::Bytes(count) => Some(Completion::Read(count)),
        Read::End => Some(Completion::Read(0)),
        Read::Failed => Some(Completion::Failed),
    }
}

fn end(wire: &mut Wire) -> Completion {
    if wire.has_failed(End::Server) {
        Completion::Failed
    } else {
        wire.finish(End::Server);
        Completion::Ended
    }
}
