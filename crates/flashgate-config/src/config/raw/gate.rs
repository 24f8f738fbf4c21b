//! Reads `[[gate]]`, which is a listener with a server behind it.

use flash_policy::Diagnostic;

use super::listener::{Example, RawGate, RawListener, either, only_known};
use crate::config::tree::text::TextValue;
use crate::config::tree::{At, Table, Value};
use crate::config::{backend, keys, sections, values};

pub(super) fn gate(table: &Table<'_>, found: &mut Vec<Diagnostic>) -> RawListener {
    only_known(table, found);
    let value = |key| table.get(key);
    if value("backend").is_none() {
        let help =
            "write `backend = \"127.0.0.1:9340\"`, the address of the server behind this port";
        found.extend(table.missing("backend", help));
    }
    let websocket = table.setting("websocket", sections::websocket, found);
    let mut server = |key| value(key)?.parsed("bad-backend", backend::parse, found);
    let gate = RawGate {
        backend: server("backend"),
        http_backend: server("http-backend"),
        name: value("name").and_then(|value| name(&value, found)),
        speaks_first_after: value("speaks-first-after").and_then(|value| {
            let (lasting, span) = (sections::lasting(&value, found)?, value.span);
            Some(At {
                value: lasting,
                span,
            })
        }),
        send_proxy: value("send-proxy")
            .and_then(|value| value.choice(&keys::PROXY_VERSIONS, found))
            .map(|version| version.value),
        websocket,
    };
    let help = "write `address = \"[::]:9339\"`, the port that movies connect to";
    either(table, &Example { help, port: 9339 }, Some(gate), found)
}

fn name(value: &Value<'_>, found: &mut Vec<Diagnostic>) -> Option<TextValue> {
    let name = value.text(found)?;
    let fault = values::bad_name(&name.value)
        .map(|message| Diagnostic::error("bad-gate-name", message).at(name.span, ""));
    let good = fault.is_none();
    found.extend(fault);
    good.then_some(name)
}
