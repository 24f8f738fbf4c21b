//! Suggestions for keys that do not exist and for values that a key can't have.
//!
//! Each suggestion is accepted when it is followed. Nothing here decides whether a file is valid.

use flash_policy::{DomainPattern, PortSet};

use super::keys::{ValueType, kind};
use super::values;
use crate::spelling::nearest;

/// What other programs call some keys. The first target that the table has is suggested.
const SYNONYMS: [(&[&str], &[&str]); 18] = [
    (
        &["to-ports", "to-port", "to_ports", "toports", "dports"],
        &["ports"],
    ),
    (&["port"], &["ports", "address"]),
    (&["host", "ip", "hostname"], &["domain", "address", "hosts"]),
    (&["from"], &["domain", "address"]),
    (
        &["origin", "site", "allow", "allow-access-from"],
        &["domain"],
    ),
    (&["to"], &["ports", "backend"]),
    (&["listen", "bind", "addr", "listen-address"], &["address"]),
    (
        &[
            "target",
            "upstream",
            "server",
            "forward",
            "forward-to",
            "proxy-pass",
        ],
        &["backend", "listen"],
    ),
    (&["filename", "file-name", "path", "xml"], &["file"]),
    (
        &["cert", "crt", "certificate", "cert-file", "chain"],
        &["certificate", "certificates"],
    ),
    (
        &["private-key", "key-file", "keyfile"],
        &["key", "certificates"],
    ),
    (&["policies"], &["policy"]),
    (&["policy"], &["crossdomain"]),
    (&["listener", "listeners"], &["listen"]),
    (&["gateway", "gateways", "proxy"], &["gate"]),
    (&["ssl", "https"], &["tls"]),
    (
        &["external-port", "published-port", "publicport"],
        &["public-port"],
    ),
    (&["url", "external-url"], &["public-url"]),
];

/// The key among these that an unknown name probably means.
pub(super) fn key<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let lower = name.to_ascii_lowercase();
    let row = SYNONYMS.iter().find(|(names, _)| names.contains(&&*lower));
    let targets = row.map_or(&[][..], |(_, targets)| *targets);
    let mut synonyms = targets.iter();
    let synonym = synonyms.find_map(|target| known.iter().find(|it| *it == target));
    synonym.copied().or_else(|| nearest(name, known))
}

const OFF: [&str; 13] = [
    "off",
    "no",
    "none",
    "never",
    "false",
    "disable",
    "disabled",
    "unlimited",
    "infinite",
    "infinity",
    "null",
    "0",
    "0s",
];

const ON: [&str; 6] = ["on", "yes", "true", "enable", "enabled", "1"];

/// What to write for a key instead of this text, if that is clear.
pub(super) fn help(key: &str, text: &str) -> Option<String> {
    let kind = kind(key);
    let lower = text.to_ascii_lowercase();
    match value(kind, text, &lower) {
        Some(value) if value == "\"off\"" => {
            Some(format!("to switch it off, write `{key} = \"off\"`"))
        }
        Some(value) => Some(format!("write `{key} = {value}`")),
        None if key == "sandbox" && ON.contains(&&*lower) => Some(
            "write `sandbox = \"required\"`, or `sandbox = \"best-effort\"` for what the kernel supports"
                .to_owned(),
        ),
        None => elsewhere(key, &lower).or_else(|| instead(kind, key)),
    }
}

/// Where to write what this key can't express.
fn elsewhere(key: &str, lower: &str) -> Option<String> {
    let help = match (key, lower) {
        ("dialect", "url" | "http") => {
            "files over HTTP have a section of their own: `[http]`, and below it `crossdomain = \"default\"`"
        }
        ("clients", "silverlight" | "moonlight") => {
            "remove it: Silverlight has a format of its own, which `dialect = \"silverlight\"` in a `[[listen]]` selects"
        }
        _ => return None,
    };
    Some(help.to_owned())
}

