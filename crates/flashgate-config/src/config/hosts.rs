//! Warns of host names and ports at which Ruffle pages can't reach this machine.

use flash_policy::Diagnostic;
use flashgate_wire::http::HostField;
use flashgate_wire::websocket::is_bad_port;

use super::tree::At;
use crate::ruffle::Doors;
use crate::snapshot::{FreePorts, OwnHost, Plan};

/// The rules in this file. `flashgate ruffle` shows them too, because they affect the config that pages get.
pub(super) const RULES: [&str; 3] = ["null-host", "loopback-host", "port-blocked-by-browser"];

/// Warns of names and ports that make a URL that no visitor can open. With `public-url` they are not used for pages.
pub(super) fn judge(hosts: &[At<OwnHost>], plan: &Plan, found: &mut Vec<Diagnostic>) {
    if !plan.leads_pages_by_host() {
        return;
    }
    let is_bridge = plan.bridge.is_some();
    let astray = |host: &At<OwnHost>| Some(astray(&host.value, is_bridge)?.at(host.span, ""));
    found.extend(hosts.iter().filter_map(astray));
    if let Some(host) = hosts.first() {
        let doors = Doors::of(plan, &FreePorts::default());
        let ports = doors.ports_in_urls().into_iter();
        let blocked = ports.filter_map(|port| blocked(port, is_bridge));
        found.extend(blocked.map(|finding| finding.at(host.span, "")));
    }
}

/// Warns of a `public-url` that only this machine can open, or no browser.
pub(super) fn judge_url(url: &At<String>) -> Vec<Diagnostic> {
    let parts = url.value.split_once("://");
    let authority = parts.and_then(|(_, rest)| rest.split('/').next());
    let Some(field) = authority.and_then(|text| HostField::parse(text.as_bytes())) else {
        return Vec::new();
    };
    let local = astray(&OwnHost::from(field.host), true).map(|mut finding| {
        finding.help = vec!["write the name that browsers use to reach this machine".to_owned()];
        finding
    });
    let found = local
        .into_iter()
        .chain(field.port.and_then(|port| blocked(port, true)));
    found.map(|finding| finding.at(url.span, "")).collect()
}

/// A warning if browsers block WebSockets to the port of a bridge or gate. It has no place.
pub fn blocked(port: u16, is_bridge: bool) -> Option<Diagnostic> {
    is_bad_port(port).then(|| {
        let message = format!("browsers block WebSockets to port {port}, so Ruffle can't connect");
        Diagnostic::warning("port-blocked-by-browser", message)
            .note("it is on the Fetch standard's list of bad ports")
            .help(if is_bridge {
                "move the bridge to another port, such as 443"
            } else {
                "add `[bridge]` on another port for pages; movies keep this one"
            })
    })
}

/// What is wrong with a host, if anything. It has no place.
pub fn astray(host: &OwnHost, is_bridge: bool) -> Option<Diagnostic> {
    let name = &host.written;
    if host.is_null() {
        let message = format!("`{name}` is not a host: a page can't open `ws://{name}/`");
        return Some(
            Diagnostic::warning("null-host", message)
                .note("Ruffle looks up `null` if a movie names no host; flashgate already adds an entry for that")
                .help("replace it with the name that movies use for this machine"),
        );
    }
    host.is_local().then(|| {
        let message = format!("`{name}` is the visitor's own machine, not this one");
        Diagnostic::warning("loopback-host", message)
            .note("this works only where the browser runs on the same machine as flashgate")
            .help(if is_bridge {
                "use the name that players use for this machine; if movies connect to this host, also set `public-url` in `[bridge]`"
            } else {
                "use the name that players use for this machine; if movies connect to this host, add a `[bridge]` with `public-url` for pages to the config file"
            })
    })
}
