//! What is answered under which path, to requests that ask for no WebSocket.

use std::sync::Arc;

use crate::http::{Method, Request, Response, StatusCode};
use crate::snapshot::{Gate, Service};

/// The response to a GET, HEAD or OPTIONS.
pub(super) fn answer(request: &Request, service: &Service) -> Response {
    if request.method == Method::Options {
        return allowed();
    }
    let gate = gate(service, &request.path);
    match (&service.bridge, gate, request.path.as_str()) {
        (Some(_), _, "/") => Response::plain(StatusCode::Ok, BRIDGE).for_everybody(),
        (_, Some(gate), _) => expects_websocket(gate),
        (_, None, _) => nowhere(),
    }
}

/// The gate that a request is for.
pub(super) fn gate<'a>(service: &'a Service, path: &str) -> Option<&'a Arc<Gate>> {
    match &service.bridge {
        Some(bridge) => bridge.gate(path),
        None => service.gate.as_ref(),
    }
}

/// A path of the bridge that leads nowhere.
pub(super) fn nowhere() -> Response {
    let text = "no gate has this path; which paths there are, the config file's `[bridge]` says\n";
    Response::plain(StatusCode::NotFound, text).for_everybody()
}

const BRIDGE: &str = "flashgate: Flash content in Ruffle reaches its servers through WebSockets \
                      here, each under a path of its own\n";

fn expects_websocket(gate: &Gate) -> Response {
    let text = format!(
        "flashgate: this is the way to the server `{}`; it takes WebSockets from pages that its policy admits\n",
        gate.name
    );
    Response::plain(StatusCode::UpgradeRequired, text)
        .with("Upgrade", "websocket")
        .for_everybody()
}

/// What a browser asks before it lets a page of another site, or of a wider network, ask for something here.
fn allowed() -> Response {
    Response::plain(StatusCode::Ok, "")
        .with("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
        .with("Access-Control-Allow-Private-Network", "true")
        .with("Access-Control-Max-Age", "600")
        .for_everybody()
}
