//! What a driver returns for a whole connection.

use super::{CloseReason, First};

/// How a connection was accepted.
///
/// ```
/// use flash_policy::accept::{Accepted, StreamKind};
///
/// fn serve<S>(accepted: Accepted<S>) -> Option<S> {
///     match accepted {
///         Accepted::Answered(_) => None,
///         Accepted::Stream(_, StreamKind::End) => None, // the client left
///         Accepted::Stream(stream, _) => Some(stream),
///     }
/// }
/// # assert_eq!(serve(Accepted::Stream(1, StreamKind::Other)), Some(1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a server must handle both")]
pub enum Accepted<S> {
    /// It was a policy request. It was answered and closed.
    Answered(CloseReason),
    /// It is not a policy request. Reading the stream starts with the client's first byte.
    Stream(S, StreamKind),
}

impl<S> Accepted<S> {
    /// The stream to serve, if it was not a policy request.
    ///
    /// ```
    /// use flash_policy::accept::{Accepted, CloseReason, StreamKind};
    ///
    /// assert_eq!(Accepted::Stream("game", StreamKind::Other).into_stream(), Some("game"));
    /// assert_eq!(Accepted::<&str>::Answered(CloseReason::Cleanly).into_stream(), None);
    /// ```
    #[must_use]
    pub fn into_stream(self) -> Option<S> {
        match self {
            Self::Answered(_) => None,
            Self::Stream(stream, _) => Some(stream),
        }
    }
}

/// What kind of connection was handed on: [`First`] without policy requests.
///
/// [`Silent`](Self::Silent) and [`Deadline`](Self::Deadline) connections are still open: their clients have just not
/// sent enough.
///
/// ```
/// use flash_policy::accept::{First, StreamKind};
///
/// assert_eq!(StreamKind::from(First::Tls), StreamKind::Tls);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StreamKind {
    /// A TLS handshake.
    Tls,
    /// An HTTP request, if [`HttpDetection`](super::HttpDetection) is on.
    Http,
    /// Anything else.
    Other,
    /// No byte within [`Timing::silence`](super::Timing::silence), if that is set.
    Silent,
    /// [`Timing::request`](super::Timing::request) passed after nothing or only the start of a request.
    Deadline,
    /// The stream ended after nothing or only the start of a request.
    End,
}

/// A policy request is [`StreamKind::Other`]: it is handed on only if there is no reply.
impl From<First> for StreamKind {
    fn from(first: First) -> Self {
        match first {
            First::Tls => Self::Tls,
            First::Http => Self::Http,
            First::Policy(_) | First::Other => Self::Other,
            First::Silent => Self::Silent,
            First::Deadline => Self::Deadline,
            First::End => Self::End,
        }
    }
}
