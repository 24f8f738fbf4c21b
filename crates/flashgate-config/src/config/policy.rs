//! One policy of the file, ready to be served: its rules judged in the places where they stand.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use flash_policy::domain::DomainError;
use flash_policy::ports::PortSetError;
use flash_policy::spelling::nearest;
use flash_policy::write::{self, Layout};
use flash_policy::{
    Diagnostic, Policy, Port, PortSet, Profile, Reply, Rule, Secure, SiteControl, Span,
};

use super::gates::{self, GatePorts};
use super::policy_file::{self, ServedAt, Told};
use super::raw::{RULE, RawContent, RawPolicy, RawPorts, RawRule};
use super::tree::At;
use super::tree::text::TextValue;
use crate::confinement;
use crate::reason;
use crate::snapshot::ListenAddress;

/// A policy by its name.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) header: Span,
    /// None where a fault in it was reported.
    content: Option<PolicyContent>,
}

#[derive(Debug)]
enum PolicyContent {
    File(PolicyFile),
    Rules {
        site_control: Option<At<SiteControl>>,
        rules: Vec<(Rule, RawRule)>,
    },
}

/// A policy file's path and bytes.
#[derive(Clone, Debug)]
pub(super) struct PolicyFile {
    pub(super) path: PathBuf,
    pub(super) content: policy_file::FileContent,
}

impl Named {
    /// Reads the file or the rules, given the ports of its gates; what is wrong with either is reported.
    pub(super) fn new(
        raw: RawPolicy,
        gates: &GatePorts,
        folder: &Path,
        found: &mut Vec<Diagnostic>,
    ) -> Self {
        let content = raw.content.and_then(|content| match content {
            RawContent::File(path) => file(&path, folder, found).map(PolicyContent::File),
            RawContent::Rules {
                site_control,
                rules,
            } => all_rules(rules, gates, found).map(|rules| PolicyContent::Rules {
                site_control,
                rules,
            }),
        });
        Self {
            name: raw.name,
            header: raw.header,
            content,
        }
    }

    /// The file that it is made from, if it is.
    pub(super) fn file(&self) -> Option<&PolicyFile> {
        match &self.content {
            Some(PolicyContent::File(file)) => Some(file),
            Some(PolicyContent::Rules { .. }) | None => None,
        }
    }

    /// What is sent where players dial this port.
    pub(super) fn reply(&self, port: Option<Port>) -> Option<Reply> {
        match self.content.as_ref()? {
            PolicyContent::File(file) => Reply::from_file(&file.content.bytes).ok(),
            PolicyContent::Rules { .. } => self.policy(port).map(|policy| Reply::from(&policy)),
        }
    }

    /// What it grants where players dial this port.
    pub(super) fn granted(&self, port: Option<Port>) -> Option<Policy> {
        match self.content.as_ref()? {
            PolicyContent::File(file) => policy_file::policy(&file.content.bytes),
            PolicyContent::Rules { .. } => self.policy(port),
        }
    }

    /// The policy that rules make. A meta-policy means nothing but on port 843, and voids the file for some clients.
    fn policy(&self, port: Option<Port>) -> Option<Policy> {
        let Some(PolicyContent::Rules {
            site_control,
            rules,
        }) = &self.content
        else {
            return None;
        };
        let master = port == Some(Port::MASTER);
        Some(Policy {
            site_control: site_control
                .as_ref()
                .filter(|_| master)
                .map(|place| place.value),
            rules: rules.iter().map(|(rule, _)| rule.clone()).collect(),
        })
    }

