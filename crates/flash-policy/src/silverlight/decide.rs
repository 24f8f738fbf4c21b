//! Decides what an application may do under one Silverlight policy.
//!
//! Sources: Microsoft, *Network Security Access Restrictions in Silverlight*; Mono's `ClientAccessPolicy`, where
//! Microsoft's text says nothing.

use core::fmt;

use super::access::{Access, AccessPolicy};
use crate::write::SILVERLIGHT_PORTS;
use crate::{Movie, Port};

impl AccessPolicy {
    /// Whether an application can connect to a TCP port of the host that this is the policy of. Returns the index of the
    /// `<policy>` that allows it.
    ///
    /// The application is given by the address that it was loaded from. An application from a file is a
    /// [`Movie::Hostless`]. Silverlight connects to no port outside [`SILVERLIGHT_PORTS`], and it asks even an
    /// application's own host for a policy.
    ///
    /// ```
    /// use flash_policy::silverlight::{self, AccessDenied};
    /// use flash_policy::{Movie, Port};
    ///
    /// let file = br#"<access-policy><cross-domain-access><policy>
    ///   <allow-from><domain uri="http://*.example.com"/></allow-from>
    ///   <grant-to><socket-resource port="4502-4510" protocol="tcp"/></grant-to>
    /// </policy></cross-domain-access></access-policy>"#;
    /// let policy = silverlight::parse(file).policy.ok_or("not a policy")?;
    ///
    /// let application: Movie = "http://www.example.com/game.xap".parse()?;
    /// assert_eq!(policy.connects(&application, Port::new(4502)?), Ok(0));
    /// let denied = policy.connects(&application, Port::new(4511)?);
    /// assert_eq!(denied, Err(AccessDenied::NoPort { policy: 0 }));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Silverlight refuses, for the nearest of the reasons.
    pub fn connects(&self, application: &Movie, port: Port) -> Result<usize, AccessDenied> {
        let (low, high) = SILVERLIGHT_PORTS;
        if !(low..=high).contains(&port.get()) {
            return Err(AccessDenied::PortOutOfRange);
        }
        self.first(application, |access, policy| {
            let grants = access.ports.iter().any(|range| range.contains(port));
            if grants {
                Ok(())
            } else {
                Err(AccessDenied::NoPort { policy })
            }
        })
    }

    /// Whether an application can load a path over HTTP from the site that this is the policy of, and send a request
    /// header along. Returns the index of the `<policy>` that allows it.
    ///
    /// The path begins with a slash, and has no query. Every application that can load a path can send `Content-Type`.
    ///
    /// ```
    /// use flash_policy::silverlight::{self, AccessDenied};
    /// use flash_policy::Movie;
    ///
    /// let file = br#"<access-policy><cross-domain-access><policy>
    ///   <allow-from http-request-headers="SOAPAction"><domain uri="*"/></allow-from>
    ///   <grant-to><resource path="/api" include-subpaths="true"/></grant-to>
    /// </policy></cross-domain-access></access-policy>"#;
    /// let policy = silverlight::parse(file).policy.ok_or("not a policy")?;
    ///
    /// let application: Movie = "http://www.example.com/game.xap".parse()?;
    /// assert_eq!(policy.loads(&application, "/api/scores", Some("SOAPAction")), Ok(0));
    /// let denied = policy.loads(&application, "/api/scores", Some("X-Token"));
    /// assert_eq!(denied, Err(AccessDenied::NoHeader { policy: 0 }));
    /// let denied = policy.loads(&application, "/apis", None);
    /// assert_eq!(denied, Err(AccessDenied::NoPath { policy: 0 }));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Silverlight refuses, for the nearest of the reasons.
    pub fn loads(
        &self,
        application: &Movie,
        path: &str,
        header: Option<&str>,
    ) -> Result<usize, AccessDenied> {
        self.first(application, |access, policy| {
            if !access
                .resources
                .iter()
                .any(|resource| resource.contains(path))
            {
                return Err(AccessDenied::NoPath { policy });
            }
            let allows = |header: &str| {
                let listed = access.headers.as_ref();
                header.eq_ignore_ascii_case("Content-Type")
                    || listed.is_some_and(|headers| headers.contains(header))
            };
            if header.is_none_or(allows) {
                Ok(())
            } else {
                Err(AccessDenied::NoHeader { policy })
            }
        })
    }

    /// The first `<policy>` that grants something to an application, or the nearest reason why none does.
    fn first(
        &self,
        application: &Movie,
        grants: impl Fn(&Access, usize) -> Result<(), AccessDenied>,
    ) -> Result<usize, AccessDenied> {
        let mut nearest = AccessDenied::NoApplication;
        for (index, access) in self.policies.iter().enumerate() {
            if !access.from.iter().any(|uri| uri.matches(application)) {
                continue;
            }
            match grants(access, index) {
                Ok(()) => return Ok(index),
                Err(denied) if denied.rank() > nearest.rank() => nearest = denied,
                Err(_) => {}
            }
        }
        Err(nearest)
    }
}

/// Why Silverlight refuses. It is an error, so `connects(…)?` works.
///
/// ```
/// use flash_policy::silverlight::AccessDenied;
///
/// let denied = AccessDenied::NoPort { policy: 0 };
/// assert_eq!(denied.to_string(), "`<policy>` 1 allows the application, but not this port");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AccessDenied {
    /// Silverlight connects only to ports from 4502 to 4534, whatever a policy says.
    PortOutOfRange,
    /// No `<policy>` matches the application.
    NoApplication,
    /// This `<policy>` matches the application, but does not grant the port.
    NoPort {
        /// Its index in [`AccessPolicy::policies`].
        policy: usize,
    },
    /// This `<policy>` matches the application, but does not grant the path.
    NoPath {
        /// Its index in [`AccessPolicy::policies`].
        policy: usize,
    },
    /// This `<policy>` grants the path, but the application cannot send this header.
    NoHeader {
        /// Its index in [`AccessPolicy::policies`].
        policy: usize,
    },
}

impl AccessDenied {
    /// How near it came to a grant.
    const fn rank(self) -> u8 {
        match self {
            Self::PortOutOfRange | Self::NoApplication => 0,
            Self::NoPort { .. } | Self::NoPath { .. } => 1,
            Self::NoHeader { .. } => 2,
        }
    }
}

impl fmt::Display for AccessDenied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = SILVERLIGHT_PORTS;
        match self {
            Self::PortOutOfRange => {
                write!(f, "Silverlight connects only to ports from {low} to {high}")
            }
            Self::NoApplication => f.write_str("no `<policy>` allows the application"),
            Self::NoPort { policy } => write!(
                f,
                "`<policy>` {} allows the application, but not this port",
                policy + 1
            ),
            Self::NoPath { policy } => write!(
                f,
                "`<policy>` {} allows the application, but not this path",
                policy + 1
            ),
            Self::NoHeader { policy } => write!(
                f,
                "`<policy>` {} allows the path, but not this header",
                policy + 1
            ),
        }
    }
}

impl core::error::Error for AccessDenied {}

debug_is_display!(AccessDenied);
