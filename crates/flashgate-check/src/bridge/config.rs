//! Reads a page's config: Ruffle's `socketProxy` list in JSON, JavaScript or HTML.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};

use serde_json::Value;

use super::code::ScriptCode;
use super::entry::ProxyEntry;
use super::literal;
use super::page::html::{self, ScriptContent};
use crate::web::{ProxyUrl, UrlFault, WebOrigin};

/// What is wrong with a config.
#[derive(Debug)]
pub enum ConfigFault {
    /// There is no `socketProxy` with literal entries.
    NoList,
    /// The page loads the list from flashgate.
    ListElsewhere,
    /// `socketProxy` is not a list.
    NotAList,
    /// The list is empty.
    Empty,
    /// There are this many entries.
    TooMany(usize),
    /// A mistake in the entry with this number, counted from 1.
    Entry(usize, EntryFault),
}

/// What is wrong with an entry.
#[derive(Debug)]
pub enum EntryFault {
    /// This key is missing.
    Missing(&'static str),
    /// The value of this key is not a string.
    NotText(&'static str),
    /// The value of this key is computed by the script.
    Computed(&'static str),
    /// `port` is not a number from 1 to 65535.
    Port,
    /// `proxyUrl` is not the URL of a bridge.
    Url(UrlFault),
}

impl Display for ConfigFault {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoList => f.write_str(
                "expected a `socketProxy` list with its entries written out (JSON, JavaScript or HTML), found none",
            ),
            Self::ListElsewhere => f.write_str(
                "expected a `socketProxy` list, found none; the page seems to load it from `/ruffle.js`: check that address instead",
            ),
            Self::NotAList => f.write_str("expected a list in `socketProxy`"),
            Self::Empty => {
                f.write_str("`socketProxy` is empty, so all of a movie's connections fail")
            }
            Self::TooMany(count) => write!(
                f,
                "expected at most {MOST_ENTRIES} entries in `socketProxy`, found {count}"
            ),
            Self::Entry(number, fault) => write!(f, "entry {number} of `socketProxy`: {fault}"),
        }
    }
}

impl Display for EntryFault {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(key) => write!(f, "expected `{key}`, found none"),
            Self::NotText(key) => write!(f, "expected a string in `{key}`"),
            Self::Computed(key) => write!(
                f,
                "a script computes `{key}`; save the config with a literal value, or check the URL itself"
            ),
            Self::Port => f.write_str("expected `port` from 1 to 65535, found none"),
            Self::Url(fault) => fault.fmt(f),
        }
    }
}

/// More entries than any page has.
const MOST_ENTRIES: usize = 256;

/// The entries of a config: an object with `socketProxy`, the list alone, or a page or script that contains the list.
pub fn entries(bytes: &[u8], page: Option<&WebOrigin>) -> Result<Vec<ProxyEntry>, ConfigFault> {
    entries_of(&list(bytes)?, page)
}

/// The entries of a list.
pub(super) fn entries_of(
    list: &[Value],
    page: Option<&WebOrigin>,
) -> Result<Vec<ProxyEntry>, ConfigFault> {
    if list.is_empty() {
        return Err(ConfigFault::Empty);
    }
    if list.len() > MOST_ENTRIES {
        return Err(ConfigFault::TooMany(list.len()));
    }
    let numbered = (1..).zip(list);
    numbered
        .map(|(number, value)| {
            entry(value, page).map_err(|fault| ConfigFault::Entry(number, fault))
        })
        .collect()
}

fn list(bytes: &[u8]) -> Result<Vec<Value>, ConfigFault> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let value = match serde_json::from_slice::<Value>(bytes) {
        Ok(Value::Object(mut config)) => config.remove("socketProxy"),
        Ok(value) => Some(value),
        Err(_) => {
            let text = String::from_utf8_lossy(bytes);
            literal::list(&ScriptCode::of(&live(&text)))
        }
    };
    match value {
        Some(Value::Array(list)) => Ok(list),
        Some(_) => Err(ConfigFault::NotAList),
        None if holds(bytes, b"/ruffle.js") => Err(ConfigFault::ListElsewhere),
        None => Err(ConfigFault::NoList),
    }
}

/// What of a config, a script or a page is for a browser to run.
pub(super) fn live(text: &str) -> Cow<'_, str> {
    if !text.trim_start().starts_with('<') {
        return Cow::Borrowed(text);
    }
    let scripts = html::read(text).scripts.into_iter();
    let texts = scripts.filter_map(|script| match script.content {
        ScriptContent::Inline(text) => Some(text + "\n"),
        ScriptContent::Src(_) => None,
    });
    Cow::Owned(texts.collect())
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

fn entry(value: &Value, page: Option<&WebOrigin>) -> Result<ProxyEntry, EntryFault> {
    let host = text(value, "host")?;
    // Ruffle accepts a port as a number or as a string.
    let port = value.get("port").and_then(|port| {
        let number = port.as_u64().or_else(|| port.as_str()?.parse().ok());
        number.and_then(|number| u16::try_from(number).ok())
    });
    let port = port.filter(|port| *port > 0).ok_or(EntryFault::Port)?;
    let url = text(value, "proxyUrl")?;
    Ok(ProxyEntry {
        movie: Some((host.to_owned(), port)),
        url: ProxyUrl::read(url, page).map_err(EntryFault::Url)?,
    })
}

fn text<'a>(value: &'a Value, key: &'static str) -> Result<&'a str, EntryFault> {
    match value.get(key) {
        Some(Value::String(text)) => Ok(text),
        Some(Value::Object(computed)) if computed.contains_key(literal::COMPUTED) => {
            Err(EntryFault::Computed(key))
        }
        Some(_) => Err(EntryFault::NotText(key)),
        None => Err(EntryFault::Missing(key)),
    }
}
