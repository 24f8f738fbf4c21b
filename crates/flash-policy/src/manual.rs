//! The socket policy protocol, as a chapter to read. This module has no code.
//!
//! # On the wire
//!
//! The player opens a separate TCP connection and immediately sends the 23 bytes of [`REQUEST`](crate::REQUEST). The
//! server answers with the policy document and one NUL byte, then closes the connection. The request contains neither
//! the host name nor the movie, so each address and port has exactly one answer.
//!
//! If a server closes the connection before it has read the whole request, TCP sends a reset. The player may then lose
//! what it has not read yet. On Windows, where most players ran, the reset is reported to discard data that has already
//! arrived. On every system it stops retransmission. This caused the "Error #2048" of 2007, which hit one connection in
//! twenty. So a server must read the whole request, answer in one write, and close only when no data can be lost.
//!
//! # The order of policies (Flash Player 9.0.124 and later)
//!
//! 1. Port 843 of the target, for 3 seconds. Its policy is the *master policy*, and its `<site-control>` is the
//!    *meta-policy* of the host. No answer counts as a master policy without rules.
//! 2. The meta-policy `none` refuses the connection. Otherwise, a matching rule of the master policy allows it.
//!    Otherwise, `master-only` refuses it.
//! 3. Each location that the movie loaded with `Security.loadPolicyFile`, in order.
//! 4. The destination port, for 3 seconds.
//!
//! The movie receives a refusal as a `securityError` event with "Error #2048". From Flash Player 10 on, the event comes
//! only when the movie's timeout of 20 seconds has passed. [`players`] describes older versions and other clients.
//!
//! # Which policy can open which port
//!
//! A policy served from a port below 1024 can open any port; all others can open only ports from 1024 up. Domains are
//! compared as text, without a DNS lookup: `www.example.com` is not `example.com`, and neither is its address.
//!
//! # Sources
//!
//! Adobe, *`ActionScript` 3.0 Developer's Guide*, "Connecting to sockets" and "Website controls (policy files)"; Adobe,
//! *Cross Domain Policy File Specification*; Adobe, *Policy file changes in Flash Player 9 and 10*; the `ActionScript` 3
//! reference of `Socket`, `XMLSocket`, `SecureSocket` and `Security`. For the reset: RFC 1122, 4.2.2.13, and RFC 2525,
//! 2.17.

pub mod players;
