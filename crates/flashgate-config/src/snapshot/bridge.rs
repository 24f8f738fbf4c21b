//! The bridge: one public endpoint for WebSockets, where the path says which gate is meant.
//!
//! A path names an entry of a table that the config file makes. Nothing in a request can name a host or a port.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use flash_policy::Port;

use super::gate::Gate;
use super::network::Network;

/// See the module.
#[derive(Debug)]
pub struct BridgeSettings {
    /// Which paths lead to gates.
    pub path: PathPattern,
    /// How pages reach it, `wss://play.example.com`, without a slash at the end; the path comes behind it.
    pub public_url: Option<String>,
    /// Peers whose `X-Forwarded-For` is believed.
    pub(crate) trust_forwarded_for: Vec<Network>,
    /// By what stands in the pattern's segment.
    pub routes: HashMap<String, Arc<Gate>>,
}

/// A path with one part that says which gate: `/{port}`, `/game/{name}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathPattern {
    pub(crate) before: String,
    pub(crate) segment: Segment,
    pub(crate) after: String,
}

/// What of a gate stands in the path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Segment {
    #[default]
    /// The port that players dial.
    Port,
    /// The gate's name.
    Name,
}

impl BridgeSettings {
    /// The gate that a path leads to; the path is without its query.
    pub fn gate(&self, path: &str) -> Option<&Arc<Gate>> {
        let rest = path.strip_prefix(&*self.path.before)?;
        self.routes.get(rest.strip_suffix(&*self.path.after)?)
    }

    /// Whether an address is that of a proxy of ours.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let mut trusted = self.trust_forwarded_for.iter();
        trusted.any(|network| network.contains(address))
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            before,
            segment,
            after,
        } = self;
        let segment = match segment {
            Segment::Port => "{port}",
            Segment::Name => "{name}",
        };
        write!(f, "{before}{segment}{after}")
    }
}

impl PathPattern {
    /// The path that leads to a gate of this name and port; none where its port is needed and not known.
    pub(crate) fn path(&self, name: &str, port: Option<Port>) -> Option<String> {
        let Self { before, after, .. } = self;
        Some(match self.segment {
            Segment::Port => format!("{before}{}{after}", port?.get()),
            Segment::Name => format!("{before}{name}{after}"),
        })
    }
}
