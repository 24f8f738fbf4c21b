//! The bridge: one public WebSocket endpoint, whose path selects the gate.
//!
//! A path selects an entry of a table that the config file defines. A request can't choose a host or a port.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use flash_policy::Port;

use super::gate::Gate;
use super::network::Network;
use super::own_paths::{AskedParameter, OwnPaths};

/// The settings of the bridge.
#[derive(Debug)]
pub struct BridgeSettings {
    /// The pattern of paths.
    pub path: PathPattern,
    /// The URL that pages use, such as `wss://play.example.com`, without a trailing slash. The path is appended.
    pub public_url: Option<String>,
    /// Peers whose `X-Forwarded-For` is trusted.
    pub(crate) trust_forwarded_for: Vec<Network>,
    /// The gates, by the text in the pattern's segment.
    pub routes: HashMap<String, Arc<Gate>>,
    /// Further paths of single gates.
    pub(crate) own_paths: OwnPaths,
}

/// A path with one part that selects the gate: `/{port}`, `/game/{name}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathPattern {
    pub(crate) before: String,
    pub(crate) segment: Segment,
    pub(crate) after: String,
}

/// What the path contains of a gate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Segment {
    #[default]
    /// The port that players connect to.
    Port,
    /// The gate's name.
    Name,
}

impl BridgeSettings {
    /// The gate for a path and its query. The query counts only at the own path of a gate that has one.
    pub fn gate(&self, path: &str, query: Option<&str>) -> Option<&Arc<Gate>> {
        let own = || self.own_paths.gate(path, query);
        let segment = self.path.segment_in(path);
        segment
            .and_then(|segment| self.routes.get(segment))
            .or_else(own)
    }

    /// The parameter of the query that selects the gate at a path, if one does.
    pub fn parameter<'a>(
        &'a self,
        path: &str,
        query: Option<&'a str>,
    ) -> Option<AskedParameter<'a>> {
        self.own_paths.parameter(path, query)
    }

    /// Whether this is the address of a trusted proxy.
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
    /// The part of a path that selects the gate.
    pub(crate) fn segment_in<'a>(&self, path: &'a str) -> Option<&'a str> {
        let rest = path.strip_prefix(&*self.before)?;
        rest.strip_suffix(&*self.after)
    }

    /// The path to a gate with this name and port. None if the path needs the port and it is not known.
    pub(crate) fn path(&self, name: &str, port: Option<Port>) -> Option<String> {
        let Self { before, after, .. } = self;
        Some(match self.segment {
            Segment::Port => format!("{before}{}{after}", port?.get()),
            Segment::Name => format!("{before}{name}{after}"),
        })
    }
}
