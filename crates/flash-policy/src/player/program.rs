//! The programs that play movies, and how they differ in what they support.

use core::net::IpAddr;

use crate::{Host, Port};

/// A program that plays content and opens sockets for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Client {
    /// Adobe's Flash Player, or AIR.
    #[default]
    Flash,
    /// Lightspark, including its bugs.
    Lightspark,
    /// Unity Web Player.
    Unity,
    /// Microsoft Silverlight.
    Silverlight,
    /// Ruffle's desktop player, which fetches no policies.
    Ruffle,
}

impl Client {
    /// Whether the client refuses this host, whatever a policy says. Lightspark takes a colon in it for an error, and
    /// Unity does not support IPv6.
    ///
    /// ```
    /// use flash_policy::player::Client;
    ///
    /// let host = "[2001:db8::1]".parse()?;
    /// assert!(Client::Unity.refuses(&host));
    /// assert!(!Client::Flash.refuses(&host));
    /// # Ok::<(), flash_policy::origin::HostError>(())
    /// ```
    #[must_use]
    pub const fn refuses(self, host: &Host) -> bool {
        match self {
            Self::Lightspark | Self::Unity => matches!(host, Host::Address(IpAddr::V6(_))),
            Self::Flash | Self::Silverlight | Self::Ruffle => false,
        }
    }

    /// Whether the client supports IPv6.
    ///
    /// ```
    /// use flash_policy::player::Client;
    ///
    /// assert!(Client::Flash.has_ipv6());
    /// assert!(!Client::Unity.has_ipv6());
    /// ```
    #[must_use]
    pub const fn has_ipv6(self) -> bool {
        !matches!(self, Self::Unity)
    }

    /// The port that the client asks first for a policy.
    ///
    /// ```
    /// use flash_policy::player::Client;
    ///
    /// assert_eq!(Client::Flash.master_port().get(), 843);
    /// assert_eq!(Client::Silverlight.master_port().get(), 943);
    /// ```
    #[must_use]
    pub const fn master_port(self) -> Port {
        match self {
            Self::Silverlight => Port::SILVERLIGHT,
            Self::Flash | Self::Lightspark | Self::Unity | Self::Ruffle => Port::MASTER,
        }
    }
}
