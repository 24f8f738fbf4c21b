//! The socket policy protocol, as a chapter to read: no code.
//!
//! # On the wire
//!
//! The player opens a TCP connection of its own, apart from the movie's, and sends at once the 23 bytes of
//! [`REQUEST`](crate::REQUEST). The server answers with the policy document and one NUL, and closes. The request names
//! neither host nor movie: one address and port has exactly one answer.
//!
//! A server that closes while request bytes are unread, or before it has read them, makes TCP send a reset. What the
//! player has not read by then may be lost: on Windows, where most players ran, received data is reported to be
//! thrown away with it; on every system the reset stops retransmission. This is the "Error #2048, one connection in
//! twenty" of 2007. So: read the request whole, answer in one write, and let go only when nothing can be lost.
//!
//! # The order of questions (Flash Player 9.0.124 and later)
//!
//! 1. Port 843 of the target, for 3 seconds. What it answers is the *master policy*; its `<site-control>` is the
//!    *meta-policy* of the host. No answer is the same as a master without rules.
//! 2. Meta-policy `none`: refused. A rule of the master that fits: allowed. `master-only`: refused.
//! 3. Each location that the movie loaded with `Security.loadPolicyFile`, in order.
//! 4. The destination port, for 3 seconds.
//!
//! A refusal is the `securityError` event with "Error #2048", from Flash Player 10 on only when the movie's timeout of
//! 20 seconds has run out. [`players`] tells what older versions and other clients do.
//!
//! # Who may grant what
//!
//! A policy served from a port below 1024 may open every port, any other only ports from 1024 up. Domains are compared
//! as text, without name look-up: `www.example.com` is not `example.com`, and neither is its address.
//!
//! # Sources
//!
//! Adobe, *`ActionScript` 3.0 Developer's Guide*, "Connecting to sockets" and "Website controls (policy files)"; Adobe,
//! *Cross Domain Policy File Specification*; Adobe, *Policy file changes in Flash Player 9 and 10*; the `ActionScript` 3
//! reference of `Socket`, `XMLSocket`, `SecureSocket` and `Security`. For the reset: RFC 1122, 4.2.2.13, and RFC 2525,
//! 2.17.

pub mod players;
