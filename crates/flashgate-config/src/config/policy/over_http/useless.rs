//! What rules don't grant over HTTP: files in which none of them has an effect, and ports that no file opens.

use flash_policy::{Diagnostic, Scheme, SiteControl, silverlight};

use super::super::silverlight::left_out;
use super::super::{Named, PolicyContent};
use crate::config::applies_to::AppliesTo;
use crate::config::policy_file::{self, ServedAt};
use crate::config::raw::RawRule;
use crate::config::tree::At;
use crate::snapshot::MasterFileKind;

impl Named {
    /// Warnings about rules without an effect in these files.
    pub(super) fn useless_over_http(&self, served: &ServedAt) -> Vec<Diagnostic> {
        let Some(PolicyContent::Rules {
            rules,
            site_control,
        }) = &self.content
        else {
            return Vec::new();
        };
        if served.over_http().is_empty() {
            return Vec::new();
        }
        let is_none = |at: &&At<SiteControl>| at.value == SiteControl::None;
        let none = site_control.as_ref().filter(is_none);
        if none.is_some() && !self.url_policy().rules.is_empty() {
            let is_told = served.asked_by_silverlight() && served.each().is_empty();
            return if is_told { Vec::new() } else { self.disabled() };
        }
        let is_empty = |kind: &&MasterFileKind| self.grants_nothing(**kind);
        let empty: Vec<_> = served.over_http().iter().filter(is_empty).collect();
        // Without any rule, there is a finding about sockets already.
        let is_told = rules.is_empty() && !served.each().is_empty();
        let mut found = self.left_out_over_http(served);
        if !empty.is_empty() && !is_told {
            let paths: Vec<_> = empty
                .iter()
                .map(|kind| format!("`{}`", kind.path()))
                .collect();
            let paths = paths.join(" and ");
            let message = format!("no rule has an effect in {paths}: nothing is allowed there");
            let finding = Diagnostic::warning("no-rules", message).at(self.header, "");
            found.push(finding.help(if rules.is_empty() {
                "add a rule: `rules = [{ domain = \"www.example.com\" }]`"
            } else if none.is_some() {
                "remove `site-control = \"none\"` if the rules should apply"
            } else {
                "all rules are for sockets: remove `applies-to = \"socket\"` from those that are for files too"
            }));
        }
        found
    }

    /// Whether this file lets no client load or open anything.
    fn grants_nothing(&self, kind: MasterFileKind) -> bool {
        match kind {
            MasterFileKind::CrossDomain => self.url_policy().rules.is_empty(),
            MasterFileKind::ClientAccessPolicy => {
                let text = self.text_over_http(kind, Scheme::Http);
                text.is_ok_and(|text| {
                    let access = silverlight::parse(text.as_bytes()).policy;
                    access.is_some_and(|access| access.policies.is_empty())
                })
            }
        }
    }

    /// The finding about rules under `none`. Silverlight's format has no meta-policy, so it shows in Flash's.
    fn disabled(&self) -> Vec<Diagnostic> {
        let kind = MasterFileKind::CrossDomain;
        let Ok(text) = self.text_over_http(kind, Scheme::Http) else {
            return Vec::new();
        };
        let places = self.places(&text, AppliesTo::Urls);
        let mut found = policy_file::judge_over_http(text.as_bytes(), kind);
        found.retain(|finding| finding.rule == "site-control-none-with-rules");
        let found = found.into_iter();
        found.map(|it| self.in_config(it, &places)).collect()
    }

    /// Warnings about ports that are not in the file, if only Silverlight uses the policy.
    fn left_out_over_http(&self, served: &ServedAt) -> Vec<Diagnostic> {
        let is_only_file = served.over_http() == [MasterFileKind::ClientAccessPolicy];
        if !is_only_file || !served.each().is_empty() || served.asked_by_silverlight() {
            return Vec::new();
        }
        let rules = self.rules_for(AppliesTo::Sockets);
        rules
            .filter_map(|(rule, raw): &(_, RawRule)| left_out(&rule.rule, raw))
            .collect()
    }
}
