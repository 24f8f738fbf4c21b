//! `hosts`: names with which pages with Ruffle can't reach this machine.

use flash_policy::Diagnostic;

use super::tree::At;
use crate::http::HostField;
use crate::snapshot::{OwnHost, Plan};

/// The rules below. `flashgate ruffle` shows them too, because they are about what pages get.
pub(super) const RULES: [&str; 2] = ["null-host", "loopback-host"];

/// Warns of names that make a URL which no visitor can open. A `public-url` is used for every host, so it avoids both.
pub(super) fn judge(hosts: &[At<OwnHost>], plan: &Plan, found: &mut Vec<Diagnostic>) {
    if plan.leads_pages_by_host() {
        found.extend(
            hosts
                .iter()
                .filter_map(|host| Some(astray(&host.value)?.at(host.span, ""))),
        );
    }
}

/// Warns of a `public-url` that no visitor of another machine can open.
pub(super) fn judge_url(url: &At<String>) -> Option<Diagnostic> {
    let authority = url.value.split_once("://")?.1.split('/').next()?;
    let host = OwnHost::from(HostField::parse(authority.as_bytes())?.host);
    let mut finding = astray(&host)?.at(url.span, "");
    finding.help = vec!["write the name by which browsers reach this machine".to_owned()];
    Some(finding)
}

/// What is wrong with one, if anything; without a place.
pub(crate) fn astray(host: &OwnHost) -> Option<Diagnostic> {
    let name = &host.written;
    if host.is_null() {
        let message = format!("`{name}` is not a host: a page can't open `ws://{name}/`");
        return Some(
            Diagnostic::warning("null-host", message)
                .note("Ruffle looks up `null` if a movie names no host; flashgate adds an entry for that by itself")
                .help("replace it with the name that movies use for this machine"),
        );
    }
    host.is_local().then(|| {
        let message = format!("`{name}` is the visitor's own machine, not this one");
        Diagnostic::warning("loopback-host", message)
            .note("this works only where the browser runs on the same machine as flashgate")
            .help("name this machine as its players do; if movies ask for this very host, also write `public-url` in `[bridge]`")
    })
}
