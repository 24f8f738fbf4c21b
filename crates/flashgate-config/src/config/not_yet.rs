//! Keys that this version knows but does not support. They are rejected rather than ignored.
//!
//! A feature that lands removes its entry here. Reading and resolving its keys is already tested.

use flash_policy::Diagnostic;

use super::tree::{Table, Value};

/// Unsupported sections.
pub(super) const NOT_YET: [&str; 1] = ["http"];

/// Reports each unsupported key.
pub(super) fn check(root: &Table<'_>, found: &mut Vec<Diagnostic>) {
    for section in NOT_YET {
        let value = root.values().find(|value| value.key == section);
        found.extend(value.map(|value| refusal(&value, &format!("`{section}`")).help("remove it")));
    }
}

fn refusal(value: &Value<'_>, what: &str) -> Diagnostic {
    let message = format!("{what} is not supported yet by this version");
    Diagnostic::error("not-supported-yet", message).at(value.key_span, "")
}
