//! A policy of the file, ready to be served. Its rules are checked, with findings at their place in the file.

use std::path::{Path, PathBuf};

use flash_policy::lint::PolicyReader;
use flash_policy::write::{self, Layout};
use flash_policy::{Diagnostic, Policy, Port, Profile, SiteControl, Span};

use super::applies_to::AppliesTo;
use super::gates::GatePorts;
use super::policy_file::{self, ServedAt, Told};
use super::raw::{RULE, RawContent, RawPolicy, RawPorts, RawRule};
use super::tree::At;
use super::tree::text::TextValue;
use crate::confinement;
use crate::reason;
use crate::spelling::nearest;

mod made;
mod over_http;
mod rules;
mod sent;
mod shown;
mod silverlight;

use self::made::SentPolicies;
use self::rules::{ResolvedRule, all_rules};
pub use self::rules::{bad_domain, bad_ports};

/// A policy with its name.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) header: Span,
    /// The clients that it is checked for.
    pub(super) clients: Vec<PolicyReader>,
    /// None if a mistake in it was reported.
    content: Option<PolicyContent>,
    sent: SentPolicies,
}

#[derive(Debug)]
enum PolicyContent {
    File(PolicyFile),
    Rules {
        site_control: Option<At<SiteControl>>,
        rules: Vec<(ResolvedRule, RawRule)>,
    },
}

/// A policy file's path and bytes.
#[derive(Clone, Debug)]
pub(super) struct PolicyFile {
    pub(super) path: PathBuf,
    pub(super) content: policy_file::FileContent,
}

