//! What a driver must do, and what it reports. The machine has no other contact with the outside.

use super::{First, Moment};

/// What to do next.
///
/// If an operation is not done at its `until`, stop it and report nothing. The next poll returns what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a driver must perform every operation"
)]
pub enum Operation<'a> {
    /// Read once into [`ServerSide::room`](super::ServerSide::room), and report [`Completion::Read`].
    Read {
        /// When to stop waiting for bytes.
        until: Moment,
    },
    /// Write these bytes, in one write if possible, and report [`Completion::Wrote`].
    ///
    /// A single write matters: Unity Web Player reads once, and Lightspark stops after the first piece.
    Write {
        /// The rest of the reply.
        bytes: &'a [u8],
        /// When to stop waiting for the peer to accept it.
        until: Moment,
    },
    /// The reply is sent: close the connection.
    Close(Closing),
    /// It is not a policy request. Further polls return the same.
    ///
    /// [`ServerSide::opening`](super::ServerSide::opening) has the bytes that were read. [`First::Silent`] and
    /// [`First::Deadline`] connections are still open: their clients have just not sent enough.
    HandOn(First),
    /// Drop the socket; the reply is not complete. See [`IfDropped`]. Further polls return the same.
    Abort(AbortReason),
}

/// What the peer must see if the socket is dropped now.
///
/// It matters at [`Operation::Abort`], and to drivers that can be stopped at any point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a socket ends with a FIN or a reset"
)]
pub enum IfDropped {
    /// The end of the stream.
    #[default]
    End,
    /// A reset (`SO_LINGER` with a timeout of zero). After part of a reply, the peer would take an end of the stream
    /// for the end of the reply.
    Reset,
}

/// What to do next to close a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a driver must perform every operation"
)]
pub enum Closing {
    /// Flush, end our side of the stream (`shutdown` of the write side), and report [`Completion::Ended`].
    End {
        /// When to stop waiting. TCP alone never blocks here, but TLS has a message to write.
        until: Moment,
    },
    /// Read once, discard the bytes, and report [`Completion::Read`].
    Discard {
        /// When to stop waiting for bytes.
        until: Moment,
    },
    /// Close the socket; no data that could still arrive is lost. Further polls return the same.
    Done(CloseReason),
}

/// The result of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "an operation has no other results")]
pub enum Completion {
    /// This many bytes were read; 0 is the end of the peer's side.
    Read(usize),
    /// This many bytes of the reply were written.
    Wrote(usize),
    /// Our side of the stream has ended.
    Ended,
    /// The connection failed. Usually the peer reset it.
    Failed,
}

/// How a connection ended after a complete reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CloseReason {
    /// Both sides ended the stream.
    Cleanly,
    /// Our side ended, and the peer's was not waited for: it had sent exactly a player's request, so nothing more was
    /// expected. Whether the peer received the reply is not known.
    AtOnce,
    /// The peer stayed silent for [`Linger::between_reads`](super::Linger::between_reads).
    Silence,
    /// The peer did not end its side within [`Linger::total`](super::Linger::total).
    TimeUp,
    /// The peer sent more than [`Linger::bytes`](super::Linger::bytes).
    TooMuch,
    /// The connection failed.
    Failed,
}

/// Why a connection is dropped without a complete reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AbortReason {
    /// The connection failed before it was recognized.
    OpeningFailed,
    /// The connection failed before the reply was sent and the stream ended.
    ReplyFailed,
    /// The peer did not accept the reply and the end of the stream in time.
    ReplyNotTaken,
}
