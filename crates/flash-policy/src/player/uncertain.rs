//! What is not known of the real clients, each with the choice that was made: the one place that names them.
//!
//! A choice is never silent: an outcome whose verdict would be another with the other choice says so in
//! [`Outcome::rests_on`](crate::player::Outcome::rests_on).

use core::fmt;

macro_rules! choices {
    ($($choice:ident, $code:literal: $unknown:literal;)*) => {
        /// Something about a client that no public source settles. As text, what is not known, and what is taken to be so.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Choice {
            $(#[doc = concat!("Not known: ", $unknown, ".")] $choice,)*
        }

        impl Choice {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$choice),*];

            /// The choice's name, which never changes its meaning.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$choice => $code,)*
                }
            }
        }

        impl fmt::Display for Choice {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Self::$choice => $unknown,)*
                })
            }
        }
    };
}

choices! {
    UnusableMaster, "unusable-master":
        "whether an answer on port 843 that is no policy counts as none or as a refusal (taken: as none)";
    Encoding, "encoding":
        "whether a byte order mark, or whitespace before the XML declaration, is accepted (taken: it is)";
    Size, "size":
        "how large a policy may be (taken: 65,536 bytes; Adobe's own sample server stopped at 10,000)";
    LimitStart, "limit-start":
        "whether the 3 seconds begin with the connect or with the request (taken: with the connect)";
    DestinationLimit, "destination-limit":
        "whether the destination port is given 3 seconds too (taken: it is, from one server's log)";
    LoadedReplacesDestination, "loaded-replaces-destination":
        "whether the destination port is asked where the movie loaded a policy (taken: it is, last)";
    LateRefusal, "late-refusal":
        "whether every refusal is reported only when the timeout is over (taken: as Adobe's note says, it is)";
    OwnHost, "own-host":
        "whether 9.0.115 let a movie connect to its own host without a policy (taken: it did; Adobe's texts disagree)";
    HttpPolicy, "http-policy":
        "whether 9.0.115 took policies over HTTP (taken: it did; the end is dated to 9.0.124)";
    LocalTrusted, "local-trusted":
        "whether a locally trusted movie needs a policy (taken: it does not, as users report)";
    LocalWithNetwork, "local-with-network":
        "whether a rule other than `*` can admit a movie from a local file (taken: none can)";
    PolicyPort, "policy-port":
        "whether players before 10 fetched policies from this port, a well-known one (taken: they did)";
    BlockedPort, "blocked-port":
        "whether Flash Player 24 and later open a socket to this port, which is on a list of blocked ports that Adobe's staff posted in a forum in 2017 (taken: they do; Adobe's documentation says that the list is not for sockets)";
    SecureInClear, "secure-in-clear":
        "whether a SecureSocket gets by with a policy that is not served over TLS (taken: it does not)";
    Ipv6, "ipv6":
        "how IPv6 addresses in `domain` are compared (taken: as addresses, with or without brackets)";
    MetaPolicyValue, "meta-policy-value":
        "what a meta-policy means that does not exist for sockets (taken: `by-…` as master-only, others as none)";
    HalfAnswer, "half-answer":
        "what is done with an answer that breaks off in a reset (taken: it is thrown away)";
    AskedAgain, "asked-again":
        "whether a port that gave no policy is asked again in the same attempt (taken: it is not)";
    Timeout, "timeout":
        "how long players before 10 wait as a whole (taken: the given timeout)";
    SilverlightReading, "silverlight-reading":
        "whether Silverlight reads on after a short read (taken: it does not, like Moonlight)";
}

/// Ports from which Flash Player 7 to 9 are said to have fetched no policies (moock.org, "policyserver").
///
/// Adobe's later papers have no such list for sockets. [`Choice::PolicyPort`] is about them.
pub const DOUBTFUL_POLICY_PORTS: &[u16] = &[
    22, 25, 37, 43, 53, 88, 111, 113, 137, 138, 139, 143, 161, 162, 389, 465, 500, 535, 546, 547,
    636, 749, 750, 751, 752, 753, 754,
];