/// The value that this text probably means, as TOML.
fn value(kind: ValueType, text: &str, lower: &str) -> Option<String> {
    let (is_off, is_on) = (OFF.contains(&lower), ON.contains(&lower));
    match kind {
        ValueType::Boolean if is_on => Some("true".to_owned()),
        ValueType::Boolean if is_off => Some("false".to_owned()),
        ValueType::Boolean => None,
        ValueType::Cap | ValueType::Idle | ValueType::Socket if is_off => Some(quoted("off")),
        ValueType::Cap | ValueType::Number(_) | ValueType::Port | ValueType::Ports => {
            number(text, kind.most())
        }
        ValueType::Duration | ValueType::Idle => duration(text, 1_000),
        ValueType::Short => duration(text, short_unit(text)),
        ValueType::OneOf(words) | ValueType::SeveralOf(words) => {
            one_of(&words(), lower).map(quoted)
        }
        ValueType::Networks => {
            let parts: Vec<_> = parts(text).collect();
            let good = !text.is_empty() && parts.iter().all(|it| values::network(it).is_ok());
            good.then(|| list(&parts))
        }
        ValueType::Texts | ValueType::Names if text.contains(',') => {
            Some(list(&parts(text).collect::<Vec<_>>()))
        }
        ValueType::Rules => Some(format!("[{}]", rule(bare(text)))),
        ValueType::Certificates => Some(format!("[{}]", pair(Some(text), None))),
        ValueType::Socket if is_on => None,
        ValueType::Socket
        | ValueType::Texts
        | ValueType::Names
        | ValueType::Text
        | ValueType::TextOrNumber
        | ValueType::Section(..) => Some(quoted(text)),
    }
}

/// What a key accepts, for a text that has no likely meaning.
fn instead(kind: ValueType, key: &str) -> Option<String> {
    Some(match kind {
        ValueType::Boolean => format!("write `{key} = true` or `{key} = false`"),
        ValueType::Number(_) => {
            "write a whole number, or remove the line to use the default".to_owned()
        }
        ValueType::Port | ValueType::Ports => {
            "write the port that players connect to, a number from 1 to 65535".to_owned()
        }
        ValueType::Cap => {
            format!("write a whole number above zero, or `{key} = \"off\"` for no limit")
        }
        ValueType::Duration => {
            format!("it can't be off; write a number and a unit, as in `{key} = \"10s\"`")
        }
        ValueType::Short => {
            format!("it can't be off; write a number and a unit, as in `{key} = \"200ms\"`")
        }
        ValueType::Idle => {
            format!("write a number and a unit, as in `{key} = \"5m\"`, or `{key} = \"off\"`")
        }
        ValueType::OneOf(words) | ValueType::SeveralOf(words) => {
            let words: Vec<_> = words().iter().map(|word| format!("`\"{word}\"`")).collect();
            format!("write one of {}", words.join(", "))
        }
        ValueType::Socket => format!(
            "write the path of a socket, as in `{key} = \"/run/flashgate/handover.sock\"`, or `{key} = \"off\"`"
        ),
        ValueType::Networks => format!("list networks, as in `{key} = [\"10.0.0.0/8\"]`"),
        ValueType::Texts
        | ValueType::Names
        | ValueType::Rules
        | ValueType::Certificates
        | ValueType::Text
        | ValueType::TextOrNumber
        | ValueType::Section(..) => return None,
    })
}

/// What a key accepts, in words.
pub(super) fn expected(key: &str) -> &'static str {
    let kind = kind(key);
    if matches!(kind, ValueType::Boolean) {
        "`true` or `false`"
    } else if matches!(
        kind,
        ValueType::Number(_) | ValueType::Port | ValueType::Ports
    ) {
        "a whole number"
    } else if matches!(kind, ValueType::Cap) {
        "a whole number or `\"off\"`"
    } else {
        "text in quotes"
    }
}

/// An example of a rule.
pub(super) const RULE: &str = "{ domain = \"www.example.com\", ports = \"9339\" }";

