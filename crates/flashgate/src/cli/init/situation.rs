//! What the arguments describe, checked.

use std::ffi::OsString;
use std::path::PathBuf;

use flash_policy::{Policy, Port};
use flashgate_config::config::ConfigFindings;
use flashgate_config::snapshot::{ListenAddress, OwnHost};
use flashgate_report::render::PlainError;

use super::super::allow::{self, NoPorts};
use super::planned_gate::{GateArgument, PlannedGate};
use super::preset::Preset;
use super::websockify;

/// The arguments that describe it.
#[derive(Debug)]
pub(super) struct Described {
    pub(super) domain: Vec<String>,
    pub(super) gate: Vec<GateArgument>,
    pub(super) host: Vec<OwnHost>,
    /// Empty for the usual folder.
    pub(super) tls: Option<OsString>,
    pub(super) preset: Option<Preset>,
    pub(super) from_websockify: Option<PathBuf>,
    pub(super) bridge: Option<ListenAddress>,
    pub(super) servers: Servers,
}

/// Where the servers behind the gates are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Servers {
    /// On the same machine, so that they must leave their ports to the gates.
    Here,
    /// In other containers.
    InContainers,
}

/// What the arguments describe.
#[derive(Debug)]
pub(super) struct Situation {
    /// The rules: a domain, and its ports if they are not those of the gates.
    pub(super) rules: Vec<(String, Option<String>)>,
    /// The arguments, as `--allow` takes them.
    pub(super) allow: Vec<String>,
    pub(super) hosts: Vec<String>,
    pub(super) gates: Vec<PlannedGate>,
    pub(super) bridge: Option<PlannedBridge>,
    /// The folder of the certificate.
    pub(super) tls: Option<PathBuf>,
}

/// The bridge.
#[derive(Debug)]
pub(super) struct PlannedBridge {
    /// As in the config file.
    pub(super) address: String,
    pub(super) port: u16,
    pub(super) path: &'static str,
}

impl Situation {
    pub(super) fn new(given: Described) -> Result<Self, ConfigFindings> {
        if given.domain.is_empty() {
            return Err(no_domain().into());
        }
        let hosts: Vec<_> = given
            .host
            .iter()
            .map(|host| host.written().to_owned())
            .collect();
        let tls = given
            .tls
            .map(|folder| certificates(folder, &hosts))
            .transpose()?;
        let mut gates: Vec<_> = given.gate.iter().map(GateArgument::planned).collect();
        if let ([only], None) = (&mut *gates, given.preset) {
            only.name = Some("game".to_owned());
        }
        if let Some(preset) = given.preset {
            gates.extend(match given.servers {
                Servers::Here => preset.gates(),
                Servers::InContainers => preset.services(),
            });
        }
        let from_websockify = given.from_websockify.as_deref();
        if let Some(path) = from_websockify {
            gates.extend(websockify::gates(path)?);
        }
        let by_name = from_websockify.is_some();
        let default = by_name
            .then_some(DEFAULT_BRIDGE)
            .and_then(|text| text.parse().ok());
        let bridge = given.bridge.or(default).map(|address| PlannedBridge {
            address: address.to_string(),
            port: address.port(),
            path: if by_name { "/{name}" } else { "/{port}" },
        });
        let without_ports = given.domain.iter().find(|text| !text.contains(':'));
        if let (true, Some(domain)) = (gates.is_empty(), without_ports) {
            return Err(no_ports(domain).into());
        }
        check_rules(&given.domain, &gates)?;
        Ok(Self {
            rules: given.domain.iter().map(|text| rule(text)).collect(),
            allow: given.domain,
            hosts,
            gates,
            bridge,
            tls,
        })
    }

    /// The first host, for examples in comments and URLs.
    pub(super) fn host(&self) -> Option<&str> {
        self.hosts.first().map(String::as_str)
    }
}

/// A common port of websockify.
const DEFAULT_BRIDGE: &str = "8080";

fn no_domain() -> PlainError {
    PlainError::new(
        "expected a website whose content may connect, found none",
        &["add it: `--domain www.example.com`"],
    )
}

/// The folder in the flag, or the one in which certbot keeps the certificate of the first host.
fn certificates(folder: OsString, hosts: &[String]) -> Result<PathBuf, PlainError> {
    if !folder.is_empty() {
        return absolute(folder);
    }
    let live = || {
        hosts
            .first()
            .map(|host| PathBuf::from(format!("/etc/letsencrypt/live/{host}")))
    };
    live().ok_or_else(|| {
        PlainError::new(
            "`--tls` needs a folder with a certificate, or a host to find it by",
            &[
                "pass the folder of fullchain.pem and privkey.pem: `--tls=/etc/flashgate`",
                "or the host: `--host play.example.com`, for /etc/letsencrypt/live/play.example.com",
            ],
        )
    })
}

/// `serve` looks for a relative path next to the config, wherever that will be.
fn absolute(folder: OsString) -> Result<PathBuf, PlainError> {
    let folder = std::path::absolute(folder).map_err(|error| {
        let reason = crate::log::reason(&error);
        PlainError::new(&format!("can't find the folder of `--tls`: {reason}"), &[])
    })?;
    if folder.to_str().is_none() {
        let message = format!("expected UTF-8 in `--tls`, found `{}`", folder.display());
        return Err(PlainError::new(
            &message,
            &["a config file is UTF-8: rename the folder"],
        ));
    }
    Ok(folder)
}

/// A domain, and its ports if there are some.
fn rule(text: &str) -> (String, Option<String>) {
    match text.rsplit_once(':') {
        Some((domain, ports)) => (domain.to_owned(), Some(ports.to_owned())),
        None => (text.to_owned(), None),
    }
}

/// Neither gates nor ports after a domain.
fn no_ports(domain: &str) -> PlainError {
    PlainError::new(
        &format!("expected a gate, or ports after `{domain}`"),
        &[
            "with flashgate in front of your server: `--gate 9339=127.0.0.1:9340`",
            &format!("with a policy only: `--domain {domain}:9339`"),
        ],
    )
}

/// Checks the domains with the rules of `--allow`.
fn check_rules(domains: &[String], gates: &[PlannedGate]) -> Result<Policy, ConfigFindings> {
    let ports: Vec<_> = gates
        .iter()
        .filter_map(PlannedGate::range)
        .flat_map(|(first, last)| first..=last)
        .filter_map(|port| Port::new(port).ok())
        .collect();
    let ports = if gates.is_empty() {
        Err(NoPorts::NoGate)
    } else {
        Ok(&*ports)
    };
    allow::policy(domains, "--domain", ports)
}
