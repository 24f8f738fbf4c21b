//! A policy as a master policy file over HTTP.

use flash_policy::policy::HeaderRule;
use flash_policy::write::{self, Layout, WriteError};
use flash_policy::{Diagnostic, Policy, PortSet, Profile, Scheme, Secure, silverlight};

use super::rules::RulesPorts;
use super::{Named, PolicyContent};
use crate::config::applies_to::AppliesTo;
use crate::config::policy_file::{self, ServedAt};
use crate::config::raw::RawRule;
use crate::config::tree::At;
use crate::snapshot::{FileGrants, MasterFile, MasterFileKind};

mod cause;
mod useless;

impl Named {
    /// The file, or nothing if a mistake is reported.
    pub(in crate::config) fn over_http(&self, kind: MasterFileKind) -> Option<MasterFile> {
        let content = self.content.as_ref()?;
        let grants = match (content, kind) {
            (PolicyContent::Rules { .. }, _) => FileGrants::Flash(self.url_policy()),
            (PolicyContent::File(file), MasterFileKind::CrossDomain) => {
                let policy = flash_policy::parse(&file.content.bytes, Profile::Url).policy;
                FileGrants::Flash(policy?)
            }
            (PolicyContent::File(file), MasterFileKind::ClientAccessPolicy) => {
                FileGrants::Silverlight(silverlight::parse(&file.content.bytes).policy?)
            }
        };
        let bytes = |scheme| match content {
            PolicyContent::File(file) => Some(until_nul(&file.content.bytes).to_vec()),
            PolicyContent::Rules { .. } => {
                let text = self.text_over_http(kind, scheme).ok()?;
                Some(text.into_bytes())
            }
        };
        let meta_policy = self.meta_policy();
        MasterFile::new(kind, self.name.clone(), bytes, meta_policy, grants)
    }

