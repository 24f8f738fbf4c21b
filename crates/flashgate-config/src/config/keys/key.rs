//! A key: its name, type, default and documentation.

use flash_policy::SiteControl;
use flash_policy::lint::PolicyReader;
use flash_policy::reply::Dialect;
use flashgate_wire::proxy_header::ProxyVersion;

use crate::config::applies_to::AppliesTo;
use crate::snapshot::SandboxMode;

/// A table of the file and its keys.
#[derive(Debug)]
pub(in crate::config) struct Section {
    /// The header in the file, or a description if it has no header.
    pub(in crate::config) title: &'static str,
    pub(in crate::config) keys: &'static [Key],
}

impl Section {
    /// The names of the keys, in the order in which messages list them.
    pub(in crate::config) fn names(&self) -> Vec<&'static str> {
        self.keys.iter().map(|key| key.name).collect()
    }

    pub(in crate::config) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

#[derive(Debug)]
pub(in crate::config) struct Key {
    pub(in crate::config) name: &'static str,
    pub(in crate::config) kind: ValueType,
    pub(in crate::config) unset: Unset,
    /// In Markdown, for the book and, without its links, for the schema and the manual page.
    pub(in crate::config) doc: &'static str,
}

pub(super) const fn key(
    name: &'static str,
    kind: ValueType,
    unset: Unset,
    doc: &'static str,
) -> Key {
    Key {
        name,
        kind,
        unset,
        doc,
    }
}

/// The effect of leaving out a key.
#[derive(Clone, Copy, Debug)]
pub(in crate::config) enum Unset {
    /// The key must be present.
    Required,
    /// This value, as written in TOML.
    Is(&'static str),
    /// An effect that no value of the key has.
    Means(&'static str),
}

/// The type of a key's value.
#[derive(Clone, Copy, Debug)]
pub(in crate::config) enum ValueType {
    Boolean,
    Port,
    /// A port, or a range of them as text.
    Ports,
    /// A number from 1 to this one.
    Number(u32),
    /// A number of at least 1, or `"off"`.
    Cap,
    Duration,
    /// A duration that is usually much shorter than a second.
    Short,
    /// A duration, or `"off"`.
    Idle,
    /// One of these words.
    OneOf(fn() -> Vec<&'static str>),
    /// One of these words, or a list of them.
    SeveralOf(fn() -> Vec<&'static str>),
    /// The path of a socket, or `"off"`.
    Socket,
    Networks,
    /// A string or number, or a list of them.
    Texts,
    /// A string or a list of strings.
    Names,
    Rules,
    Certificates,
    Text,
    /// A string, or a number that is used as one.
    TextOrNumber,
    Section(Form, &'static Section),
}

/// How a section is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::config) enum Form {
    Table,
    /// It may appear several times.
    List,
    /// A table for each name.
    ByName,
}

impl ValueType {
    /// The largest number that it accepts.
    pub(in crate::config) fn most(self) -> u32 {
        if let Self::Number(most) = self {
            most
        } else if let Self::Port | Self::Ports = self {
            u16::MAX.into()
        } else {
            MOST_PER_ADDRESS
        }
    }
}

/// A higher cap limits nothing.
const MOST_PER_ADDRESS: u32 = 1 << 24;

/// The words of a choice, and their meaning.
pub(in crate::config) const SITE_CONTROLS: [(&str, SiteControl); 3] = [
    ("all", SiteControl::All),
    ("master-only", SiteControl::MasterOnly),
    ("none", SiteControl::None),
];

pub(in crate::config) const DIALECTS: [(&str, Dialect); 2] = [
    ("flash", Dialect::Flash),
    ("silverlight", Dialect::Silverlight),
];

/// The clients that a policy can be checked for, in addition to Flash Player.
pub(in crate::config) const CLIENTS: [(&str, PolicyReader); 3] = [
    ("flash", PolicyReader::Flash),
    ("unity", PolicyReader::Unity),
    ("lightspark", PolicyReader::Lightspark),
];

pub(in crate::config) const APPLIES_TO: [(&str, AppliesTo); 2] =
    [("socket", AppliesTo::Sockets), ("url", AppliesTo::Urls)];

pub(in crate::config) const PROXY_VERSIONS: [(&str, ProxyVersion); 2] =
    [("v1", ProxyVersion::V1), ("v2", ProxyVersion::V2)];

pub(in crate::config) const SANDBOXES: [(&str, SandboxMode); 3] = [
    ("best-effort", SandboxMode::BestEffort),
    ("required", SandboxMode::Required),
    ("off", SandboxMode::Off),
];

/// The words alone.
pub(in crate::config) fn words<T: Copy>(choices: &[(&'static str, T)]) -> Vec<&'static str> {
    choices.iter().map(|(word, _)| *word).collect()
}

/// Markdown without its links.
pub(super) fn plain(doc: &str) -> String {
    let mut parts = doc.split('[');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let link = part.split_once("](");
        let link = link.and_then(|(name, rest)| Some((name, rest.split_once(')')?.1)));
        match link {
            Some((name, rest)) => text.extend([name, rest]),
            None => text.extend(["[", part]),
        }
    }
    text
}
