//! Resolves `[http]`: the master policy files, and where they are served.

use std::path::Path;
use std::sync::Arc;

use flash_policy::Diagnostic;
use flash_policy::diagnostic::any_error;

use super::common::Common;
use super::policy::{Named, by_name};
use super::raw::{RawGate, RawHttp, RawListener};
use super::tree::At;
use crate::snapshot::{
    AskedBy, MasterFileKind, MasterFiles, ServiceKind, ServiceListener, WebSocketMode,
};

/// The files, from the policies that `[http]` names. Reports names that don't exist.
pub(super) fn files(
    raw: Option<&RawHttp>,
    policies: &[Named],
    found: &mut Vec<Diagnostic>,
) -> Option<Arc<MasterFiles>> {
    let named = raw?.files.iter().filter_map(|(kind, name)| {
        let before = found.len();
        let policy = by_name(name, policies, found);
        for finding in found.iter_mut().skip(before) {
            finding.help = about_name(*kind, &name.value)
                .map_or_else(|| std::mem::take(&mut finding.help), |help| vec![help]);
        }
        policy?.over_http(*kind)
    });
    Some(Arc::new(MasterFiles(named.collect())))
}

/// What to write instead of something that is no name of a policy, such as that of a file.
fn about_name(kind: MasterFileKind, given: &str) -> Option<String> {
    let key = kind.key();
    if given.is_empty() {
        return Some(format!("name a policy, as in `{key} = \"default\"`"));
    }
    // The path in the URL names no file on this machine.
    let file = if given == kind.path() {
        given.trim_start_matches('/')
    } else {
        given
    };
    let is_file = given.contains('/')
        || Path::new(given)
            .extension()
            .is_some_and(|it| it.eq_ignore_ascii_case("xml"));
    is_file.then(|| {
        format!("`{key}` is the name of a policy: add `[policy.NAME]` with `file = {file:?}`, and write `{key} = \"NAME\"`")
    })
}

/// The listener of the files, if they have their own.
pub(super) fn listener(raw: &RawHttp, common: Common<'_>) -> Option<ServiceListener> {
    let addresses: Vec<_> = raw.addresses.iter().map(|at| at.value).collect();
    (!addresses.is_empty()).then(|| ServiceListener {
        addresses,
        asked_by: AskedBy::Http,
        service: Arc::new(common.with_files(ServiceKind::Http, raw.accept_proxy.clone())),
    })
}

/// Whether a gate answers requests for the files.
pub(super) fn answers(raw: &RawListener) -> bool {
    raw.gate.as_ref().is_some_and(|gate| {
        let by_default = gate.http_backend.is_none() && gate.websocket == WebSocketMode::Upgrade;
        gate.policy_files.as_ref().map_or(by_default, |at| at.value)
    })
}

/// The files that a policy is served as.
pub(super) fn kinds(raw: Option<&RawHttp>, policy: &str) -> Vec<MasterFileKind> {
    let files = raw.into_iter().flat_map(|raw| &raw.files);
    let its = files.filter(|(_, name)| name.value == policy);
    its.map(|(kind, _)| *kind).collect()
}

/// Reports gates that can't do what `policy-files` says, and `[http]` without a place to answer.
pub(super) fn check(
    raw: Option<&RawHttp>,
    listeners: &[RawListener],
    has_bridge: bool,
    found: &mut Vec<Diagnostic>,
) {
    let set = listeners.iter().filter_map(|listener| {
        let gate = listener.gate.as_ref()?;
        Some((gate, gate.policy_files.as_ref().filter(|at| at.value)?))
    });
    for (gate, place) in set {
        if raw.is_none() {
            found.push(without_http(place));
        } else if gate.websocket == WebSocketMode::Off {
            found.push(without_websocket(place));
        }
    }
    if let Some(raw) = raw
        && raw.addresses.is_empty()
        && !has_bridge
        && !listeners.iter().any(answers)
        && !any_error(found)
    {
        let message =
            "`[http]` needs `address`, because no gate and no bridge answers requests for files";
        let finding = Diagnostic::error("missing-key", message).at(raw.header, "");
        let finding = finding.help("write `address = \"[::]:80\"`");
        let mut gates = listeners.iter().filter_map(|raw| raw.gate.as_ref());
        found.push(match gates.next() {
            Some(gate) => finding.help(instead(gate)),
            None => finding,
        });
    }
}

/// How a gate that doesn't answer requests for the files would.
fn instead(gate: &RawGate) -> &'static str {
    if gate.websocket == WebSocketMode::Off {
        "or remove `websocket = false`: without WebSockets, a gate forwards HTTP without reading it"
    } else if gate.http_backend.is_some() {
        "or write `policy-files = true` in a gate with `http-backend`"
    } else {
        "or remove `policy-files = false`"
    }
}

fn without_http(place: &At<bool>) -> Diagnostic {
    let message = "`policy-files` needs `[http]`, which names the files";
    Diagnostic::error("policy-files-without-http", message)
        .at(place.span, "")
        .help("add `[http]`, and below it `crossdomain = \"default\"`, or remove the key")
}

fn without_websocket(place: &At<bool>) -> Diagnostic {
    let message = "`policy-files = true` needs `websocket = true`: without it, the gate forwards HTTP without reading it";
    Diagnostic::error("conflicting-keys", message)
        .at(place.span, "")
        .help("remove `websocket = false`, or serve the file on the server behind the gate")
}
