//! Reads `bridge-path` of `[[gate]]`: `/socketproxy/`, or `/?token=login` as websockify's pages have it.

use std::sync::Arc;

use crate::config::tree::At;
use crate::config::unexpected::{Expected, Unexpected};
use crate::snapshot::{Gate, QueryParameter};

/// A path as written. `{port}` and `{name}` mean those of the gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::config) struct OwnPathPattern {
    path: String,
    parameter: Option<QueryParameter>,
}

/// A gate with its own path.
#[derive(Debug)]
pub(in crate::config) struct GatesPath {
    pub(in crate::config) pattern: At<OwnPathPattern>,
    pub(in crate::config) gate: Arc<Gate>,
}

impl OwnPathPattern {
    /// The path and the parameter of a gate. `None` if its port is needed and not known.
    pub(in crate::config) fn of(&self, gate: &Gate) -> Option<(String, Option<QueryParameter>)> {
        let port = gate.public_port.map(|port| port.get().to_string());
        let filled = |text: &str| {
            let text = text.replace(NAME, &gate.name);
            if text.contains(PORT) {
                port.as_deref().map(|port| text.replace(PORT, port))
            } else {
                Some(text)
            }
        };
        let parameter = match &self.parameter {
            None => None,
            Some(QueryParameter { name, value }) => Some(QueryParameter {
                name: name.clone(),
                value: filled(value)?,
            }),
        };
        Some((filled(&self.path)?, parameter))
    }

    /// Whether each gate of a range has another path.
    pub(in crate::config) fn differs_by_gate(&self) -> bool {
        let value = self.parameter.as_ref().map_or("", |it| it.value.as_str());
        [PORT, NAME]
            .iter()
            .any(|it| self.path.contains(it) || value.contains(it))
    }
}

const PORT: &str = "{port}";
const NAME: &str = "{name}";

/// What RFC 3986, 3.3 allows in a path without escapes.
const IN_PATH: &str = "-._~!$&'()*+,;=:@/";

/// What browsers send unchanged in a query. `&` separates parameters.
const IN_QUERY: &str = "-._~!$()*+,;=:@/?%";

pub(super) fn own_path(text: &str) -> Result<OwnPathPattern, Unexpected> {
    read(text).ok_or_else(|| Expected::OwnPath.but_found(text).meant(meant(text)))
}

fn read(text: &str) -> Option<OwnPathPattern> {
    let (path, query) = match text.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (text, None),
    };
    let steps = path.split('/').any(|part| matches!(part, "." | ".."));
    if !path.starts_with('/') || !fits(path, IN_PATH) || steps {
        return None;
    }
    let parameter = match query {
        None => None,
        Some(query) => {
            let (name, value) = query.split_once('=')?;
            let fine = !name.is_empty()
                && name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "-._".contains(c));
            if !fine || value.is_empty() || !fits(value, IN_QUERY) {
                return None;
            }
            let (name, value) = (name.to_owned(), value.to_owned());
            Some(QueryParameter { name, value })
        }
    };
    let path = path.to_owned();
    Some(OwnPathPattern { path, parameter })
}

/// Whether a text has only letters, digits, placeholders and these characters.
fn fits(text: &str, others: &str) -> bool {
    let text = text.replace(PORT, "").replace(NAME, "");
    text.chars()
        .all(|c| c.is_ascii_alphanumeric() || others.contains(c))
}

/// A suggestion for a URL, and for a text without its first slash.
fn meant(text: &str) -> Option<String> {
    let rest = text.split_once("://").map_or(text, |(_, rest)| {
        rest.find(['/', '?'])
            .and_then(|at| rest.get(at..))
            .unwrap_or_default()
    });
    let path = if rest.starts_with('/') {
        rest.to_owned()
    } else {
        format!("/{rest}")
    };
    (path != text && read(&path).is_some()).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        for text in [
            "/",
            "/socketproxy/",
            "/websocket/lobby",
            "/?token=login",
            "/ws?token=a%20b:c=d",
            "/{name}?room={port}",
        ] {
            assert!(own_path(text).is_ok(), "{text}");
        }
        for (text, help) in [
            ("socketproxy/", "`/socketproxy/`?"),
            ("?token=login", "`/?token=login`?"),
            ("wss://a.test/socketproxy/", "`/socketproxy/`?"),
            ("ws://a.test?token=a", "`/?token=a`?"),
            ("", "found ``"),
            ("/a/../b", "one query parameter"),
            ("/a b", "one query parameter"),
            ("/%41", "one query parameter"),
            ("/?", "one query parameter"),
            ("/?token", "one query parameter"),
            ("/?token=", "one query parameter"),
            ("/?=login", "one query parameter"),
            ("/?a=1&b=2", "one query parameter"),
            ("/?a={x}", "one query parameter"),
            ("/#a", "one query parameter"),
        ] {
            let error = own_path(text).unwrap_err().to_string();
            assert!(error.contains(help), "{text}: {error}");
        }
    }
}
