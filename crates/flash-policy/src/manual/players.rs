//! How each player decides: versions, sandboxes, and clients other than Adobe's. [`Player`](crate::Player) does it.
//!
//! # Versions of Flash Player
//!
//! | version | its own host, ports from 1024 up | everything else is opened by |
//! |---|---|---|
//! | before 7.0.19 | allowed | `/crossdomain.xml` on HTTP port 80 of the target; never a port below 1024 |
//! | 7.0.19 to 8 | allowed | the same, or `loadPolicyFile("xmlsocket://host:port")`, for low ports too |
//! | 9.0.16 to 9.0.47 | allowed | the destination port, what the movie loaded; HTTP only where the movie loaded it |
//! | 9.0.115 | allowed, with a warning in the debug player's log | 843 and its meta-policy first, then as before |
//! | 9.0.124 | needs a policy | 843, what the movie loaded over sockets, the destination port; HTTP no longer |
//! | 10 and later | needs a policy | the same, within 20 seconds, and refusals are reported when they are over |
//! | 11 and later | needs a policy | the same; a `SecureSocket` asks over TLS |
//!
//! # Sandboxes
//!
//! | `Security.sandboxType` | sockets |
//! |---|---|
//! | `remote` | by policy; what counts is the host of the movie's own URL, not that of the page |
//! | `localWithNetwork` | by policy, and only a rule for `*` admits it |
//! | `localWithFile` | none: `SecurityError` #2010 |
//! | `localTrusted` | reported to need no policy |
//! | `application` (AIR) | no policy |
//!
//! # Time
//!
//! A place that the player asks of its own accord is given 3 seconds, from the connect to the NUL; a port that refuses
//! costs nothing, one that drops packets costs all three. What the movie loads itself, also on 843, has no limit of its
//! own. From version 10 on the whole attempt, policy and connection, has the 20 seconds of `Socket.timeout`.
//!
//! # Blocked ports
//!
//! From version 24 on the player is said to open no socket to some well-known ports, whatever a policy says:
//! [`blocked_ports`](crate::blocked_ports).
//!
//! # Other clients
//!
//! | client | asks | reads | differs in |
//! |---|---|---|---|
//! | Lightspark | 843, what the movie loaded, the destination; 3 s to connect, no limit to answer | in units of 4,096 bytes, until one is not full | a grant does not stop it: it asks every place that counts; a range counts as its lower end; a policy from any port opens any; an element that it does not take ends the file |
//! | Unity's web player | 843, or the port of `PrefetchSocketPolicy` | once, 5,000 bytes | only rules for `*` count; never the destination port |
//! | Silverlight | 943, with 22 bytes, for an `<access-policy>` | as Moonlight: in units of 256 bytes | ports 4502 to 4534 only |
//! | Ruffle's desktop player | nobody | – | asks its user |
//!
//! # What is not known
//!
//! Each variant of [`Choice`](crate::player::Choice) is a question that no public source settles, with the answer that
//! is taken here. An outcome that would be another with another answer names it.
