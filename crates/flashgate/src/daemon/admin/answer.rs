//! The responses of `[admin]`, and which requests get them. Nothing here reads a socket.
//!
//! A web page in a browser on this machine can reach a loopback port. With a name of its own that resolves to 127.0.0.1
//! it could also read the responses (DNS rebinding). Such a request has the page's host in `Host`. So only IP
//! addresses, `localhost` and the configured names are accepted.

use std::fmt::Write as _;
use std::net::SocketAddr;

use flash_policy::Host;
use flashgate_config::snapshot::AdminScope;
use flashgate_report::visible;
use flashgate_wire::http::{HostField, HttpRequest, Response, StatusCode};

use super::{AdminAnswers, AdminSources, metrics, status_json};
use crate::connection::Role;
use crate::daemon::status::{Phase, StatusSnapshot};

const PATHS: &str = "expected one of /metrics, /healthz, /readyz, /status.json\n";

const PROBES: &str = "expected one of /healthz, /readyz\n";

const MISDIRECTED: &str =
    "expected a Host header with an IP address, `localhost` or one of `hosts` in the config file\n";

/// The response to a request.
pub(super) fn to(request: &HttpRequest, answers: &AdminAnswers) -> Response {
    match answers.scope {
        AdminScope::All => all(request, &answers.hosts.borrow(), &answers.sources),
        AdminScope::Probes => probe(request, &answers.sources),
    }
}

/// Health checks alone may be read by everyone, also by a page of another site. So they name nothing that flashgate
/// serves.
fn probe(request: &HttpRequest, sources: &AdminSources) -> Response {
    match request.path.as_str() {
        "/healthz" => alive(),
        "/readyz" => {
            let (status, text) = ready(sources);
            Response::plain(status, text)
        }
        _ => Response::plain(StatusCode::NotFound, PROBES),
    }
}

fn alive() -> Response {
    Response::plain(StatusCode::Ok, "alive\n")
}

fn all(request: &HttpRequest, hosts: &[Host], sources: &AdminSources) -> Response {
    if !admits(request.host.as_ref(), hosts) {
        return Response::plain(StatusCode::Misdirected, MISDIRECTED);
    }
    match request.path.as_str() {
        "/metrics" => Response::typed(StatusCode::Ok, metrics::TYPE, metrics::text(sources)),
        "/healthz" => alive(),
        "/readyz" => readiness(sources),
        "/status.json" => Response::typed(
            StatusCode::Ok,
            "application/json",
            status_json::text(sources),
        ),
        _ => Response::plain(StatusCode::NotFound, PATHS),
    }
}

/// A client with HTTP/1.0 may omit the host. No browser does.
fn admits(host: Option<&HostField>, hosts: &[Host]) -> bool {
    host.is_none_or(|field| match &field.host {
        Host::Address(_) => true,
        Host::Name(name) => name == "localhost" || hosts.contains(&field.host),
    })
}

/// Ready means that some listener can answer.
fn ready(sources: &AdminSources) -> (StatusCode, String) {
    let known = sources.status.known();
    let phase = known.phase;
    let failed = failed(&known).len();
    match (phase.serves() && failed < known.listeners.len(), phase) {
        (true, _) => (StatusCode::Ok, "ready\n".to_owned()),
        (false, Phase::Ready | Phase::Reloading) => {
            (StatusCode::Unavailable, "not ready\n".to_owned())
        }
        (false, phase) => (
            StatusCode::Unavailable,
            format!("not ready: {}\n", phase.name()),
        ),
    }
}

/// The listeners that do not work.
fn failed(known: &StatusSnapshot) -> Vec<SocketAddr> {
    let listeners = known.listeners.iter();
    let failed = listeners.filter(|listener| listener.health.has_failed());
    failed.map(|listener| listener.address).collect()
}

/// Whether it is ready, and in the body what does not work.
fn readiness(sources: &AdminSources) -> Response {
    let known = sources.status.known();
    let phase = known.phase;
    let (status, mut text) = ready(sources);
    for address in failed(&known) {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{address} has failed and is being bound again");
    }
    for backend in sources.shared.backends.status() {
        if let Some(error) = backend.failed {
            let (gate, address) = (backend.gate, backend.backend);
            let what = match backend.role {
                Role::Game => "backend",
                Role::Http => "http-backend",
            };
            let _ = writeln!(
                text,
                "the {what} {address} of gate {gate} can't be reached: {error}"
            );
        }
    }
    if phase.serves() && !sources.shared.permits.has_room(1) {
        text.push_str("the limit on connections is reached: new ones wait in the queue\n");
    }
    let permits = &sources.shared.permits;
    if phase.serves() && permits.most_relays() > 0 && permits.has_room_to_pass_on().is_err() {
        text.push_str("the limit on connections is reached: no more are forwarded to backends\n");
    }
    Response::plain(status, visible::text(&text).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        let hosts = ["play.test".parse().unwrap()];
        let admitted = |text: &str| admits(HostField::parse(text.as_bytes()).as_ref(), &hosts);
        for host in [
            "127.0.0.1",
            "192.0.2.1:80",
            "[::1]:9843",
            "localhost:1",
            "LOCALHOST.",
            "Play.Test:9843",
        ] {
            assert!(admitted(host), "{host}");
        }
        for host in [
            "evil.test",
            "play.test.evil.test",
            "x.play.test",
            "localhost.evil.test",
            "x.localhost",
        ] {
            assert!(!admitted(host), "{host}");
        }
        assert!(admits(None, &hosts));
    }
}
