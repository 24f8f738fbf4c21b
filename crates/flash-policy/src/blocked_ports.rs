//! Ports that late versions of Flash Player do not connect to, whatever a policy says.
//!
//! Source: an answer by Adobe staff in Adobe's forum (thread 2261853, January 2017), quoted in
//! scratchfoundation/scratch-flash issue 1261. It extends to sockets the list of ports that were blocked for URLs.
//! Connections to port 531 then failed for many users. Adobe's documentation was never updated and still says that
//! sockets are exempt. So this is likely but not certain: see
//! [`Choice::BlockedPort`](crate::player::Choice::BlockedPort).

use crate::{PlayerVersion, Port, PortRange};

/// The first version that is said to block these ports.
pub const SINCE: PlayerVersion = PlayerVersion::released(24, 0, 0);

/// The ports, as sorted ranges that do not touch.
const BLOCKED: &[(u16, u16)] = &[
    (1, 1),
    (7, 7),
    (9, 9),
    (11, 11),
    (13, 13),
    (15, 15),
    (17, 17),
    (19, 19),
    (21, 23),
    (25, 25),
    (37, 37),
    (42, 43),
    (53, 53),
    (77, 77),
    (79, 79),
    (87, 87),
    (95, 95),
    (101, 104),
    (109, 111),
    (113, 113),
    (115, 115),
    (117, 117),
    (119, 119),
    (123, 123),
    (135, 135),
    (139, 139),
    (143, 143),
    (179, 179),
    (389, 389),
    (465, 465),
    (512, 515),
    (526, 526),
    (530, 532),
    (540, 540),
    (556, 556),
    (563, 563),
    (587, 587),
    (601, 601),
    (636, 636),
    (993, 993),
    (995, 995),
    (1720, 1720),
    (1723, 1723),
    (2049, 2049),
    (3659, 3659),
    (4045, 4045),
    (5060, 5060),
    (6000, 6000),
    (6566, 6566),
    (6665, 6669),
];

/// Whether Flash Player 24 and later is said to block this port.
///
/// ```
/// use flash_policy::Port;
/// use flash_policy::blocked_ports::is_blocked;
///
/// assert!(is_blocked(Port::new(6667)?)); // IRC
/// assert!(!is_blocked(Port::new(9339)?));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[must_use]
pub fn is_blocked(port: Port) -> bool {
    are_blocked(port.into())
}

/// Whether Flash Player 24 and later is said to block every port of this range.
///
/// ```
/// use flash_policy::blocked_ports::are_blocked;
/// use flash_policy::{Port, PortRange};
///
/// let [first, last, next] = [6665, 6669, 6670].map(|number| Port::new(number).ok());
/// let range = |low: Option<Port>, high: Option<Port>| PortRange::new(low?, high?);
/// assert!(range(first, last).is_some_and(are_blocked));
/// assert!(!range(first, next).is_some_and(are_blocked)); // port 6670 is not blocked
/// ```
#[must_use]
pub fn are_blocked(range: PortRange) -> bool {
    let (low, high) = (range.low().get(), range.high().get());
    let mut blocked = BLOCKED.iter();
    blocked.any(|(first, last)| *first <= low && high <= *last)
}
