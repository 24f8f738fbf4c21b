//! `/status.json` as text for people. A key that an older daemon does not have is left out.

use flashgate_report::render;
use serde_json::Value;

use super::section::{Cell, Colors, Mood, section};
use super::span::{bytes, lasting};

/// Renewal is due before this many days are left. Let's Encrypt renews at 30, and the alert of the book is at 7.
const FEW_DAYS: i64 = 14;

/// The text for standard output.
pub(super) fn text(status: &Value) -> String {
    let colors = if render::has_color(&std::io::stdout()) {
        Colors::On
    } else {
        Colors::Off
    };
    let mut text = head(status, colors);
    for (title, rows) in [
        ("Listeners", rows(status, "listeners", listener)),
        ("Gates", gates(status)),
        ("Certificates", rows(status, "certificates", certificate)),
        ("Last reload", reload(status)),
        ("Connections", connections(status)),
        ("Limits", limits(status)),
        ("Problems", problems(status)),
    ] {
        text.push_str(&section(title, &rows, colors));
    }
    text
}

/// `flashgate 0.1.0, ready, up 3 days`.
fn head(status: &Value, colors: Colors) -> String {
    let phase = word(status, "phase");
    let mood = match phase {
        "ready" => Mood::Good,
        _ => Mood::Watch,
    };
    let version = render::printable(word(status, "version"));
    let phase = colors.paint(&render::printable(phase), mood);
    let up = status.get("uptime-seconds").and_then(Value::as_f64);
    let up = up.map_or_else(String::new, |up| format!(", up {}", lasting(up)));
    format!("flashgate {version}, {phase}{up}\n")
}

fn listener(listener: &Value) -> Vec<Cell> {
    let serves = match word(listener, "serves") {
        "gate" => format!("gate {}", word(listener, "gate")),
        served @ ("bridge" | "http") => served.to_owned(),
        _ => format!("policy {}", word(listener, "policy")),
    };
    let state = word(listener, "state");
    let mood = if state == "accepting" {
        Mood::Good
    } else {
        Mood::Bad
    };
    vec![
        Cell::plain(word(listener, "address")),
        Cell::plain(serves),
        Cell::colored(state, mood),
    ]
}

/// One row for each backend.
fn gates(status: &Value) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    for gate in list(status, "gates") {
        for (role, key) in [("game", "backend"), ("http", "http-backend")] {
            let Some(backend) = gate.get(key).and_then(Value::as_str) else {
                continue;
            };
            let name = word(gate, "name");
            let title = if role == "http" {
                format!("{name} (HTTP)")
            } else {
                name.to_owned()
            };
            let mut row = vec![Cell::plain(title), Cell::plain(format!("to {backend}"))];
            row.push(backend_state(
                status,
                name,
                role,
                word(gate, &format!("{key}-state")),
            ));
            rows.push(row);
        }
    }
    rows
}

/// The state of a backend, with the last error.
fn backend_state(status: &Value, gate: &str, role: &str, state: &str) -> Cell {
    let is_it = |it: &&Value| word(it, "gate") == gate && word(it, "role") == role;
    let backend = list(status, "backends").iter().find(is_it);
    let failures = backend
        .and_then(|it| it.get("failures")?.as_u64())
        .unwrap_or(0);
    match state {
        "unreachable" => {
            let error = backend.map_or("", |it| word(it, "error"));
            Cell::colored(
                format!("unreachable: {error} (failures: {failures})"),
                Mood::Bad,
            )
        }
        "reached" => Cell::colored(format!("reached again (failures: {failures})"), Mood::Watch),
        "no-failure" => Cell::colored("no failure", Mood::Good),
        other => Cell::plain(other),
    }
}

fn certificate(certificate: &Value) -> Vec<Cell> {
    let days = certificate.get("days-left").and_then(Value::as_i64);
    let names: Vec<_> = list(certificate, "names")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let until = word(certificate, "not-after");
    let left = match days {
        Some(days) if days < 0 => Cell::colored(format!("expired {until}"), Mood::Bad),
        Some(days) => {
            let mood = if days < FEW_DAYS {
                Mood::Watch
            } else {
                Mood::Good
            };
            let unit = if days == 1 { "day" } else { "days" };
            Cell::colored(format!("{days} {unit} left, until {until}"), mood)
        }
        None => Cell::plain(""),
    };
    vec![
        Cell::plain(word(certificate, "file")),
        Cell::plain(names.join(", ")),
        left,
    ]
}

