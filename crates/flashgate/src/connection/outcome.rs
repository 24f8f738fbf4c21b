//! What became of a connection, as a closed set of reasons: logs and totals go by it.

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Outcome {
    /// The policy was written and the connection let go without loss.
    Answered,
    /// The policy was written; then the peer failed, or stayed too long.
    AnsweredThenCut,
    /// The peer did not take the policy in time.
    WriteFailed,
    /// An HTTP request.
    Http,
    /// A TLS handshake.
    Tls,
    /// Neither a policy request nor anything known.
    NotARequest,
    /// The peer ended before its request was whole.
    EndedEarly,
    /// The first bytes took too long.
    Deadline,
    /// The peer's connection failed before its request was whole.
    PeerFailed,
    /// The system refused something to this connection.
    SystemFailed,
    /// Its address has too many connections, or makes them too fast.
    OverLimit,
}

impl Outcome {
    pub(crate) const ALL: [Self; 11] = [
        Self::Answered,
        Self::AnsweredThenCut,
        Self::WriteFailed,
        Self::Http,
        Self::Tls,
        Self::NotARequest,
        Self::EndedEarly,
        Self::Deadline,
        Self::PeerFailed,
        Self::SystemFailed,
        Self::OverLimit,
    ];
    pub(crate) const COUNT: usize = Self::ALL.len();

    pub(crate) const fn index(self) -> usize {
        self as usize
    }

    /// The reason code in logs; it never changes its meaning.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::AnsweredThenCut => "answered-then-cut",
            Self::WriteFailed => "write-failed",
            Self::Http => "http",
            Self::Tls => "tls",
            Self::NotARequest => "not-a-request",
            Self::EndedEarly => "ended-early",
            Self::Deadline => "deadline",
            Self::PeerFailed => "peer-failed",
            Self::SystemFailed => "system-failed",
            Self::OverLimit => "over-limit",
        }
    }
}
