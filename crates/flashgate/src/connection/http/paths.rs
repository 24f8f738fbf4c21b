//! What is answered under which path, to requests that ask for no WebSocket.

use std::fmt::Write as _;
use std::sync::Arc;

use flashgate_config::ruffle::Doors;
use flashgate_config::snapshot::{Gate, OwnHost, Service};
use flashgate_wire::http::{HttpRequest, Method, Methods, Response, StatusCode};
use flashgate_wire::websocket::{DROPPED, lacks_upgrade};

/// The response to a GET, HEAD or OPTIONS.
pub(super) fn answer(request: &HttpRequest, service: &Service, doors: &Doors) -> Response {
    if request.method == Method::Options {
        return allowed();
    }
    let gate = gate(service, &request.path);
    match (service.bridge(), gate, request.path.as_str()) {
        (_, _, path @ ("/ruffle.js" | "/ruffle.json")) => ruffle(request, path, doors),
        (Some(_), _, "/") => Response::plain(StatusCode::Ok, BRIDGE).for_everybody(),
        (_, Some(gate), _) => expects_websocket(gate, request),
        (_, None, _) => nowhere(),
    }
}

/// What a page tells Ruffle; where the config names no host, for the one that the page has reached this machine by.
fn ruffle(request: &HttpRequest, path: &str, doors: &Doors) -> Response {
    let asked = request.host.as_ref();
    let asked = asked.map(|field| OwnHost::from(field.host.clone()));
    let (content_type, text) = match path {
        "/ruffle.js" => (
            "text/javascript; charset=utf-8",
            doors.script(asked.as_ref()),
        ),
        _ => ("application/json", doors.json(asked.as_ref())),
    };
    Response::typed(StatusCode::Ok, content_type, text).for_everybody()
}

/// The gate that a request is for.
pub(super) fn gate<'a>(service: &'a Service, path: &str) -> Option<&'a Arc<Gate>> {
    match service.bridge() {
        Some(bridge) => bridge.gate(path),
        None => service.gate(),
    }
}

/// A path of the bridge that leads nowhere.
pub(super) fn nowhere() -> Response {
    let text = "no gate has this path; which paths there are, the config file's `[bridge]` says\n";
    Response::plain(StatusCode::NotFound, text).for_everybody()
}

const BRIDGE: &str = "flashgate: Flash content in Ruffle reaches its servers through WebSockets \
                      here, each under a path of its own\n";

fn expects_websocket(gate: &Gate, request: &HttpRequest) -> Response {
    let mut text = format!(
        "flashgate: this is the way to the server `{}`; it takes WebSockets from pages that its policy admits\n",
        gate.name
    );
    if lacks_upgrade(request) {
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "this request is one for a WebSocket, but its Upgrade field is missing: {DROPPED}"
        );
    }
    Response::plain(StatusCode::UpgradeRequired, text)
        .with("Upgrade", "websocket")
        .for_everybody()
}

/// What a browser asks before it lets a page of another site, or of a wider network, ask for something here.
///
/// Chromium never came to insist on the field for networks: it asks the visitor now (Local Network Access, which has no
/// fields). Browsers in between ask with it and warn where it is missing.
fn allowed() -> Response {
    let methods = Methods::WithOptions.listed();
    Response::plain(StatusCode::Ok, "")
        .with("Allow", methods)
        .with("Access-Control-Allow-Methods", methods)
        .with("Access-Control-Allow-Headers", "*")
        .with("Access-Control-Allow-Private-Network", "true")
        .with("Access-Control-Max-Age", "600")
        .for_everybody()
}
