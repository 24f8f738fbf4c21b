//! Every key of the config file, defined once: its section, type, default and documentation.
//!
//! The parser, the suggestions, the guide's table and the JSON Schema all read these rows. Nothing here reads a file.

use flash_policy::SiteControl;
use flashgate_wire::proxy_header::ProxyVersion;

use crate::snapshot::Sandbox;

mod guide;
mod schema;
mod table;

pub(crate) use guide::table;
pub(crate) use schema::schema;
pub(super) use table::{
    ADMIN, BRIDGE, CERTIFICATE, GATE, LIMITS, LISTEN, POLICY, PROCESS, RULE, TLS, TOP,
};

/// A table of the file and the keys it may have.
#[derive(Debug)]
pub(super) struct Section {
    /// As the file has it, or what it is called if it has no header.
    pub(super) title: &'static str,
    pub(super) keys: &'static [Key],
}

impl Section {
    /// The names of its keys, in the order in which messages list them.
    pub(super) fn names(&self) -> Vec<&'static str> {
        self.keys.iter().map(|key| key.name).collect()
    }

    pub(super) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// One key.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) unset: Unset,
    /// In Markdown, for the guide and, without its links, for the schema.
    pub(super) doc: &'static str,
}

const fn key(name: &'static str, kind: Kind, unset: Unset, doc: &'static str) -> Key {
    Key {
        name,
        kind,
        unset,
        doc,
    }
}

/// What holds if a key is left out.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unset {
    /// It must be there.
    Required,
    /// This value, as it is written in TOML.
    Is(&'static str),
    /// What no value of the key says.
    Means(&'static str),
}

/// What a key holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Boolean,
    Port,
    /// A number from 1 up to this one.
    Number(u32),
    /// A number from 1 up, or `"off"`.
    Cap,
    Duration,
    /// A duration that is usually far less than a second.
    Short,
    /// A duration, or `"off"`.
    Idle,
    /// One of these words.
    OneOf(fn() -> Vec<&'static str>),
    /// The path of a socket, or `"off"`.
    Socket,
    Networks,
    /// A string or a list of strings.
    Texts,
    Rules,
    Certificates,
    Text,
    /// A string, or a number that stands for one.
    TextOrNumber,
    Section(Form, &'static Section),
}

/// How a section is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Table,
    /// It may be there several times.
    List,
    /// A table for each name.
    ByName,
}

impl Kind {
    /// The largest number that it takes.
    pub(super) fn most(self) -> u32 {
        if let Self::Number(most) = self {
            most
        } else if let Self::Port = self {
            u16::MAX.into()
        } else {
            MOST_PER_ADDRESS
        }
    }
}

/// A cap above this does not limit anything.
const MOST_PER_ADDRESS: u32 = 1 << 24;

/// What a key of this name holds, as far as the name alone tells: in the first section that has it. Text if none has.
pub(super) fn kind(name: &str) -> Kind {
    let keys = SECTIONS.iter().filter_map(|section| section.key(name));
    let mut kinds = keys.map(|key| key.kind);
    let kind = kinds.find(|kind| !matches!(kind, Kind::Section(..)));
    kind.unwrap_or(Kind::Text)
}

/// In the order in which the guide has them.
pub(super) static SECTIONS: [&Section; 11] = [
    &TOP,
    &POLICY,
    &RULE,
    &LISTEN,
    &GATE,
    &BRIDGE,
    &TLS,
    &CERTIFICATE,
    &ADMIN,
    &LIMITS,
    &PROCESS,
];

/// The words of a choice and what each means.
pub(super) const SITE_CONTROLS: [(&str, SiteControl); 3] = [
    ("all", SiteControl::All),
    ("master-only", SiteControl::MasterOnly),
    ("none", SiteControl::None),
];

pub(super) const DIALECTS: [(&str, ()); 1] = [("flash", ())];

pub(super) const PROXY_VERSIONS: [(&str, ProxyVersion); 2] =
    [("v1", ProxyVersion::V1), ("v2", ProxyVersion::V2)];

pub(super) const SANDBOXES: [(&str, Sandbox); 3] = [
    ("best-effort", Sandbox::BestEffort),
    ("required", Sandbox::Required),
    ("off", Sandbox::Off),
];

/// The words alone.
pub(super) fn words<T: Copy>(choices: &[(&'static str, T)]) -> Vec<&'static str> {
    choices.iter().map(|(word, _)| *word).collect()
}