impl Named {
    /// Reads the file or the rules, given the ports of the gates, and reports mistakes in them.
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
            clients: raw.clients,
            content,
            sent: SentPolicies::default(),
        }
    }

    /// The policy file, if there is one.
    pub(super) fn file(&self) -> Option<&PolicyFile> {
        match &self.content {
            Some(PolicyContent::File(file)) => Some(file),
            Some(PolicyContent::Rules { .. }) | None => None,
        }
    }

    /// The rules that apply to sockets or to files over HTTP. Empty for a policy file.
    fn rules_for(&self, applies_to: AppliesTo) -> impl Iterator<Item = &(ResolvedRule, RawRule)> {
        let rules = match &self.content {
            Some(PolicyContent::Rules { rules, .. }) => rules.as_slice(),
            Some(PolicyContent::File(_)) | None => &[],
        };
        rules
            .iter()
            .filter(move |(_, raw)| raw.applies_to(applies_to))
    }

    /// The policy from rules. A meta-policy has no effect except on port 843, and voids the file for some clients.
    fn policy(&self, port: Option<Port>) -> Option<Policy> {
        let Some(PolicyContent::Rules { site_control, .. }) = &self.content else {
            return None;
        };
        let master = port == Some(Port::MASTER);
        let rules = self.rules_for(AppliesTo::Sockets);
        let mut policy: Policy = rules.map(|(rule, _)| rule.rule.clone()).collect();
        let site_control = site_control.as_ref().filter(|_| master);
        policy.site_control = site_control.map(|place| place.value);
        Some(policy)
    }

    /// Probable mistakes in rules, placed in the config file. Returns nothing for policy files.
    pub(super) fn judge(&self, served: &ServedAt) -> Vec<Diagnostic> {
        let ports = served.each();
        let mut found: Vec<_> = self.useless_site_control(served).into_iter().collect();
        found.extend(self.useless_keys(served));
        let mut told = Told::default();
        for &port in ports {
            let Some(policy) = self.policy(port) else {
                return found;
            };
            let new = self.judge_sent(&policy, served, port).into_iter();
            found.extend(new.filter(|finding| told.is_new(finding)));
        }
        if served.asked_by_silverlight() {
            found.extend(self.judge_for_silverlight(served));
        }
        for finding in self.judge_over_http(served) {
            if told.is_new(&finding) {
                found.push(finding);
            }
        }
        policy_file::one_for_each_wildcard(found)
    }

    /// Findings about a policy that is made from these rules and sent on this port, at their place in the config file.
    fn judge_sent(
        &self,
        policy: &Policy,
        served: &ServedAt,
        port: Option<Port>,
    ) -> Vec<Diagnostic> {
        let text = write::flash_unchecked(policy, Layout::Compact);
        let places = self.places(&text, AppliesTo::Sockets);
        let found = policy_file::judge_on(text.as_bytes(), served, port).into_iter();
        found.map(|it| self.in_config(it, &places)).collect()
    }

    /// Moves a finding in generated text to the config file.
    fn in_config(&self, mut finding: Diagnostic, places: &[(Span, Span)]) -> Diagnostic {
        let in_config = |of: Span| {
            let mut places = places.iter();
            let place = places.find(|(sent, _)| sent.start <= of.start && of.end <= sent.end);
            place.map(|(_, place)| *place)
        };
        let place = finding.label.as_ref();
        let place = place.and_then(|label| in_config(label.span));
        let place = place.unwrap_or(self.header);
        finding = finding.at(place, "");
        // These places are in the generated text, not in the config file.
        finding.secondary.clear();
        finding.fix = None;
        // Two elements of the text may be one rule of the config.
        let mut shown = vec![place];
        finding.repeats.retain_mut(|repeat| {
            let place = in_config(repeat.span).filter(|place| !shown.contains(place));
            shown.extend(place);
            repeat.span = place.unwrap_or(repeat.span);
            repeat.edits.clear();
            place.is_some()
        });
        self.in_toml(&mut finding);
        finding
    }

    /// Maps the parts of the generated policy to places in the config file.
    fn places(&self, text: &str, applies_to: AppliesTo) -> Vec<(Span, Span)> {
        let Some(PolicyContent::Rules { site_control, .. }) = &self.content else {
            return Vec::new();
        };
        let profile = match applies_to {
            AppliesTo::Sockets => Profile::Socket,
            AppliesTo::Urls => Profile::Url,
        };
        let sent = flash_policy::parse(text.as_bytes(), profile).places;
        let mut places = Vec::new();
        let rules = self.rules_for(applies_to);
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
        let element = sent.site_control.and_then(|value| element(text, value));
        places.extend(element.zip(site_control));
        places
    }

    /// Replaces help about a policy file with help about the config file.
    fn in_toml(&self, finding: &mut Diagnostic) {
        if finding.rule == "no-rules" {
            finding.help = vec![format!("add a rule: `rules = [{RULE}]`")];
        }
        let Some(PolicyContent::Rules { rules, .. }) = &self.content else {
            return;
        };
        // Text for sockets has no other rules.
        if finding.rule == "no-rules" && !rules.is_empty() {
            finding.help = vec![ONLY_FILES.to_owned()];
        }
        let place = finding.label.as_ref().map(|label| label.span);
        let of_gates = rules
            .iter()
            .any(|(_, raw)| Some(raw.span) == place && matches!(raw.ports, RawPorts::OfGates));
        about_rule(
            finding,
            if of_gates {
                RulePorts::OfGates
            } else {
                RulePorts::Written
            },
        );
    }

    fn useless_site_control(&self, served: &ServedAt) -> Option<Diagnostic> {
        let Some(PolicyContent::Rules {
            site_control: Some(place),
            ..
        }) = &self.content
        else {
            return None;
        };
        let ports = served.each();
        let elsewhere = |port: &Option<Port>| port.is_some_and(|port| port != Port::MASTER);
        let on_sockets = !ports.is_empty() && served.over_http().is_empty();
        (on_sockets && ports.iter().all(elsewhere)).then(|| {
            let message = "`site-control` has an effect on port 843 only, and no listener of this policy uses that port";
            let finding = Diagnostic::warning("site-control-outside-master", message)
                .at(place.span, "")
                .note("flashgate leaves it out of the policy that it sends");
            if place.value == SiteControl::None && served.asked_by_silverlight() {
                finding
                    .note("Silverlight still gets a policy that grants nothing; if you remove it, the rules apply there too")
                    .help("give Silverlight's listener a policy of its own")
            } else {
                finding.help("remove it, or write `public-port = 843` in a listener that players reach as port 843")
            }
        })
    }
}

const ONLY_FILES: &str = "all rules are for files over HTTP: remove `applies-to = \"url\"` from those that are for sockets too";

/// Where the ports of a rule come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RulePorts {
    /// They are in the rule.
    Written,
    /// They are those of the gates.
    OfGates,
}

/// Changes help about a rule in a policy file to help about one in a flag or the config file.
pub fn about_rule(finding: &mut Diagnostic, ports: RulePorts) {
    match (finding.rule, ports) {
        ("ports-without-listener", _) => {
            let help = "or leave out the ports: the rule then covers the ports of the gates";
            finding.help.push(help.to_owned());
        }
        // The rule has no ports to remove.
        ("low-ports-from-high-port", RulePorts::OfGates) => {
            finding.help = vec![
                "serve the policy on port 843, unless players reach this port as one below 1024"
                    .to_owned(),
            ];
        }
        _ => {}
    }
}

/// The element around the value of an attribute.
fn element(text: &str, value: Span) -> Option<Span> {
    let start = text.get(..value.start)?.rfind('<')?;
    let end = value.end + text.get(value.end..)?.find('>')? + 1;
    Some((start..end).into())
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

/// The policy with this name.
pub(super) fn by_name<'a>(
    name: &TextValue,
    policies: &'a [Named],
    found: &mut Vec<Diagnostic>,
) -> Option<&'a Named> {
    let policy = policies.iter().find(|policy| policy.name == name.value);
    // The missing policy is already reported.
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
