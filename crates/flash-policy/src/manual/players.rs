//! How each player decides: versions, sandboxes, and clients other than Adobe's. [`Player`](crate::Player) implements
//! it.
//!
//! # Versions of Flash Player
//!
//! | version | its own host, ports from 1024 up | for all other connections, policies come from |
//! |---|---|---|
//! | before 7.0.19 | allowed | `/crossdomain.xml` on HTTP port 80 of the target; never a port below 1024 |
//! | 7.0.19 to 8 | allowed | the same, or `loadPolicyFile("xmlsocket://host:port")`, also for ports below 1024 |
//! | 9.0.16 to 9.0.47 | allowed | the destination port and the locations that the movie loaded; HTTP only if the movie loaded it |
//! | 9.0.115 | allowed, with a warning in the debug player's log | port 843 and its meta-policy first, then as before |
//! | 9.0.124 | needs a policy | port 843, the locations that the movie loaded over sockets, the destination port; no HTTP |
//! | 10 and later | needs a policy | the same, within 20 seconds; refusals are reported when this time has passed |
//! | 11 and later | needs a policy | the same; a `SecureSocket` requests policies over TLS |
//!
//! # Sandboxes
//!
//! | `Security.sandboxType` | sockets |
//! |---|---|
//! | `remote` | by policy; the host of the movie's own URL counts, not the page's host |
//! | `localWithNetwork` | by policy; only a rule for `*` allows it |
//! | `localWithFile` | none: `SecurityError` #2010 |
//! | `localTrusted` | reported to need no policy |
//! | `application` (AIR) | no policy |
//!
//! # Time
//!
//! A place that the movie did not load itself gets 3 seconds, from the connect to the NUL. A port that refuses the
//! connection costs no time; one that drops packets costs all 3 seconds. Locations that the movie loads itself, port
//! 843 included, have no limit of their own. From version 10 on, the whole attempt, policy and connection, has the 20
//! seconds of `Socket.timeout`.
//!
//! # Blocked ports
//!
//! From version 24 on, the player is said to block sockets to some well-known ports, whatever a policy says: see
//! [`blocked_ports`](crate::blocked_ports).
//!
//! # Other clients
//!
//! | client | fetches policies from | reads | differences |
//! |---|---|---|---|
//! | Lightspark | 843, the locations that the movie loaded, the destination; 3 s to connect, no limit to answer | in units of 4,096 bytes, until one is not full | it asks every place that counts, even after a grant; a range counts as its lowest port; a policy from any port can open any port; an unsupported element ends the file |
//! | Unity Web Player | 843, or the port of `PrefetchSocketPolicy` | once, 5,000 bytes | only rules for `*` count; never the destination port |
//! | Silverlight | 943, with 22 bytes, for an `<access-policy>` | in units of 256 bytes, as Moonlight does | only ports 4502 to 4534 |
//! | Ruffle's desktop player | nowhere | – | it asks its user |
//!
//! # What is not known
//!
//! Each variant of [`Choice`](crate::player::Choice) is a question that no public source answers, with the answer that
//! this crate assumes. An outcome that depends on such an assumption names it.