    /// What works in rules but is likely not meant, in the places of the config file; nothing for files.
    pub(super) fn judge(&self, served: &ServedAt) -> Vec<Diagnostic> {
        let ports = served.each();
        let mut found: Vec<_> = self.useless_site_control(ports).into_iter().collect();
        let mut told = Told::default();
        for &port in ports {
            let Some(policy) = self.policy(port) else {
                return found;
            };
            let text = write::flash(&policy, Layout::Compact);
            let places = self.places(&text);
            for mut finding in served.judge(text.as_bytes(), port) {
                let in_config = |of: Span| {
                    let mut places = places.iter();
                    let place =
                        places.find(|(sent, _)| sent.start <= of.start && of.end <= sent.end);
                    place.map_or(self.header, |(_, place)| *place)
                };
                let place = finding.label.as_ref().map(|label| in_config(label.span));
                finding = finding.at(place.unwrap_or(self.header), "");
                // These are places in the text that was made, not in the config file.
                finding.secondary.clear();
                finding.fix = None;
                for repeat in &mut finding.repeats {
                    repeat.span = in_config(repeat.span);
                    repeat.edits.clear();
                }
                in_toml(&mut finding);
                if told.is_new(&finding) {
                    found.push(finding);
                }
            }
        }
        found
    }

    /// Which part of the policy as sent stands where in the config file.
    fn places(&self, text: &str) -> Vec<(Span, Span)> {
        let Some(PolicyContent::Rules {
            site_control,
            rules,
        }) = &self.content
        else {
            return Vec::new();
        };
        let sent = flash_policy::parse(text.as_bytes(), Profile::Socket).places;
        let mut places = Vec::new();
        for (sent, (_, raw)) in sent.rules.iter().zip(rules) {
            let domain = raw.domain.as_ref().map_or(raw.span, |text| text.span);
            let ports = match &raw.ports {
                RawPorts::Written(text) => text.span,
                RawPorts::OfGates | RawPorts::Faulty => raw.span,
            };
            let secure = raw.secure.as_ref().map_or(raw.span, |secure| secure.span);
            places.push((sent.domain, domain));
            places.extend(sent.to_ports.map(|span| (span, ports)));
            places.extend(sent.secure.map(|span| (span, secure)));
            places.push((sent.tag, raw.span));
        }
        let site_control = site_control.as_ref().map(|place| place.span);
        places.extend(sent.site_control.zip(site_control));
        places
    }

    fn useless_site_control(&self, ports: &BTreeSet<Option<Port>>) -> Option<Diagnostic> {
        let Some(PolicyContent::Rules {
            site_control: Some(place),
            ..
        }) = &self.content
        else {
            return None;
        };
        let elsewhere = |port: &Option<Port>| port.is_some_and(|port| port != Port::MASTER);
        (!ports.is_empty() && ports.iter().all(elsewhere)).then(|| {
            let message = "a meta-policy counts on port 843 only, and no listener of this policy has it";
            Diagnostic::warning("site-control-outside-master", message)
                .at(place.span, "")
                .note("it is left out of what is sent")
                .help("remove it, or write `public-port = 843` at a listener that players reach as 843")
        })
    }
}

/// Says what to write in the config file, where the rule says what to write in a policy file.
fn in_toml(finding: &mut Diagnostic) {
    if finding.rule == "no-rules" {
        finding.help = vec![format!("add a rule: `rules = [{RULE}]`")];
    }
}

fn file(path: &TextValue, folder: &Path, found: &mut Vec<Diagnostic>) -> Option<PolicyFile> {
    let place = path.span;
    let path = folder.join(&path.value);
    match policy_file::read(&path) {
        Ok(content) => Some(PolicyFile { path, content }),
        Err(error) => {
            let (name, reason) = (path.display(), reason(&error));
            let message = format!("can't read the policy file {name}: {reason}");
            let mut finding = Diagnostic::error("unreadable-file", message).at(place, "");
            if let Some(help) = confinement::explain_read(&path, &error) {
                finding = finding.help(help);
            }
            found.push(finding);
            None
        }
    }
}

/// Every rule, or none where one of them is wrong: a policy without it would be judged for what it is not.
fn all_rules(
    rules: Vec<RawRule>,
    gates: &GatePorts,
    found: &mut Vec<Diagnostic>,
) -> Option<Vec<(Rule, RawRule)>> {
    if let GatePorts::AnyFree(address) = gates
        && rules
            .iter()
            .any(|raw| matches!(raw.ports, RawPorts::OfGates))
    {
        found.push(unknown_port(address));
    }
    let rules: Vec<_> = rules
        .into_iter()
        .map(|raw| rule(&raw, gates, found).map(|rule| (rule, raw)))
        .collect();
    rules.into_iter().collect()
}

