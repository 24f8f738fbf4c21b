//! Keys that this version knows but does not support. They are rejected rather than ignored.
//!
//! A feature that lands removes its entry here. Reading and resolving its keys is already tested.

use flash_policy::Diagnostic;

use super::keys;
use super::tree::{Table, Value};

/// Unsupported sections.
pub(super) const NOT_YET: [&str; 1] = ["http"];

/// Reports each unsupported key.
pub(super) fn check(root: &Table<'_>, found: &mut Vec<Diagnostic>) {
    for section in NOT_YET {
        let value = root.values().find(|value| value.key == section);
        found.extend(value.map(|value| refusal(&value, &format!("`{section}`")).help("remove it")));
    }
    silverlight(root, found);
}

fn refusal(value: &Value<'_>, what: &str) -> Diagnostic {
    let message = format!("{what} is not supported yet by this version");
    Diagnostic::error("not-supported-yet", message).at(value.key_span, "")
}

/// The dialect is a value, not a key.
fn silverlight(root: &Table<'_>, found: &mut Vec<Diagnostic>) {
    let listeners = root
        .get("listen")
        .map(|value| value.tables_if_any(&keys::LISTEN));
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