/// A rule as TOML, from text in the form of `--allow`.
pub(super) fn rule(text: &str) -> String {
    let (domain, ports) = match text.rsplit_once(':') {
        Some((domain, ports)) if ports.parse::<PortSet>().is_ok() => (domain, ports),
        Some(_) | None => (text, "9339"),
    };
    match domain.parse::<DomainPattern>() {
        Ok(_) if domain.contains(['.', '*']) => {
            format!("{{ domain = \"{domain}\", ports = \"{ports}\" }}")
        }
        Ok(_) | Err(_) => RULE.to_owned(),
    }
}

/// A certificate as TOML, with the files that are known.
pub(super) fn pair(certificate: Option<&str>, key: Option<&str>) -> String {
    let certificate = quoted(certificate.unwrap_or("fullchain.pem"));
    let key = quoted(key.unwrap_or("privkey.pem"));
    format!("{{ certificate = {certificate}, key = {key} }}")
}

/// Whether the key accepts any string, so that a string is never a mistaken other type.
pub(super) fn is_text(key: &str) -> bool {
    matches!(
        kind(key),
        ValueType::Text | ValueType::TextOrNumber | ValueType::Texts | ValueType::Names
    )
}

/// Whether the key accepts a list of strings.
pub(super) fn is_list(key: &str) -> bool {
    matches!(
        kind(key),
        ValueType::Texts | ValueType::Names | ValueType::Networks | ValueType::SeveralOf(_)
    )
}

fn number(text: &str, most: u32) -> Option<String> {
    let digits = text.replace(['_', ',', ' '], "");
    let number = digits.parse::<u32>().ok()?;
    (1..=most).contains(&number).then(|| number.to_string())
}

fn duration(text: &str, unit: u64) -> Option<String> {
    let good = values::lasting(text).is_ok().then(|| text.to_owned());
    good.or_else(|| values::meant_in(text, unit))
        .filter(|text| values::lasting(text).is_ok())
        .map(|text| quoted(&text))
}

/// No player waits longer than a few seconds, so a larger number is in milliseconds.
fn short_unit(text: &str) -> u64 {
    match text.trim().parse::<f64>() {
        Ok(number) if number > 5.0 => 1,
        Ok(_) | Err(_) => 1_000,
    }
}

/// Clients that read the policies of another, and what files over HTTP are for.
const CLIENTS: [(&str, &str); 4] = [
    ("unity", "flash"),
    ("lightspark", "flash"),
    ("moonlight", "silverlight"),
    ("http", "url"),
];

fn one_of(words: &[&'static str], lower: &str) -> Option<&'static str> {
    if let [only] = words {
        return Some(only);
    }
    let is_it = |word: &&&str| **word == lower || word.strip_prefix('v') == Some(lower);
    if let Some(word) = words.iter().find(is_it) {
        return Some(word);
    }
    if OFF.contains(&lower) {
        let none = |word: &&&str| matches!(**word, "off" | "none");
        return words.iter().find(none).copied();
    }
    if ON.contains(&lower) {
        return None;
    }
    let dialect = CLIENTS.iter().find(|(client, _)| *client == lower);
    if let Some((_, dialect)) = dialect.filter(|(_, dialect)| words.contains(dialect)) {
        return Some(dialect);
    }
    let begins = |word: &&&str| lower.len() > 3 && word.starts_with(lower);
    nearest(lower, words).or_else(|| words.iter().find(begins).copied())
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(bare).filter(|part| !part.is_empty())
}

fn bare(text: &str) -> &str {
    text.trim().trim_matches(['"', '\'']).trim()
}

/// A list of strings, as TOML.
pub(super) fn list(parts: &[&str]) -> String {
    let parts: Vec<_> = parts.iter().map(|part| quoted(part)).collect();
    format!("[{}]", parts.join(", "))
}

/// A string, as TOML.
pub(super) fn quoted(text: &str) -> String {
    let text = bare(text);
    if text.contains('\\') {
        format!("'{text}'")
    } else {
        format!("\"{text}\"")
    }
}
