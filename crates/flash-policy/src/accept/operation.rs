//! What a driver must do, and what it reports: the whole of the machine's contact with the world.

use super::{First, Moment};

/// What to do next.
///
/// An operation that is not over at its `until` is given up, and nothing is reported: the next poll knows what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation<'a> {
    /// Read once into [`ServerSide::room`](super::ServerSide::room), and report [`Completion::Read`].
    Read {
        /// How long to wait for bytes.
        until: Moment,
    },
    /// Write these bytes, in one write if possible, and report [`Completion::Wrote`].
    ///
    /// Unity's web player reads once, and Lightspark stops at the first piece.
    Write {
        /// The reply, or what is left of it.
        bytes: &'a [u8],
        /// How long the peer may take to make room for it.
        until: Moment,
    },
    /// The reply is out: close.
    Close(Closing),
    /// It is not a policy request. Said again whenever asked.
    ///
    /// What was read is in [`ServerSide::opening`](super::ServerSide::opening). [`First::Silent`] and
    /// [`First::Deadline`] connections are alive: their clients just have not said enough.
    HandOn(First),
    /// Drop the socket; the reply is not out: see [`IfDropped`]. Said again whenever asked.
    Abort(AbortReason),
}

/// What the peer must see if the socket is dropped now.
///
/// It matters to drivers that can be stopped anywhere, and at [`Operation::Abort`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum IfDropped {
    /// An end of the stream.
    #[default]
    End,
    /// A reset (`SO_LINGER` with a timeout of zero): after a part of a reply an end would pass for the reply's.
    Reset,
}

/// What to do next to close a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// Flush, end our side of the stream (`shutdown` of the write side), and report [`Completion::Ended`].
    End {
        /// How long the peer may hold that up; TCP alone never does, TLS has something to write.
        until: Moment,
    },
    /// Read once and throw away what comes, and report [`Completion::Read`].
    Discard {
        /// How long to wait for bytes.
        until: Moment,
    },
    /// Close the socket; nothing that could arrive is lost. Said again whenever asked.
    Done(CloseReason),
}

/// What came of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completion {
    /// This many bytes came; 0 is the end of the peer's side.
    Read(usize),
    /// This many bytes of the reply were written.
    Wrote(usize),
    /// Our side of the stream is ended.
    Ended,
    /// The connection failed: reset by the peer, mostly.
    Failed,
}

/// How a connection ended whose reply is out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CloseReason {
    /// Both sides ended it, or ours did and nothing could follow the request.
    Cleanly,
    /// The peer stayed silent for [`Linger::between_reads`](super::Linger::between_reads).
    Silence,
    /// The peer had not ended it when [`Linger::total`](super::Linger::total) was over.
    TimeUp,
    /// The peer sent more than [`Linger::bytes`](super::Linger::bytes).
    TooMuch,
    /// The connection failed.
    Failed,
}

/// Why a connection is dropped without a whole reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AbortReason {
    /// It failed before it was known what it is.
    OpeningFailed,
    /// It failed before the reply and its end were written.
    ReplyFailed,
    /// The peer did not make room for the reply and its end in time.
    ReplyNotTaken,
}
