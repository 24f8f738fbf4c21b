//! How a policy reaches the programs that read it.

use crate::Port;

/// How a policy reaches the player. Some rules depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Serving {
    port: Option<Port>,
}

impl Serving {
    /// Served from this port, as the player sees it.
    ///
    /// ```
    /// use flash_policy::{Port, Serving, lint};
    ///
    /// let file = b"<cross-domain-policy><allow-access-from domain='a.test' to-ports='80'/></cross-domain-policy>";
    /// // Only a policy from a port below 1024 can open port 80.
    /// assert!(lint(file, Serving::from_port(Port::MASTER)).findings.is_empty());
    /// let report = lint(file, Serving::from_port(Port::new(5000)?));
    /// assert_eq!(report.findings[0].rule, "low-ports-from-high-port");
    /// # Ok::<(), flash_policy::ports::PortError>(())
    /// ```
    #[must_use]
    pub const fn from_port(port: Port) -> Self {
        Self { port: Some(port) }
    }

    /// Served from an unknown port. Rules that depend on the port report nothing.
    ///
    /// ```
    /// use flash_policy::{Serving, lint};
    ///
    /// let file = b"<cross-domain-policy><allow-access-from domain='a.test' to-ports='80'/></cross-domain-policy>";
    /// assert!(lint(file, Serving::from_unknown_port()).findings.is_empty());
    /// ```
    #[must_use]
    pub const fn from_unknown_port() -> Self {
        Self { port: None }
    }

    /// The port, if known.
    ///
    /// ```
    /// use flash_policy::{Port, Serving};
    ///
    /// assert_eq!(Serving::from_port(Port::MASTER).port(), Some(Port::MASTER));
    /// assert_eq!(Serving::from_unknown_port().port(), None);
    /// ```
    #[must_use]
    pub const fn port(self) -> Option<Port> {
        self.port
    }
}

/// A program that reads policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PolicyReader {
    /// Flash Player, for which every file is checked.
    Flash,
    /// Unity's web player.
    Unity,
    /// Silverlight and Moonlight.
    Silverlight,
    /// Lightspark.
    Lightspark,
}

/// Whether the file may also be served from other ports than the one that it is checked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Elsewhere {
    Never,
    Perhaps,
}
