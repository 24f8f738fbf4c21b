//! What is not known about the real clients, and what this crate assumes.
//!
//! No assumption is hidden. If another choice could change the verdict of an outcome,
//! [`Outcome::rests_on`](crate::player::Outcome::rests_on) lists it.

use core::fmt;

macro_rules! choices {
    ($($choice:ident, $code:literal: $unknown:literal;)*) => {
        /// A question about a client that no public source answers. Its text says what is not known and what is
        /// assumed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Choice {
            $(#[doc = concat!("Not known: ", $unknown, ".")] $choice,)*
        }

        impl Choice {
            /// All choices.
            pub const ALL: &[Self] = &[$(Self::$choice),*];

            /// The choice's code. Its meaning never changes.
            ///
            /// ```
            /// use flash_policy::player::Choice;
            ///
            /// for choice in Choice::ALL {
            ///     println!("{}: not known {choice}", choice.code());
            /// }
            /// assert_eq!(Choice::Timeout.code(), "timeout");
            /// ```
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
        "whether an answer on port 843 that is not a policy counts as no answer or as a refusal (assumed: no answer)";
    Encoding, "encoding":
        "whether a byte order mark, or whitespace before the XML declaration, is accepted (assumed: yes)";
    Size, "size":
        "how large a policy can be (assumed: 65,536 bytes; Adobe's own sample server stopped at 10,000)";
    LimitStart, "limit-start":
        "whether the 3 seconds start with the connect or with the request (assumed: the connect)";
    DestinationLimit, "destination-limit":
        "whether the limit of 3 seconds also applies to the destination port (assumed: yes; the log of one server suggests it)";
    LoadedReplacesDestination, "loaded-replaces-destination":
        "whether the destination port is asked if the movie loaded a policy (assumed: yes, last)";
    LateRefusal, "late-refusal":
        "whether every refusal is reported only after the timeout (assumed: yes; Adobe's note says so)";
    OwnHost, "own-host":
        "whether 9.0.115 allowed a movie to connect to its own host without a policy (assumed: yes; Adobe's documents disagree)";
    HttpPolicy, "http-policy":
        "whether 9.0.115 accepted policies over HTTP (assumed: yes; Adobe says that this ended with 9.0.124)";
    LocalTrusted, "local-trusted":
        "whether a locally trusted movie needs a policy (assumed: no; users report this)";
    LocalWithNetwork, "local-with-network":
        "whether a rule other than `*` can allow a movie from a local file (assumed: no)";
    PolicyPort, "policy-port":
        "whether players before version 10 fetched policies from this well-known port (assumed: yes)";
    BlockedPort, "blocked-port":
        "whether Flash Player 24 and later connects to this port, which is on a list of blocked ports that Adobe staff posted in a forum in 2017 (assumed: yes; Adobe's documentation says that the list does not apply to sockets)";
    SecureInClear, "secure-in-clear":
        "whether a SecureSocket accepts a policy that is not served over TLS (assumed: no)";
    Ipv6, "ipv6":
        "how IPv6 addresses in `domain` are compared (assumed: as addresses, with or without brackets)";
    MetaPolicyValue, "meta-policy-value":
        "what a meta-policy that does not exist for sockets means (assumed: `by-…` means master-only, others mean none)";
    HalfAnswer, "half-answer":
        "what happens to an answer that is cut off by a reset (assumed: it is discarded)";
    AskedAgain, "asked-again":
        "whether a port that returned no policy is asked again in the same attempt (assumed: no)";
    Timeout, "timeout":
        "how long players before version 10 wait in total (assumed: the given timeout)";
    HttpRedirect, "http-redirect":
        "whether a redirected policy over HTTP counts for sockets (assumed: yes, on the same host and port, in the root folder)";
    ContentType, "content-type":
        "whether a policy over HTTP counts for sockets with this content type (assumed: only `text/…` and the types of XML, as for HTTP requests)";
    HttpMetaPolicy, "http-meta-policy":
        "what this value of the header `X-Permitted-Cross-Domain-Policies` means for sockets (assumed: nothing before 9.0.115; then the same as in `site-control`, where `by-…` means master-only and unknown values mean none)";
    SilverlightReading, "silverlight-reading":
        "whether Silverlight continues after a short read (assumed: no; Moonlight does not)";
}

/// Ports from which Flash Player 7 to 9 are said not to fetch policies (moock.org, "policyserver").
///
/// Adobe's later documents have no such list for sockets. [`Choice::PolicyPort`] is about these ports.
pub const DOUBTFUL_POLICY_PORTS: &[u16] = &[
    22, 25, 37, 43, 53, 88, 111, 113, 137, 138, 139, 143, 161, 162, 389, 465, 500, 535, 546, 547,
    636, 749, 750, 751, 752, 753, 754,
];
