//! The advice of findings: it keeps what the file says, opens nothing more widely, and never contradicts other
//! findings. One mistake is one finding.

#![cfg(test)]

mod contradictions;
mod names;
mod recovery;
mod repeats;
mod syntax;
mod unity;

use flash_policy::lint::{Options, PolicyKind, lint_with};
use flash_policy::{Diagnostic, Port, Serving};

fn from_port(port: u16) -> Options {
    Options::new(Serving::from_port(Port::new(port).unwrap()))
}

fn socket() -> Options {
    from_port(843)
}

fn url() -> Options {
    socket().kind(PolicyKind::Url)
}

/// A policy with these elements.
fn policy(elements: &str) -> String {
    format!("<cross-domain-policy>\n{elements}\n</cross-domain-policy>\n")
}

fn found(text: &str, options: &Options) -> Vec<Diagnostic> {
    lint_with(text.as_bytes(), options).findings
}

/// The findings of a file: each one's rule, message and help.
#[track_caller]
fn check(text: &str, options: &Options, expected: &[(&str, &str, &str)]) {
    let findings = found(text, options);
    let said: Vec<_> = findings
        .iter()
        .map(|finding| {
            (
                finding.rule,
                finding.message.as_str(),
                finding.help.join("; "),
            )
        })
        .collect();
    let said: Vec<_> = said
        .iter()
        .map(|(rule, message, help)| (*rule, *message, help.as_str()))
        .collect();
    assert_eq!(said, expected, "{text}");
}

/// The rules that have findings.
#[track_caller]
fn check_rules(text: &str, options: &Options, expected: &[&str]) {
    let findings = found(text, options);
    let rules: Vec<_> = findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, expected, "{text}: {findings:#?}");
}

/// All advice about a file.
fn help(text: &str, options: &Options) -> String {
    let findings = found(text, options);
    let help = findings.into_iter().flat_map(|finding| finding.help);
    help.collect::<Vec<_>>().join("\n")
}
