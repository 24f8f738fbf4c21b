//! The gates of a new config.

use std::str::FromStr;

use super::super::gate::{BadGate, GateRange};

/// A gate as it will be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PlannedGate {
    /// Lines before the gate, without `#`.
    pub(super) comments: Vec<String>,
    pub(super) name: Option<String>,
    /// As in the config file: `[::]:9339`.
    pub(super) address: String,
    pub(super) backend: String,
    /// Set if it differs from the port in the address.
    pub(super) public_port: Option<u16>,
    pub(super) bridge_path: Option<String>,
    /// Lines after the gate's keys, as written.
    pub(super) more: Vec<String>,
}

impl PlannedGate {
    /// The ports that players connect to, as in the config: `9339` or `9875-9878`.
    pub(super) fn public_ports(&self) -> String {
        let port = self.address.rsplit_once(':').map_or("", |(_, port)| port);
        self.public_port
            .map_or_else(|| port.to_owned(), |port| port.to_string())
    }

    /// The first and the last of these ports.
    pub(super) fn range(&self) -> Option<(u16, u16)> {
        range(&self.public_ports())
    }
}

/// `9339` or `9875-9878`.
pub(super) fn range(text: &str) -> Option<(u16, u16)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Some((first.parse().ok()?, last.parse().ok()?))
}

/// The value of `--gate`, valid for `serve`.
#[derive(Clone, Debug)]
pub(super) struct GateArgument {
    listen: String,
    backend: String,
}

impl FromStr for GateArgument {
    type Err = BadGate;

    fn from_str(text: &str) -> Result<Self, BadGate> {
        text.parse::<GateRange>()?;
        let (listen, backend) = text.split_once('=').unwrap_or((text, ""));
        Ok(Self {
            listen: listen.to_owned(),
            backend: backend.to_owned(),
        })
    }
}

impl GateArgument {
    pub(super) fn planned(&self) -> PlannedGate {
        let ports = self
            .listen
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'-');
        PlannedGate {
            address: if ports {
                format!("[::]:{}", self.listen)
            } else {
                self.listen.clone()
            },
            backend: self.backend.clone(),
            ..PlannedGate::default()
        }
    }
}
