//! Keys that are understood, or will be, and that this version does not act on: refused, rather than ignored.
//!
//! A feature that lands removes its entry here; reading and resolving its keys is tested already.

use flash_policy::Diagnostic;

use super::tree::{Table, Value};

/// Stands for a section as a whole.
const WHOLE: &str = "*";

/// Section and key.
const NOT_YET: &[(&str, &str)] = &[
    ("gate", WHOLE),
    ("bridge", WHOLE),
    ("tls", WHOLE),
    ("http", WHOLE),
    ("listen", "accept-proxy"),
    ("limits", "relays-per-address"),
    ("limits", "backend-connect"),
    ("limits", "half-open"),
    ("limits", "idle"),
];

/// Points at each of them.
pub(super) fn check(root: &Table<'_>, found: &mut Vec<Diagnostic>) {
    for (section, key) in NOT_YET {
        let Some(value) = root.get(section) else {
            continue;
        };
        if *key == WHOLE {
            found.push(refusal(&value, &format!("`{section}`")));
            continue;
        }
        for table in value.tables_if_any() {
            if let Some(value) = table.get(key) {
                found.push(refusal(&value, &format!("`{key}` in `{section}`")));
            }
        }
    }
    silverlight(root, found);
}

fn refusal(value: &Value<'_>, what: &str) -> Diagnostic {
    let message = format!("{what} is not supported yet by this version");
    Diagnostic::error("not-supported-yet", message)
        .at(value.key_span, "")
        .help("remove it")
}

/// A dialect is a value rather than a key.
fn silverlight(root: &Table<'_>, found: &mut Vec<Diagnostic>) {
    let listeners = root.get("listen").map(|value| value.tables_if_any());
    for table in listeners.unwrap_or_default() {
        if let Some(value) = table.get("dialect").filter(|value| value.is("silverlight")) {
            let message = "the dialect `silverlight` is not supported yet by this version";
            found.push(
                Diagnostic::error("not-supported-yet", message)
                    .at(value.span, "")
                    .help("remove this listener, or write `flash`"),
            );
        }
    }
}
