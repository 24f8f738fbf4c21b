//! Advice for policies that Unity's web player reads too: it never asks for what Unity does not understand.
//!
//! Unity's manual (*Security Sandbox of the Webplayer*) says that only `*` is accepted as a domain, and that
//! `<site-control>` and header rules are not supported. It says nothing about comments, so none is suggested.

use alloc::string::ToString as _;
use alloc::vec::Vec;

use super::rules::{rule, wildcard_domain};
use super::{Options, PolicyKind, PolicyReader, RuleGroup};
use crate::Diagnostic;

/// Changes the advice of all findings, if Unity is one of the clients.
pub(super) fn advise(findings: &mut [Diagnostic], options: &Options) {
    if options.judges_for(PolicyReader::Unity) && options.kind == PolicyKind::Socket {
        findings.iter_mut().for_each(advise_one);
    }
}

fn advise_one(finding: &mut Diagnostic) {
    let group = rule(finding.rule).map(|rule| rule.group);
    if group == Some(RuleGroup::MetaPolicy) || says(finding, &SITE_CONTROL) {
        instead(
            finding,
            "remove the element: Unity's web player does not support it",
        );
    } else if says(finding, &COMMENT) {
        instead(finding, "remove it");
    }
    for help in &mut finding.help {
        *help = help.replace(NAMED, "domain=\"*\"");
    }
    if group == Some(RuleGroup::Domains) && finding.rule != wildcard_domain::RULE.name {
        let help = "for Unity's web player, write `*`: it accepts no other domain";
        finding.help.push(help.to_string());
    }
}

const SITE_CONTROL: [&str; 2] = ["site-control", "permitted-cross-domain-policies"];

const COMMENT: [&str; 2] = ["<!--", "-->"];

/// The domain of rules that are examples.
const NAMED: &str = "domain=\"www.example.com\"";

/// Whether the help or the fix of a finding has one of these texts.
fn says(finding: &Diagnostic, texts: &[&str]) -> bool {
    let fix = finding.fix.iter().flat_map(|fix| &fix.edits);
    let edits = fix.chain(finding.repeats.iter().flat_map(|repeat| &repeat.edits));
    let written = edits.map(|edit| &edit.text);
    let mut all = finding.help.iter().chain(written);
    all.any(|help| texts.iter().any(|text| help.contains(text)))
}

/// Replaces the help, unless it is to remove something, and takes the fix away.
fn instead(finding: &mut Diagnostic, help: &str) {
    let removes =
        |help: &alloc::string::String| help.starts_with("remove") && !help.contains("<!--");
    if !finding.help.iter().all(removes) || finding.help.is_empty() {
        finding.help = Vec::from([help.to_string()]);
    }
    if says(finding, &SITE_CONTROL) || says(finding, &COMMENT) {
        finding.fix = None;
        for repeat in &mut finding.repeats {
            repeat.edits.clear();
        }
    }
}
