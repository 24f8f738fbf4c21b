//! Reads `bridge-path` of `[[gate]]`: `/socketproxy/`, or `/?token=login` as websockify's pages have it.

use std::sync::Arc;

use crate::config::tree::At;
use crate::config::unexpected::{Expected, OwnPathFault, Unexpected};
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
    read(text).map_err(|because| {
        let unexpected = Expected::OwnPath.but_found(text).meant(meant(text));
        unexpected.because(because)
    })
}

/// Reads a path, or says which part of it is wrong.
fn read(text: &str) -> Result<OwnPathPattern, OwnPathFault> {
    let (path, query) = match text.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (text, None),
    };
    if !path.starts_with('/') {
        return Err(OwnPathFault::NoSlash);
    }
    if let Some(unfit) = unfit(path, IN_PATH) {
        return Err(OwnPathFault::InPath(unfit));
    }
    if let Some(step) = path.split('/').find(|part| matches!(*part, "." | "..")) {
        return Err(OwnPathFault::Step(step.to_owned()));
    }
    Ok(OwnPathPattern {
        path: path.to_owned(),
        parameter: query.map(parameter).transpose()?,
    })
}

fn parameter(query: &str) -> Result<QueryParameter, OwnPathFault> {
    let Some((name, value)) = query.split_once('=') else {
        return Err(OwnPathFault::NoEquals);
    };
    if name.is_empty() {
        return Err(OwnPathFault::NoName);
    }
    let is_fine = |c: &char| c.is_ascii_alphanumeric() || "-._".contains(*c);
    if let Some(unfit) = name.chars().find(|c| !is_fine(c)) {
        return Err(OwnPathFault::InName(unfit));
    }
    if value.is_empty() {
        return Err(OwnPathFault::NoValue(name.to_owned()));
    }
    match unfit(value, IN_QUERY) {
        Some('&') => Err(OwnPathFault::Second),
        Some(unfit) => Err(OwnPathFault::InValue(name.to_owned(), unfit)),
        None => Ok(QueryParameter {
            name: name.to_owned(),
            value: value.to_owned(),
        }),
    }
}

/// The first character that is not a letter, a digit, in a placeholder, or one of these.
fn unfit(text: &str, others: &str) -> Option<char> {
    let text = text.replace(PORT, "").replace(NAME, "");
    let fits = |c: &char| c.is_ascii_alphanumeric() || others.contains(*c);
    text.chars().find(|c| !fits(c))
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
    (path != text && read(&path).is_ok()).then_some(path)
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
            ("/a/../b", "browsers remove `..`"),
            ("/..", "found `/..`: browsers remove `..` from paths"),
            ("/a b", "the path can't have ` `"),
            ("/a%20b", "found `/a%20b`: the path can't have `%`"),
            ("/%2f", "the path can't have `%`"),
            ("/\u{e9}", "the path can't have `\u{e9}`"),
            ("/?", "there is no `=` after `?`"),
            ("/?token", "there is no `=` after `?`"),
            ("/?a?b&c", "there is no `=` after `?`"),
            ("/?token=", "the parameter `token` has no value"),
            ("/?=login", "the parameter has no name before `=`"),
            ("/?a&b=2", "the parameter's name can't have `&`"),
            ("/?a=1&b=2", "`&` begins a second parameter"),
            ("/?a={x}", "the value of `a` can't have `{`"),
            ("/#a", "the path can't have `#`"),
            ("/#a", "or one with one query parameter"),
        ] {
            let error = own_path(text).unwrap_err().to_string();
            assert!(error.contains(help), "{text}: {error}");
        }
    }
}