/// When it was, and why it changed nothing.
fn reload(status: &Value) -> Vec<Vec<Cell>> {
    let Some(last) = status.get("last-reload").filter(|last| last.is_object()) else {
        return vec![vec![Cell::plain("none since the start")]];
    };
    let ago = last.get("seconds-ago").and_then(Value::as_f64);
    let ago = lasting(ago.unwrap_or_default());
    if word(last, "result") == "success" {
        let text = format!("successful, {ago} ago");
        return vec![vec![Cell::colored(text, Mood::Good)]];
    }
    let text = format!("failed {ago} ago; the old settings are still served");
    let mut rows = vec![vec![Cell::colored(text, Mood::Bad)]];
    let reason = word(last, "error").trim_end().lines();
    rows.extend(reason.map(|line| vec![Cell::plain(line)]));
    rows
}

fn connections(status: &Value) -> Vec<Vec<Cell>> {
    let Some(connections) = status.get("connections") else {
        return Vec::new();
    };
    let row = |name: &str, count: String| vec![Cell::plain(name), Cell::plain(count)];
    let of = |key: &str, limit: &str| match number(connections, limit) {
        0 => number(connections, key).to_string(),
        limit => format!("{} of {limit}", number(connections, key)),
    };
    let ended = connections.get("ended").and_then(Value::as_object);
    let ended = ended.into_iter().flatten();
    let ended: Vec<_> = ended
        .filter_map(|(code, total)| Some((code, total.as_u64().filter(|total| *total > 0)?)))
        .collect();
    let mut rows = vec![
        row("open", of("open", "limit")),
        row("forwarded", of("relaying", "relaying-limit")),
        row("WebSockets", number(connections, "websockets").to_string()),
        row("closing", number(connections, "lingering").to_string()),
    ];
    if let Some(relayed) = status.get("relayed-bytes") {
        let [from_clients, from_backends] =
            ["from-clients", "from-backends"].map(|key| bytes(number(relayed, key)));
        rows.push(row(
            "bytes forwarded",
            format!("{from_clients} from clients, {from_backends} from backends"),
        ));
    }
    rows.extend(
        ended
            .iter()
            .map(|(code, total)| row(&format!("ended: {code}"), total.to_string())),
    );
    rows
}

/// The limits that are on.
fn limits(status: &Value) -> Vec<Vec<Cell>> {
    let Some(limits) = status.get("limits").and_then(Value::as_object) else {
        return Vec::new();
    };
    let shown = limits.iter().filter_map(|(key, value)| {
        let (name, value) = match (key.strip_suffix("-seconds"), value) {
            (Some(name), Value::Number(seconds)) => (name, lasting(seconds.as_f64()?)),
            (Some(name), Value::Null) => (name, "off".to_owned()),
            (None, Value::Number(number)) => (key.as_str(), number.to_string()),
            (None, Value::Null) => (key.as_str(), "off".to_owned()),
            (None, Value::Array(all)) => {
                let all: Vec<_> = all.iter().filter_map(Value::as_str).collect();
                (key.as_str(), all.join(", "))
            }
            _ => return None,
        };
        Some(vec![Cell::plain(name), Cell::plain(value)])
    });
    shown.collect()
}

/// Whatever should be zero or on, and is not.
fn problems(status: &Value) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    let mut add = |what: String| rows.push(vec![Cell::colored(what, Mood::Watch)]);
    for (key, what) in [
        ("panics", "internal errors"),
        ("log-lines-lost", "lines of the log that were lost"),
    ] {
        match number(status, key) {
            0 => {}
            count => add(format!("{what}: {count}")),
        }
    }
    let shed = status.get("connections").map_or(0, |it| number(it, "shed"));
    if shed > 0 {
        add(format!(
            "connections closed to make room for others: {shed}"
        ));
    }
    let errors = status.get("accept-errors").and_then(Value::as_object);
    for (class, count) in errors.into_iter().flatten() {
        if count.as_u64().is_some_and(|count| count > 0) {
            add(format!("errors of `accept` ({class}): {count}"));
        }
    }
    let sandbox = status.get("sandbox").and_then(Value::as_object);
    for (part, on) in sandbox.into_iter().flatten() {
        if on == &Value::Bool(false) {
            add(format!("not active in the sandbox: {part}"));
        }
    }
    rows
}

fn rows(status: &Value, key: &str, row: impl Fn(&Value) -> Vec<Cell>) -> Vec<Vec<Cell>> {
    list(status, key).iter().map(row).collect()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn word<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn number(value: &Value, key: &str) -> u64 {
    value.get(key).and_then(Value::as_u64).unwrap_or_default()
}
