//! The file's values, key by key, with their places. Nothing is compared with anything else.

use flash_policy::lint::PolicyReader;
use flash_policy::{Diagnostic, SiteControl, Span};

use super::applies_to::AppliesTo;
use super::keys::{self, Section};
use super::sections::{self, RawAdmin, RawProcess};
use super::tls::{self, RawTls};
use super::tree::text::{TextValue, parse_text};
use super::tree::{At, Table, Value};
use super::{meant, own_host, values};
use crate::snapshot::{Limits, OwnHost};

mod bridge;
mod gate;
mod http;
mod listener;
mod own_path;
mod rules;

pub(super) use super::meant::RULE;
pub(super) use bridge::{RawBridge, path as bridge_path, public_url};
pub(super) use http::RawHttp;
pub(super) use listener::{RawGate, RawListener, Soundness};
pub(super) use own_path::GatesPath;

/// The whole file.
#[derive(Debug)]
pub(super) struct Raw {
    pub(super) hosts: Vec<At<OwnHost>>,
    pub(super) policies: Vec<RawPolicy>,
    /// Every `[[listen]]`, then every `[[gate]]`.
    pub(super) listeners: Vec<RawListener>,
    /// Whether `listeners` has all gates.
    pub(super) gates: Gates,
    pub(super) limits: Limits,
    pub(super) process: RawProcess,
    pub(super) admin: Option<RawAdmin>,
    pub(super) bridge: Option<RawBridge>,
    pub(super) http: Option<RawHttp>,
    pub(super) tls: Option<RawTls>,
}

/// Whether all gates could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gates {
    /// All of them.
    All,
    /// There may be others: a mistake in them was reported.
    Faulty,
}

/// `[policy.NAME]`.
#[derive(Debug)]
pub(super) struct RawPolicy {
    pub(super) name: String,
    pub(super) header: Span,
    /// None if a mistake in it was reported.
    pub(super) content: Option<RawContent>,
    /// The clients that it is checked for.
    pub(super) clients: Vec<PolicyReader>,
}

/// The source of a policy.
#[derive(Debug)]
pub(super) enum RawContent {
    File(TextValue),
    Rules {
        site_control: Option<At<SiteControl>>,
        rules: Vec<RawRule>,
    },
}

/// An entry of `rules`.
#[derive(Debug)]
pub(super) struct RawRule {
    pub(super) span: Span,
    pub(super) domain: Option<TextValue>,
    pub(super) ports: RawPorts,
    pub(super) secure: Option<At<bool>>,
    /// The request headers that the content may send, with the place of the key. Empty without the key.
    pub(super) headers: Vec<TextValue>,
    pub(super) applies_to: Option<At<AppliesTo>>,
}

/// The ports of a rule.
#[derive(Debug)]
pub(super) enum RawPorts {
    Written(TextValue),
    /// No ports: those of the gates.
    OfGates,
    /// A mistake in them was reported.
    Faulty,
}

impl RawRule {
    /// Whether the rule applies to this.
    pub(super) fn applies_to(&self, what: AppliesTo) -> bool {
        self.applies_to.as_ref().is_none_or(|at| at.value == what)
    }
}

impl Raw {
    /// Every file that the config names, as written.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        let policies = self
            .policies
            .iter()
            .filter_map(|policy| match &policy.content {
                Some(RawContent::File(file)) => Some(file.value.as_str()),
                Some(RawContent::Rules { .. }) | None => None,
            });
        policies.chain(self.tls.iter().flat_map(RawTls::files))
    }
}