    /// The meta-policy of the file, as written there. Without one, what players since Flash Player 10 assume. None
    /// if it has no name.
    pub(in crate::config) fn meta_policy(&self) -> Option<&'static str> {
        let bytes = match self.content.as_ref()? {
            PolicyContent::File(file) => &file.content.bytes,
            PolicyContent::Rules { .. } => {
                return Some(self.url_policy().site_meta_policy().as_str());
            }
        };
        let parsed = flash_policy::parse(bytes, Profile::Url);
        let policy = parsed.policy?;
        let Some(place) = parsed.places.site_control else {
            return Some(policy.site_meta_policy().as_str());
        };
        let written = bytes.get(place.start..place.end)?;
        let mut names = META_POLICIES.into_iter();
        names.find(|name| name.as_bytes() == written)
    }

    /// The policy for files.
    pub(super) fn url_policy(&self) -> Policy {
        let mut policy = Policy::for_urls();
        for (rule, raw) in self.rules_for(AppliesTo::Urls) {
            let mut rule = rule.rule.clone();
            rule.secure = secure(raw);
            rule.ports = PortSet::All;
            policy = policy.with_rule(rule);
        }
        for (rule, raw) in self.rules_for(AppliesTo::Urls) {
            if let Some(headers) = rule.headers.clone() {
                let mut header_rule = HeaderRule::new(rule.rule.domain.clone(), headers);
                header_rule.secure = secure(raw);
                policy = policy.with_header_rule(header_rule);
            }
        }
        if let Some(PolicyContent::Rules { site_control, .. }) = &self.content {
            policy.site_control = site_control.as_ref().map(|at| at.value);
        }
        policy
    }

    /// Silverlight's file, as it is sent over plain HTTP.
    pub(in crate::config) fn silverlight_file(&self, layout: Layout) -> Option<String> {
        if let Some(file) = self.file() {
            let bytes = until_nul(&file.content.bytes);
            return Some(String::from_utf8_lossy(bytes).into_owned());
        }
        self.silverlight_text(Scheme::Http, layout).ok()
    }

    /// The text of a file from rules.
    fn text_over_http(&self, kind: MasterFileKind, scheme: Scheme) -> Result<String, WriteError> {
        match kind {
            MasterFileKind::CrossDomain => write::url(&self.url_policy(), Layout::Compact),
            MasterFileKind::ClientAccessPolicy => self.silverlight_text(scheme, Layout::Compact),
        }
    }

    fn silverlight_text(&self, scheme: Scheme, layout: Layout) -> Result<String, WriteError> {
        let urls = self.url_policy();
        let rules = self.rules_for(AppliesTo::Sockets);
        let rules = rules.filter(|(rule, _)| rule.ports == RulesPorts::Known);
        let mut sockets: Policy = rules.map(|(rule, _)| rule.rule.clone()).collect();
        sockets.site_control = urls.site_control;
        write::silverlight_url(&urls, &sockets, scheme, layout)
    }

    /// Probable mistakes in rules for files, placed in the config file. Returns nothing for policy files.
    pub(super) fn judge_over_http(&self, served: &ServedAt) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        if !matches!(self.content, Some(PolicyContent::Rules { .. })) {
            return found;
        }
        for &kind in served.over_http() {
            // Over HTTPS, the same rules allow less.
            let text = match self.text_over_http(kind, Scheme::Http) {
                Ok(text) => text,
                Err(error) => {
                    found.push(self.not_writable(error, kind));
                    continue;
                }
            };
            let places = match kind {
                MasterFileKind::CrossDomain => self.places(&text, AppliesTo::Urls),
                MasterFileKind::ClientAccessPolicy => Vec::new(),
            };
            let judged = policy_file::judge_over_http(text.as_bytes(), kind).into_iter();
            // What has no effect is reported for both files together.
            let judged = judged.filter(|it| !OF_BOTH.contains(&it.rule));
            found
                .extend(judged.map(|it| self.keep_out(self.at_cause(self.in_config(it, &places)))));
        }
        found.extend(self.useless_over_http(served));
        found
    }

    /// The error for a policy that can't be written as a file.
    fn not_writable(&self, error: WriteError, kind: MasterFileKind) -> Diagnostic {
        let message = format!("can't write {}: {error}", kind.path());
        Diagnostic::error("unwritable-policy", message)
            .at(self.header, "")
            .help("change the rule, or serve the policy as a `file`")
    }

    /// For a rule that also applies to sockets, adds how to keep it out of files.
    fn keep_out(&self, mut finding: Diagnostic) -> Diagnostic {
        let place = finding.label.as_ref().map(|label| label.span);
        let is_its = |raw: &&RawRule| raw.domain.as_ref().map(|text| text.span) == place;
        let mut rules = self.rules_for(AppliesTo::Urls).map(|(_, raw)| raw);
        if finding.rule == "wildcard-domain"
            && rules
                .find(is_its)
                .is_some_and(|raw| raw.applies_to.is_none())
        {
            let help = "or add `applies-to = \"socket\"` to keep the rule out of files over HTTP";
            finding.help.push(help.to_owned());
        }
        finding
    }

    /// Keys that have an effect only in files over HTTP, in a policy that is not served as one.
    pub(super) fn useless_keys(&self, served: &ServedAt) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        if !served.over_http().is_empty() {
            return found;
        }
        let Some(PolicyContent::Rules { rules, .. }) = &self.content else {
            return found;
        };
        for (_, raw) in rules {
            let headers = raw.headers.first().map(|text| ("headers", text.span));
            let applies = raw.applies_to.as_ref();
            let applies = applies.filter(|at| at.value == AppliesTo::Urls);
            let applies = applies.map(|at| ("applies-to = \"url\"", at.span));
            found.extend(headers.or(applies).map(|(what, place)| {
                let message = format!(
                    "`{what}` is for files over HTTP, and `[http]` does not use this policy"
                );
                Diagnostic::warning("not-over-http", message)
                    .at(place, "")
                    .help(format!(
                        "write `crossdomain = \"{}\"` in `[http]`, or remove it",
                        self.name
                    ))
            }));
        }
        found
    }
}

/// Findings about rules without an effect.
const OF_BOTH: [&str; 2] = ["no-rules", "site-control-none-with-rules"];

/// The file without the NUL that it may end in. No reader reads on after it.
fn until_nul(bytes: &[u8]) -> &[u8] {
    bytes.split(|byte| *byte == 0).next().unwrap_or(bytes)
}

/// The meta-policies of files over HTTP.
const META_POLICIES: [&str; 5] = [
    "all",
    "by-content-type",
    "by-ftp-filename",
    "master-only",
    "none",
];

/// The `secure` attribute in a file. Without it, movies loaded over HTTP are refused if the file is loaded over
/// HTTPS.
fn secure(raw: &RawRule) -> Secure {
    match raw.secure {
        Some(At { value: true, .. }) => Secure::HttpsOnly,
        Some(At { value: false, .. }) => Secure::Any,
        None => Secure::AsServed,
    }
}
