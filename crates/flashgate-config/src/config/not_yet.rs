//! Keys that are understood, or will be, and that this version does not act on: refused, rather than ignored.
//!
//! A feature that lands removes its entry here; reading and resolving its keys is tested already.

use flash_policy::Diagnostic;

use super::keys;
use super::tree::{Table, Value};

/// Whole sections.
pub(super) const NOT_YET: [&str; 1] = ["http"];

/// Points at each of them.
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

/// A dialect is a value rather than a key.
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
