//! `flashgate check` from outside: what it reports about servers, and how it runs.

#![cfg(test)]

mod advice;
mod behind;
mod cors;
mod dialects;
mod docs;
mod hostile_pages;
mod hostile_web_servers;
mod keys;
mod lightspark;
mod movies;
mod over_http;
mod pages;
mod real_servers;
mod remedies;
mod ruffle;
mod running;
mod secure;
mod silverlight;
mod site;
mod strangers;
mod terminal;
mod unexplained;
mod vectors;
mod without_verdict;
mod zoo;

use serde_json::Value;
use testkit::zoo::Checked;

/// The report of a check with `--format json`.
fn report(checked: &Checked) -> Value {
    serde_json::from_slice(&checked.output.stdout).unwrap_or_else(|error| {
        panic!("{error}: {}{}", checked.stdout(), checked.stderr());
    })
}

/// The ids of its findings, in order.
fn ids(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().expect("findings");
    let ids = findings.iter().map(|finding| finding["id"].as_str());
    ids.map(|id| id.expect("an id")).collect()
}
