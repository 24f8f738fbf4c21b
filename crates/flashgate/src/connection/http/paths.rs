//! The response for each path, for requests that are not for a WebSocket.

use std::fmt::Write as _;
use std::sync::Arc;

use flashgate_config::ruffle::Doors;
use flashgate_config::snapshot::{AskedParameter, Gate, OwnHost, Service};
use flashgate_wire::http::{HttpRequest, Method, Methods, Response, StatusCode};
use flashgate_wire::websocket::{DROPPED, is_asked_for, lacks_upgrade};

/// The response to a GET, HEAD or OPTIONS.
pub(super) fn answer(request: &HttpRequest, service: &Service, doors: &Doors) -> Response {
    if !service.passes_on() {
        return no_such_file(service);
    }
    if request.method == Method::Options {
        return allowed();
    }
    let gate = gate(service, request);
    match (service.bridge(), gate, request.path.as_str()) {
        (_, _, path @ ("/ruffle.js" | "/ruffle.json")) => ruffle(request, path, doors),
        // With a query, `/` may be the path of a gate.
        (Some(_), gate, "/") if gate.is_none() || request.query.is_none() => {
            Response::plain(StatusCode::Ok, BRIDGE).for_everybody()
        }
        (None, Some(gate), path) if path != "/" && !may_be_websocket(request) => {
            no_such_path(gate, service)
        }
        (_, Some(gate), _) => expects_websocket(gate, request),
        (_, None, _) => nowhere(service, request),
    }
}

/// The Ruffle config of a page. If the config names no host, it uses the host in the request.
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
pub(super) fn gate<'a>(service: &'a Service, request: &HttpRequest) -> Option<&'a Arc<Gate>> {
    match service.bridge() {
        Some(bridge) => bridge.gate(&request.path, request.query.as_deref()),
        None => service.gate(),
    }
}

/// The parameter of the query that selects the gate at the request's path, if one does.
pub(super) fn parameter<'a>(
    service: &'a Service,
    request: &'a HttpRequest,
) -> Option<AskedParameter<'a>> {
    let query = request.query.as_deref();
    service.bridge()?.parameter(&request.path, query)
}

/// The response for a path of the bridge that has no gate. It repeats nothing of the request.
pub(super) fn nowhere(service: &Service, request: &HttpRequest) -> Response {
    let text = match parameter(service, request) {
        None => "no gate has this path; see `path` in the config file's `[bridge]`, and `bridge-path` of gates\n".to_owned(),
        Some(AskedParameter { name, value }) => {
            let what = if value.is_some() { "this value" } else { "no value" };
            format!(
                "no gate has this path with {what} of the query parameter `{name}`; see `bridge-path` of gates in the config file\n"
            )
        }
    };
    Response::plain(StatusCode::NotFound, text).for_everybody()
}

/// Whether a browser may have asked for a WebSocket, which a gate accepts at every path.
fn may_be_websocket(request: &HttpRequest) -> bool {
    is_asked_for(request) || lacks_upgrade(request)
}

/// The response for an unknown path of a gate.
fn no_such_path(gate: &Gate, service: &Service) -> Response {
    let (gate, files) = (&gate.name, files(service));
    let also = if files.is_empty() {
        String::new()
    } else {
        format!(", flashgate serves {files} too")
    };
    let text = format!(
        "flashgate: no such path; the Ruffle config is at /ruffle.js and /ruffle.json{also}, and a WebSocket to any path reaches the server `{gate}`\n"
    );
    Response::plain(StatusCode::NotFound, text).for_everybody()
}

/// The response for other paths at the address of `[http]`.
fn no_such_file(service: &Service) -> Response {
    let text = format!("flashgate serves {} here\n", files(service));
    Response::plain(StatusCode::NotFound, text)
}

/// The paths of the files that are served here.
fn files(service: &Service) -> String {
    let files = service.files.iter().flat_map(|files| files.each());
    let paths: Vec<_> = files.map(|file| file.kind.path()).collect();
    paths.join(" and ")
}

const BRIDGE: &str = "flashgate: Flash content in Ruffle connects to its servers through WebSockets \
                      here, each with its own path\n";

fn expects_websocket(gate: &Gate, request: &HttpRequest) -> Response {
    let mut text = format!(
        "flashgate: connect here with a WebSocket to reach the server `{}`; its policy decides which pages may connect\n",
        gate.name
    );
    if lacks_upgrade(request) {
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "this request asks for a WebSocket, but has no Upgrade header: {DROPPED}"
        );
    }
    Response::plain(StatusCode::UpgradeRequired, text)
        .with("Upgrade", "websocket")
        .for_everybody()
}

/// The response to a preflight request, which a browser sends before it lets a page of another site or network send a
/// request here.
///
/// Chromium never made the header for private networks mandatory. Now it asks the visitor instead (Local Network
/// Access, which has no headers). Versions in between send the request header and warn if the response header is
/// missing.
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
