//! What is not known of the real clients, each with the choice that was made: the one place that names them.
//!
//! A choice is never silent: an outcome whose verdict would be another with the other choice says so in
//! [`Outcome::rests_on`](crate::player::Outcome::rests_on).

use core::fmt;

/// Something about a client that no public source settles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Choice {
    /// A master that answers something that is no policy.
    UnusableMaster,
    /// A byte order mark, or blanks before the XML declaration.
    Encoding,
    /// A policy of more than 10,000 bytes.
    Size,
    /// Whether the 3 seconds run from the connect or from the request.
    LimitStart,
    /// Whether the destination port is given 3 seconds.
    DestinationLimit,
    /// Whether a loaded location replaces the destination port.
    LoadedReplacesDestination,
    /// Whether every refusal is held back until the time is over.
    LateRefusal,
    /// Whether 9.0.115 still let a movie connect to its own host.
    OwnHost,
    /// Whether 9.0.115 still took policies over HTTP.
    HttpPolicy,
    /// Whether a locally trusted movie needs a policy.
    LocalTrusted,
    /// Whether a rule other than `*` can admit a local movie.
    LocalWithNetwork,
    /// Ports that players before 10 may not have fetched policies from.
    PolicyPort,
    /// Ports that players from 24 on open no socket to.
    BlockedPort,
    /// Whether a `SecureSocket` may get by with a policy that is served in clear.
    SecureInClear,
    /// How IPv6 addresses are compared.
    Ipv6,
    /// What a meta-policy means that does not exist for sockets.
    MetaPolicyValue,
    /// What a player does with half an answer that ends in a reset.
    HalfAnswer,
    /// Whether a place that gave no policy is asked again in the same attempt.
    AskedAgain,
    /// How long players before 10 wait as a whole.
    Timeout,
    /// Whether Silverlight reads on after a short read.
    SilverlightReading,
}

/// Ports from which Flash Player 7 to 9 are said to have fetched no policies (moock.org, "policyserver").
///
/// Adobe's later papers have no such list for sockets. [`Choice::PolicyPort`] is about them.
pub const DOUBTFUL_POLICY_PORTS: &[u16] = &[
    22, 25, 37, 43, 53, 88, 111, 113, 137, 138, 139, 143, 161, 162, 389, 465, 500, 535, 546, 547,
    636, 749, 750, 751, 752, 753, 754,
];

impl Choice {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::UnusableMaster,
        Self::Encoding,
        Self::Size,
        Self::LimitStart,
        Self::DestinationLimit,
        Self::LoadedReplacesDestination,
        Self::LateRefusal,
        Self::OwnHost,
        Self::HttpPolicy,
        Self::LocalTrusted,
        Self::LocalWithNetwork,
        Self::PolicyPort,
        Self::BlockedPort,
        Self::SecureInClear,
        Self::Ipv6,
        Self::MetaPolicyValue,
        Self::HalfAnswer,
        Self::AskedAgain,
        Self::Timeout,
        Self::SilverlightReading,
    ];

    /// The choice's name, which never changes its meaning.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnusableMaster => "unusable-master",
            Self::Encoding => "encoding",
            Self::Size => "size",
            Self::LimitStart => "limit-start",
            Self::DestinationLimit => "destination-limit",
            Self::LoadedReplacesDestination => "loaded-replaces-destination",
            Self::LateRefusal => "late-refusal",
            Self::OwnHost => "own-host",
            Self::HttpPolicy => "http-policy",
            Self::LocalTrusted => "local-trusted",
            Self::LocalWithNetwork => "local-with-network",
            Self::PolicyPort => "policy-port",
            Self::BlockedPort => "blocked-port",
            Self::SecureInClear => "secure-in-clear",
            Self::Ipv6 => "ipv6",
            Self::MetaPolicyValue => "meta-policy-value",
            Self::HalfAnswer => "half-answer",
            Self::AskedAgain => "asked-again",
            Self::Timeout => "timeout",
            Self::SilverlightReading => "silverlight-reading",
        }
    }
}

/// What is not known, and what is taken to be so.
impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnusableMaster => {
                "whether an answer on port 843 that is no policy counts as none or as a refusal (taken: as none)"
            }
            Self::Encoding => {
                "whether a byte order mark, or whitespace before the XML declaration, is accepted (taken: it is)"
            }
            Self::Size => {
                "how large a policy may be (taken: 65,536 bytes; Adobe's own sample server stopped at 10,000)"
            }
            Self::LimitStart => {
                "whether the 3 seconds begin with the connect or with the request (taken: with the connect)"
            }
            Self::DestinationLimit => {
                "whether the destination port is given 3 seconds too (taken: it is, from one server's log)"
            }
            Self::LoadedReplacesDestination => {
                "whether the destination port is asked where the movie loaded a policy (taken: it is, last)"
            }
            Self::LateRefusal => {
                "whether every refusal is reported only when the timeout is over (taken: as Adobe's note says, it is)"
            }
            Self::OwnHost => {
                "whether 9.0.115 let a movie connect to its own host without a policy (taken: it did; Adobe's texts disagree)"
            }
            Self::HttpPolicy => {
                "whether 9.0.115 took policies over HTTP (taken: it did; the end is dated to 9.0.124)"
            }
            Self::LocalTrusted => {
                "whether a locally trusted movie needs a policy (taken: it does not, as users report)"
            }
            Self::LocalWithNetwork => {
                "whether a rule other than `*` can admit a movie from a local file (taken: none can)"
            }
            Self::PolicyPort => {
                "whether players before 10 fetched policies from this port, a well-known one (taken: they did)"
            }
            Self::BlockedPort => {
                "whether Flash Player 24 and later open a socket to this port, which is on a list of blocked ports that Adobe's staff posted in a forum in 2017 (taken: they do; Adobe's documentation says that the list is not for sockets)"
            }
            Self::SecureInClear => {
                "whether a SecureSocket gets by with a policy that is not served over TLS (taken: it does not)"
            }
            Self::Ipv6 => {
                "how IPv6 addresses in `domain` are compared (taken: as addresses, with or without brackets)"
            }
            Self::MetaPolicyValue => {
                "what a meta-policy means that does not exist for sockets (taken: `by-…` as master-only, others as none)"
            }
            Self::HalfAnswer => {
                "what is done with an answer that breaks off in a reset (taken: it is thrown away)"
            }
            Self::AskedAgain => {
                "whether a port that gave no policy is asked again in the same attempt (taken: it is not)"
            }
            Self::Timeout => {
                "how long players before 10 wait as a whole (taken: the given timeout)"
            }
            Self::SilverlightReading => {
                "whether Silverlight reads on after a short read (taken: it does not, like Moonlight)"
            }
        })
    }
}
