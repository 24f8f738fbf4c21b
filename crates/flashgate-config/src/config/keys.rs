//! Every key of the config file, defined once: its section, type, default and documentation.
//!
//! The parser, the suggestions, the book's reference, the manual page and the JSON Schema all use these rows. Nothing
//! here reads a file.

mod key;
mod man;
mod reference;
mod schema;
mod table;

pub(super) use key::{
    APPLIES_TO, CLIENTS, DIALECTS, Form, Key, PROXY_VERSIONS, SANDBOXES, SITE_CONTROLS, Section,
    Unset, ValueType,
};
pub use man::man;
pub use reference::reference;
pub use schema::schema;
pub(super) use table::{
    ADMIN, BRIDGE, CERTIFICATE, GATE, HTTP, LIMITS, LISTEN, POLICY, PROCESS, RULE, TLS, TOP,
};

/// The type of a key with this name, in the first section that has one. Text if no section does.
pub(super) fn kind(name: &str) -> ValueType {
    let keys = SECTIONS.iter().filter_map(|section| section.key(name));
    let mut kinds = keys.map(|key| key.kind);
    let kind = kinds.find(|kind| !matches!(kind, ValueType::Section(..)));
    kind.unwrap_or(ValueType::Text)
}

/// The sections that have a key with this name, as they are called in a sentence.
pub(super) fn sections_with(name: &str) -> Vec<&'static str> {
    let having = SECTIONS
        .iter()
        .filter(|section| section.key(name).is_some());
    having.map(|section| section.title).collect()
}

/// Every section, in the order in which `kind` searches them.
static SECTIONS: [&Section; 12] = [
    &TOP,
    &POLICY,
    &RULE,
    &LISTEN,
    &GATE,
    &BRIDGE,
    &HTTP,
    &TLS,
    &CERTIFICATE,
    &ADMIN,
    &LIMITS,
    &PROCESS,
];