fn unknown_port(address: &At<ListenAddress>) -> Diagnostic {
    let message = format!(
        "expected a port that players can know, found `{}`, which takes any free one",
        address.value
    );
    Diagnostic::error("unknown-public-port", message)
        .at(address.span, "")
        .note("a rule without ports is for the ports of the gates that use its policy, this one among them")
        .help("write `public-port` beside it, or `ports` in the rules of its policy")
}

/// The ports of a rule; none where a fault was reported.
fn ports(raw: &RawRule, gates: &GatePorts, found: &mut Vec<Diagnostic>) -> Option<PortSet> {
    let text = match (&raw.ports, gates) {
        (RawPorts::Written(text), _) => text,
        (RawPorts::OfGates, GatePorts::Known(ports)) => return Some(gates::port_set(ports)),
        (RawPorts::OfGates, GatePorts::NoGate) => {
            found.push(without_ports(raw));
            return None;
        }
        (RawPorts::OfGates, GatePorts::AnyFree(_) | GatePorts::Faulty) | (RawPorts::Faulty, _) => {
            return None;
        }
    };
    let bad = |error: PortSetError| bad_ports(&error, text.place(&error.range));
    let ports = text.value.parse().map_err(bad);
    ports.map_err(|finding| found.push(finding)).ok()
}

fn without_ports(raw: &RawRule) -> Diagnostic {
    Diagnostic::error("missing-key", "expected `ports` in a rule, found none")
        .at(raw.span, "")
        .note("a rule without ports is for the ports of the gates that use its policy, and there are none")
        .help("add the ports that the movie connects to, as in `ports = \"9339,9400-9410\"`")
}

fn rule(raw: &RawRule, gates: &GatePorts, found: &mut Vec<Diagnostic>) -> Option<Rule> {
    let domain = raw.domain.as_ref().map(|text| {
        let domain = text.value.parse();
        domain.map_err(|error: DomainError| bad_domain(&error, text.place(&error.range)))
    });
    let domain = domain.and_then(|domain| domain.map_err(|finding| found.push(finding)).ok());
    let ports = ports(raw, gates, found);
    let secure = match &raw.secure {
        Some(At { value: true, .. }) => Secure::HttpsOnly,
        Some(_) | None => Secure::Any,
    };
    Some(Rule {
        domain: domain?,
        ports: ports?,
        secure,
    })
}

/// A domain outside a policy file that can't be one.
pub fn bad_domain(error: &DomainError, place: Span) -> Diagnostic {
    Diagnostic::error(error.rule(), error.to_string())
        .at(place, "")
        .help(error.help())
}

/// Ports outside a policy file that can't be any.
pub fn bad_ports(error: &PortSetError, place: Span) -> Diagnostic {
    Diagnostic::error("invalid-to-ports", error.to_string())
        .at(place, "")
        .help(error.help())
}

/// The policy of this name.
pub(super) fn by_name<'a>(
    name: &TextValue,
    policies: &'a [Named],
    found: &mut Vec<Diagnostic>,
) -> Option<&'a Named> {
    let policy = policies.iter().find(|policy| policy.name == name.value);
    // A file without any policy was already reported.
    if policy.is_none() && !policies.is_empty() {
        let names: Vec<_> = policies.iter().map(|policy| policy.name.as_str()).collect();
        let message = format!("expected the name of a policy, found `{}`", name.value);
        let finding = Diagnostic::error("unknown-policy", message).at(name.span, "");
        found.push(match nearest(&name.value, &names) {
            Some(name) => finding.help(format!("did you mean `{name}`?")),
            None => finding.help(format!("there is no `[policy.{}]`", name.value)),
        });
    }
    policy
}
