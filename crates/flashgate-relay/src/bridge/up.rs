//! From the client to the backend. Frames are decoded as they arrive, and their payloads are sent in one write.
//!
//! Nothing more is read while the backend has no room. That is the back-pressure.

use std::task::{Context, Poll};

use flashgate_wire::websocket::{Decoded, Decoder, InputEnd};
use tokio::io::{AsyncRead, AsyncWrite};

use super::down::Downstream;
use super::stream::{give, read};
use crate::relay::Preface;
use crate::rest::{LITTLE, Unwritten, with_shared};
use crate::turn::{TransferError, TransferStep, Waits, turn};

#[derive(Debug)]
pub(super) struct Upstream {
    decoder: Decoder,
    /// What the backend has no room for.
    held: Option<Unwritten>,
    /// Frames that were read before the bridge began.
    early: Option<Box<[u8]>>,
    left: Option<ClientDeparture>,
    delivery: Delivery,
    header: usize,
    delivered: u64,
}

/// How the client left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClientDeparture {
    /// With a final frame.
    Said(InputEnd),
    /// It ended the stream between two messages.
    Silently,
    /// It ended the stream inside a message.
    MidMessage,
}

/// What happens to the client's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Delivery {
    Deliver,
    Discard,
}

impl Upstream {
    pub(super) fn new(preface: Preface<'_>) -> Self {
        let some = |bytes: &[u8]| (!bytes.is_empty()).then(|| Box::from(bytes));
        Self {
            decoder: Decoder::default(),
            held: some(preface.header).map(Unwritten::new),
            early: some(preface.bytes),
            left: None,
            delivery: Delivery::Deliver,
            header: preface.header.len(),
            delivered: 0,
        }
    }

    /// Moves bytes until it must wait for something, or a turn is over.
    pub(super) fn pump<C, B>(
        &mut self,
        context: &mut Context<'_>,
        client: &mut C,
        backend: &mut B,
        down: &mut Downstream,
        room: usize,
    ) -> Result<Waits, TransferError>
    where
        C: AsyncRead + Unpin,
        B: AsyncWrite + Unpin,
    {
        let step = || match &mut self.held {
            Some(rest) => {
                let Some(count) = give(context, backend, rest.bytes())? else {
                    return Ok(TransferStep::Waits(Waits::Sink));
                };
                self.delivered += count as u64;
                if rest.sent(count) {
                    self.held = None;
                }
                Ok(TransferStep::Moved(count))
            }
            None if self.left.is_some() => Ok(TransferStep::Waits(Waits::Nothing)),
            None => self.take(context, client, backend, down, room),
        };
        turn(step, |_| Poll::Pending)
    }

    /// Reads once, and writes the payloads.
    fn take<C, B>(
        &mut self,
        context: &mut Context<'_>,
        client: &mut C,
        backend: &mut B,
        down: &mut Downstream,
        room: usize,
    ) -> Result<TransferStep, TransferError>
    where
        C: AsyncRead + Unpin,
        B: AsyncWrite + Unpin,
    {
        let room = if down.holds() { LITTLE } else { room };
        with_shared(|buffer| {
            let buffer = buffer.get_mut(..room).unwrap_or_default();
            let count = match self.early.take() {
                Some(early) => copy(&early, buffer),
                None => match read(context, client, buffer)? {
                    Some(count) => count,
                    None => return Ok(TransferStep::Waits(Waits::Source)),
                },
            };
            let bytes = buffer.get_mut(..count).unwrap_or_default();
            if bytes.is_empty() {
                let between = self.decoder.is_between_messages();
                self.left = Some(if between {
                    ClientDeparture::Silently
                } else {
                    ClientDeparture::MidMessage
                });
                return Ok(TransferStep::Moved(0));
            }
            let Decoded { payload, ending } =
                self.decoder.decode(bytes, &mut |ping| down.pong(ping));
            self.left = ending.map(ClientDeparture::Said);
            let payload = bytes.get(payload).unwrap_or_default();
            if self.delivery == Delivery::Deliver && !payload.is_empty() {
                let sent = give(context, backend, payload)?.unwrap_or(0);
                self.delivered += sent as u64;
                let rest = payload.get(sent..).filter(|rest| !rest.is_empty());
                self.held = rest.map(|rest| Unwritten::new(rest.into()));
            }
            Ok(TransferStep::Moved(count))
        })
    }

    /// How the client left, if it has.
    pub(super) const fn left(&self) -> Option<ClientDeparture> {
        self.left
    }

    /// Discards all further bytes, and those that are waiting.
    pub(super) fn discard(&mut self) {
        self.delivery = Delivery::Discard;
        self.held = None;
    }

    /// Whether something is waiting because the backend has no room.
    pub(super) const fn holds(&self) -> bool {
        self.held.is_some()
    }

    /// The number of the client's bytes that the backend has taken.
    pub(super) fn delivered(&self) -> u64 {
        self.delivered.saturating_sub(self.header as u64)
    }
}

fn copy(early: &[u8], buffer: &mut [u8]) -> usize {
    for (place, byte) in buffer.iter_mut().zip(early) {
        *place = *byte;
    }
    early.len().min(buffer.len())
}
