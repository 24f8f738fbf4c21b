//! What a browser loads for Ruffle: the page, its scripts and the movie.

use serde_json::{Value, json};

use super::human::{attempted, detail, line};
use super::json::attempt;
use super::words::{milliseconds, time};
use crate::web::{ExchangeScene, LoadFault, LoadKind, LoadScene};

pub(super) fn human(text: &mut String, load: &LoadScene) {
    let what = match load.kind {
        LoadKind::Page if is_list(load) => "the list",
        LoadKind::Page => "the page",
        LoadKind::Script => "a script of the page",
        LoadKind::Movie(_) => "the movie",
    };
    line(text, load.started, &format!("{}: {what}", load.asked));
    for (index, exchange) in load.exchanges.iter().enumerate() {
        if index > 0 || exchange.url != load.asked {
            line(text, exchange.started, &exchange.url.to_string());
        }
        for attempt in &exchange.attempts {
            detail(text, &attempted(attempt));
        }
        if let Some(origin) = &exchange.origin {
            detail(text, &format!("request with Origin {origin}"));
        }
        if let Some(answer) = answered(exchange) {
            detail(text, &answer);
        }
    }
    match &load.result {
        // The status is in the line above.
        Ok(_) | Err(LoadFault::Status(..)) => {}
        Err(LoadFault::MixedContent)
            if load
                .exchanges
                .last()
                .is_none_or(|last| last.url != load.url) =>
        {
            detail(
                text,
                &format!("{}: the browser blocks it (mixed content)", load.url),
            );
        }
        Err(fault) => detail(text, &fault.to_string()),
    }
}

/// Whether the target turned out to be no page.
fn is_list(load: &LoadScene) -> bool {
    let kind = load
        .document()
        .and_then(|document| document.head.field("content-type"));
    kind.is_some_and(|kind| kind.contains("json") || kind.contains("javascript"))
}

fn answered(exchange: &ExchangeScene) -> Option<String> {
    let head = exchange.head.as_ref()?;
    let field = |label: &str, name: &str| {
        let value = head.field(name);
        value.map_or(String::new(), |value| format!(", {label}{value}"))
    };
    let (kind, length) = (field("", "content-type"), head.field("content-length"));
    let length = length.map_or(String::new(), |length| format!(", {length} bytes"));
    let allowed = if exchange.origin.is_some() {
        let allowed = head.field("access-control-allow-origin");
        allowed.map_or_else(
            || ", no Access-Control-Allow-Origin".to_owned(),
            |allowed| format!(", Access-Control-Allow-Origin: {allowed}"),
        )
    } else {
        String::new()
    };
    let to = field("to ", "location");
    let (code, reason, took) = (head.code, &head.reason, time(exchange.took));
    Some(format!(
        "answers {code} {reason}{to}{kind}{length}{allowed} after {took}"
    ))
}

/// A step of the JSON document.
pub(super) fn step(load: &LoadScene) -> Value {
    let document = load.document();
    let head = document.map(|document| &document.head);
    let length = head.and_then(|head| head.field("content-length"));
    let length = length.and_then(|length| length.parse::<u64>().ok());
    json!({
        "action": match load.kind {
            LoadKind::Page => "load-page",
            LoadKind::Script => "load-script",
            LoadKind::Movie(_) => "load-movie",
        },
        "url": load.asked.to_string(),
        "final-url": load.url.to_string(),
        "at-ms": milliseconds(load.started),
        "requests": load.exchanges.iter().map(request).collect::<Vec<_>>(),
        "loaded": document.is_some(),
        "content-type": head.and_then(|head| head.field("content-type")),
        "content-length": length,
    })
}

fn request(exchange: &ExchangeScene) -> Value {
    let head = exchange.head.as_ref();
    let field = |name| head.and_then(|head| head.field(name));
    let addresses: Vec<_> = exchange.addresses.iter().map(ToString::to_string).collect();
    json!({
        "url": exchange.url.to_string(),
        "origin": exchange.origin,
        "addresses": addresses,
        "at-ms": milliseconds(exchange.started),
        "took-ms": milliseconds(exchange.took),
        "attempts": exchange.attempts.iter().map(attempt).collect::<Vec<_>>(),
        "tls": exchange.tls,
        "status": head.map(|head| head.code),
        "location": field("location"),
        "allow-origin": field("access-control-allow-origin"),
    })
}
