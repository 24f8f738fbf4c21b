//! Settings of the config file as flags and variables of `serve`. The file's own code reads and checks them, but a
//! finding has its place in the flag's value, and its help names flags or variables.

use std::sync::Arc;

use flash_policy::{Diagnostic, Span};

use super::common::Common;
use super::listeners::ResolvedListeners;
use super::raw::RawBridge;
use super::tree::At;
use super::unexpected::Unexpected;
use super::{ConfigFindings, bridge, defaults, hosts, raw, sections};
use crate::snapshot::{
    AskedBy, BridgeSettings, Deadlines, ListenAddress, NoAddress, OwnHost, Plan, ServiceListener,
    SetIn,
};

/// The values of a flag or a variable, as they were given. Values of a list are separated by one character.
#[derive(Clone, Debug)]
pub struct FlagText {
    /// The name of the flag or of the variable.
    pub name: &'static str,
    /// The values.
    pub text: String,
    /// Whether it is a flag or a variable.
    pub set_in: SetIn,
}

/// The settings of a bridge.
#[derive(Debug)]
pub struct BridgeFlags {
    /// Where it listens.
    pub addresses: Vec<ListenAddress>,
    /// The addresses as text.
    pub text: FlagText,
    /// The URL that pages use, and its text.
    pub public_url: Option<(String, FlagText)>,
}

/// Reads an address for the bridge.
pub fn bridge_address(text: &str) -> Result<ListenAddress, NoAddress> {
    ListenAddress::read(text, BRIDGE)
}

/// The port of the bridge in examples.
const BRIDGE: u16 = 443;

/// Reads an address for `[admin]`.
pub fn admin_address(text: &str) -> Result<ListenAddress, NoAddress> {
    ListenAddress::read(text, sections::ADMIN)
}

/// Reads the URL that pages use.
pub fn public_url(text: &str) -> Result<String, Unexpected> {
    raw::public_url(text, &defaults::bridge_path().before)
}

/// Returns the bridge to the gates among the listeners, its listener, and the findings.
pub fn bridge(
    flags: BridgeFlags,
    listeners: &[ServiceListener],
) -> (Arc<BridgeSettings>, ServiceListener, ConfigFindings) {
    let limits = defaults::limits();
    let whole = flags.text.span();
    let at = |value| At { value, span: whole };
    let (url, url_text) = flags.public_url.unzip();
    let raw = RawBridge {
        header: whole,
        addresses: flags.addresses.into_iter().map(at).collect(),
        accept_proxy: Vec::new(),
        path: None,
        public_url: url.zip(url_text.as_ref()).map(|(value, text)| At {
            value,
            span: text.span(),
        }),
        trust_forwarded_for: Vec::new(),
        ping: limits.ping,
    };
    let mut found = Vec::new();
    let common = Common {
        deadlines: Deadlines::from(&limits),
        tls: None,
        files: None,
    };
    let gates = ResolvedListeners {
        listeners: listeners.to_vec(),
        own_paths: Vec::new(),
    };
    let (bridge, listener) = bridge::with_gates(raw, &gates, common, &mut found);
    let about_url = |finding: &mut Diagnostic| hosts::RULES.contains(&finding.rule);
    let of_url = found.extract_if(.., about_url).collect();
    let mut findings = flags.text.findings(found);
    if let Some(text) = url_text {
        findings = findings.and(text.findings(of_url));
    }
    let listener = ServiceListener {
        asked_by: AskedBy::Bridge(flags.text.set_in),
        ..listener
    };
    (bridge, listener, findings)
}

/// Warns of hosts at which pages can't reach this machine. The text has them in this order.
pub fn judge_hosts(hosts: &[OwnHost], text: &FlagText, plan: &Plan) -> ConfigFindings {
    let mut start = 0;
    let place = |host: &OwnHost| {
        let span = Span::from(start..start + host.written.len());
        start = span.end + 1;
        At {
            value: host.clone(),
            span,
        }
    };
    let placed: Vec<_> = hosts.iter().map(place).collect();
    let mut found = Vec::new();
    hosts::judge(&placed, plan, &mut found);
    let worded = found
        .into_iter()
        .map(|finding| about_pages(finding, plan.bridge.is_some(), text.set_in));
    text.findings(worded.collect())
}

/// The same finding about a host or port of pages, with help that names flags or variables.
pub fn about_pages(mut finding: Diagnostic, is_bridge: bool, set_in: SetIn) -> Diagnostic {
    let [bridge, url] = match set_in {
        SetIn::Variable => ["FLASHGATE_BRIDGE", "FLASHGATE_PUBLIC_URL"],
        SetIn::Flag | SetIn::Config => ["--bridge", "--public-url"],
    };
    let help = match (finding.rule, is_bridge) {
        ("loopback-host", true) => {
            format!("{PLAYERS_NAME}; if movies connect to this host, also set `{url}`")
        }
        ("loopback-host", false) => format!(
            "{PLAYERS_NAME}; if movies connect to this host, set `{bridge}` and `{url}` for pages"
        ),
        ("port-blocked-by-browser", false) => {
            format!("set `{bridge}` to another port for pages; movies keep this one")
        }
        _ => return finding,
    };
    finding.help = vec![help];
    finding
}

const PLAYERS_NAME: &str = "use the name that players use for this machine";

/// The error for an admin address that others can reach.
pub fn public_admin(address: ListenAddress, text: &FlagText) -> Option<ConfigFindings> {
    let place = match text.set_in {
        SetIn::Variable => format!("in `{}`", text.name),
        SetIn::Flag | SetIn::Config => format!("for `{}`", text.name),
    };
    let finding = sections::public_admin(address, &place)?;
    let finding = finding.at(text.span(), "").help(
        "write `127.0.0.1:9843`; only a config file can open it, with `probes` in `[admin]` for probes from other machines, or with `danger-public = true` for everything",
    );
    Some(text.findings(vec![finding]))
}

impl FlagText {
    fn span(&self) -> Span {
        Span::from(0..self.text.len())
    }

    /// These findings, placed in the text, with help for flags.
    fn findings(&self, found: Vec<Diagnostic>) -> ConfigFindings {
        let worded = found.into_iter().map(|finding| self.worded(finding));
        let mut findings = ConfigFindings::default();
        findings.add(&self.name, self.text.as_bytes(), worded.collect());
        findings
    }

    /// Names the flag or variable in findings about `[bridge]`.
    fn worded(&self, mut finding: Diagnostic) -> Diagnostic {
        let gate = match self.set_in {
            SetIn::Variable => "FLASHGATE_GATE=",
            SetIn::Flag | SetIn::Config => "--gate ",
        };
        let help = match finding.rule {
            "bridge-without-gates" => {
                finding.message = format!(
                    "expected a gate for `{}` to forward to, found none",
                    self.name
                );
                format!("add one: `{gate}9339=127.0.0.1:9340`")
            }
            "unknown-public-port" => {
                format!(
                    "write a port, as in `{gate}9339=127.0.0.1:9340`: a policy allows pages by port"
                )
            }
            "ambiguous-path" => {
                "give each gate its own port, or its own `public-port` in a config file".to_owned()
            }
            _ => return finding,
        };
        finding.help = vec![help];
        finding
    }
}
