//! A Silverlight policy as a value.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::uri::Uri;
use crate::PortRange;
use crate::policy::HeaderSet;

/// A Silverlight policy. Each of its parts grants connections independently.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct AccessPolicy {
    /// The `<policy>` elements. One that Moonlight ignores because of a mistake grants nothing.
    pub policies: Vec<Access>,
}

/// One `<policy>`: every application that `from` matches can connect to each of the ports, and load each of the
/// resources over HTTP.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Access {
    /// The applications that it matches.
    pub from: Vec<Uri>,
    /// The request headers that these applications can send over HTTP, apart from `Content-Type`.
    pub headers: Option<HeaderSet>,
    /// The TCP ports of its `<socket-resource>` elements.
    pub ports: Vec<PortRange>,
    /// Its `<resource>` elements.
    pub resources: Vec<Resource>,
}

/// A `<resource>`: a path that applications can load over HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Resource {
    /// The path, from its first slash.
    pub path: Box<str>,
    /// Whether everything below the path is granted too.
    pub include_subpaths: bool,
}

impl Resource {
    /// Whether it grants a path. `/api` grants what is below `/api/`, but not `/apis`.
    pub(super) fn contains(&self, path: &str) -> bool {
        path.strip_prefix(&*self.path).is_some_and(|below| {
            let is_below = self.path.ends_with('/') || below.starts_with('/');
            below.is_empty() || (self.include_subpaths && is_below)
        })
    }
}
