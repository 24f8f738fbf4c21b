//! The lines for a page with Ruffle.

use flashgate_report::render::PlainError;

use super::planned_gate::PlannedGate;
use super::situation::Situation;

pub(super) fn text(situation: &Situation) -> Result<String, PlainError> {
    let Some(host) = situation.host() else {
        return Err(PlainError::new(
            "expected the name that movies use for this machine, found none",
            &["pass it as movies spell it: `--host play.example.com`"],
        ));
    };
    let bridge = situation.bridge.as_ref().map(|bridge| bridge.port);
    let gate = || Some(situation.gates.iter().find_map(PlannedGate::range)?.0);
    let Some(port) = bridge.or_else(gate) else {
        return Err(PlainError::new(
            "expected a gate for the page's WebSockets, found none",
            &["pass a gate: `--gate 9339=127.0.0.1:9340`"],
        ));
    };
    let scheme = if situation.tls.is_some() {
        "https"
    } else {
        "http"
    };
    let url = match (scheme, port) {
        ("http", 80) | ("https", 443) => format!("{scheme}://{host}"),
        _ => format!("{scheme}://{host}:{port}"),
    };
    let note = if situation.tls.is_some() {
        ""
    } else {
        NOT_SECURE
    };
    Ok(format!(
        "<!-- Ruffle plays the movie. flashgate says which WebSocket to open for each host and port, and accepts it. -->\n{note}\
         <script src=\"https://unpkg.com/@ruffle-rs/ruffle\"></script>\n\
         <script src=\"{url}/ruffle.js\"></script>\n\
         <embed src=\"game.swf\" width=\"800\" height=\"600\">\n"
    ))
}

const NOT_SECURE: &str = "\
<!-- For pages on http: only. A page on https: needs TLS: `flashgate init --tls`, or a web server in front. -->
";