/// Reads everything that can be read.
pub(super) fn read(root: &Table<'_>, found: &mut Vec<Diagnostic>) -> Raw {
    let told = elsewhere(root);
    let unknown = root.unknown();
    for value in unknown.filter(|value| !told.contains(&value.key.as_str())) {
        found.push(match meant_section(root, &value) {
            Some(section) => root.no_such_key(&value).help(format!("write `{section}`")),
            None => root.unknown_key(&value),
        });
    }
    let hosts = root.get("hosts");
    let hosts = hosts.map_or_else(Vec::new, |value| self::hosts(&value, found));
    let policies = if let Some(value) = root.get("policy") {
        policies(&value, found)
    } else {
        found.extend(without_policy(root));
        Vec::new()
    };
    let (listeners, gates) = listeners(root, found);
    let mut section = |key: &str, section: &'static Section| root.get(key)?.table(section, found);
    let limits = section("limits", &keys::LIMITS).unwrap_or(Table::empty(&keys::LIMITS));
    let process = section("process", &keys::PROCESS).unwrap_or(Table::empty(&keys::PROCESS));
    let (admin, bridge) = (
        section("admin", &keys::ADMIN),
        section("bridge", &keys::BRIDGE),
    );
    let (http, tls) = (section("http", &keys::HTTP), section("tls", &keys::TLS));
    Raw {
        hosts,
        policies,
        listeners,
        gates,
        limits: sections::limits(&limits, found),
        process: sections::process(&process, found),
        admin: admin.map(|table| sections::admin(&table, found)),
        bridge: bridge.map(|table| bridge::bridge(&table, found)),
        http: http.map(|table| http::http(&table, found)),
        tls: tls.map(|table| tls::read(&table, found)),
    }
}

/// Reports a missing policy, unless it is present under another name.
fn without_policy(root: &Table<'_>) -> Option<Diagnostic> {
    if root.misspells("policy") {
        return None;
    }
    Some(match root.values().find(is_of_policy) {
        Some(value) => root.no_such_key(&value).help(A_POLICY),
        None => no_policy(),
    })
}

fn no_policy() -> Diagnostic {
    let message = "nothing to serve: expected a policy, found none";
    Diagnostic::error("missing-policy", message).help(A_POLICY)
}

const A_POLICY: &str = "add a policy: `[policy.default]`, and below it `rules = [{ domain = \"www.example.com\", ports = \"9339\" }]`";

/// The section that an unknown one probably means, if it needs other brackets.
fn meant_section(root: &Table<'_>, value: &Value<'_>) -> Option<String> {
    match root.meant(value)? {
        "policy" if !value.is_table() => Some("[policy.default]".to_owned()),
        key @ ("listen" | "gate") if value.is_table() => Some(format!("[[{key}]]")),
        "policy" | "listen" | "gate" | "hosts" => None,
        key => value.is_list().then(|| format!("[{key}]")),
    }
}

/// Whether a key belongs in a policy.
fn is_of_policy(value: &Value<'_>) -> bool {
    let keys = ["rules", "rule", "file", "site-control", "allow", "domain"];
    keys.contains(&value.key.as_str())
}

/// Unknown keys that are reported elsewhere.
fn elsewhere(root: &Table<'_>) -> Vec<&'static str> {
    if root.get("policy").is_none() && !root.misspells("policy") {
        return vec!["rules", "rule", "file", "site-control", "allow", "domain"];
    }
    Vec::new()
}

fn listeners(root: &Table<'_>, found: &mut Vec<Diagnostic>) -> (Vec<RawListener>, Gates) {
    let (listen, gate) = (root.get("listen"), root.get("gate"));
    let present =
        ["listen", "gate", "http"].map(|key| root.get(key).is_some() || root.misspells(key));
    if !present.contains(&true) {
        found.push(no_listener());
    }
    let gates = match &gate {
        Some(value) if !value.is_list() => Gates::Faulty,
        None if root.misspells("gate") => Gates::Faulty,
        // Rules need no ports if only `[http]` uses them.
        Some(_) | None if root.misspells("http") => Gates::Faulty,
        Some(_) | None => Gates::All,
    };
    let kinds = [
        (listen, &keys::LISTEN, listener::listener as ReadListener),
        (gate, &keys::GATE, gate::gates),
    ];
    let mut listeners = Vec::new();
    for (value, section, read) in kinds {
        let tables = value.map_or_else(Vec::new, |value| value.tables(section, found));
        listeners.extend(tables.iter().flat_map(|table| read(table, found)));
    }
    (listeners, gates)
}

type ReadListener = fn(&Table<'_>, &mut Vec<Diagnostic>) -> Vec<RawListener>;

fn no_listener() -> Diagnostic {
    let message = "nowhere to listen: expected a listener, found none";
    Diagnostic::error("missing-listener", message)
        .help("add one: `[[listen]]`, and below it `address = \"[::]:843\"`")
}

fn hosts(value: &Value<'_>, found: &mut Vec<Diagnostic>) -> Vec<At<OwnHost>> {
    let texts = value.texts(found);
    texts
        .iter()
        .filter_map(|text| parse_text(text, "bad-host", own_host::parse, found))
        .collect()
}

fn policies(value: &Value<'_>, found: &mut Vec<Diagnostic>) -> Vec<RawPolicy> {
    if !value.is_table() {
        let finding = value.wrong_type("a table");
        let file = value.as_str().map(|file| {
            let file = meant::quoted(file);
            format!("write `[policy.default]`, and below it `file = {file}`")
        });
        let help = || "give the policy a name: `[policy.default]`".to_owned();
        found.push(finding.help(file.unwrap_or_else(help)));
        return Vec::new();
    }
    let Some(table) = value.table(&keys::POLICY, found) else {
        return Vec::new();
    };
    let mut policies = Vec::new();
    for value in table.values() {
        if keys::POLICY.key(&value.key).is_some() && !value.is_table() {
            let message = format!("expected a policy's name, found `{}`", value.key);
            found.push(
                Diagnostic::error("policy-without-name", message)
                    .at(value.key_span, "")
                    .help("give the policy a name: `[policy.default]`"),
            );
            continue;
        }
        let fault = values::bad_name(&value.key)
            .map(|message| Diagnostic::error("bad-policy-name", message).at(value.key_span, ""));
        found.extend(fault);
        let header = format!("[policy.{}]", value.key);
        policies.push(match value.named(&keys::POLICY, &header, found) {
            Some(table) => policy(value.key, &table, found),
            None => RawPolicy {
                name: value.key,
                header: value.key_span,
                content: None,
                clients: Vec::new(),
            },
        });
    }
    policies
}

fn policy(name: String, table: &Table<'_>, found: &mut Vec<Diagnostic>) -> RawPolicy {
    table.only_known(found);
    let content = match (table.get("rules"), table.get("file")) {
        (Some(rules), None) => from_rules(&rules, table, found),
        (None, Some(file)) => from_file(&file, table, found),
        (Some(_), Some(file)) => {
            found.push(conflict(&file, "`rules` and `file`"));
            None
        }
        (None, None) => {
            let help =
                format!("add rules, `rules = [{RULE}]`, or a policy file, `file = \"policy.xml\"`");
            let missing = table.missing("rules", &help);
            found.extend(missing.filter(|_| !table.may_have("file")));
            None
        }
    };
    let clients = table.get("clients");
    RawPolicy {
        name,
        header: table.span,
        content,
        clients: clients.map_or_else(Vec::new, |value| value.choices(&keys::CLIENTS, found)),
    }
}

fn conflict(value: &Value<'_>, keys: &str) -> Diagnostic {
    let message = format!("expected one of {keys}, found both");
    Diagnostic::error("conflicting-keys", message).at(value.key_span, "")
}

fn from_file(
    file: &Value<'_>,
    table: &Table<'_>,
    found: &mut Vec<Diagnostic>,
) -> Option<RawContent> {
    if let Some(value) = table.get("site-control") {
        let finding = conflict(&value, "`file` and `site-control`");
        found.push(finding.help("put the element in the file, which is sent unchanged"));
    }
    file.text(found).map(RawContent::File)
}

fn from_rules(
    rules: &Value<'_>,
    table: &Table<'_>,
    found: &mut Vec<Diagnostic>,
) -> Option<RawContent> {
    let site_control = table.get("site-control");
    let site_control = site_control.and_then(|value| value.choice(&keys::SITE_CONTROLS, found));
    Some(RawContent::Rules {
        site_control,
        rules: rules::rules(rules, found)?,
    })
}
