//! A page's config: the `socketProxy` list of Ruffle, as JSON, in JavaScript or in HTML.

use serde_json::Value;

use super::{Entry, Page, ProxyUrl, literal};

/// What is wrong with a config, and where in it.
#[derive(Debug)]
pub(crate) struct ConfigFault {
    pub(crate) message: String,
}

/// More entries than this no page has.
const MOST_ENTRIES: usize = 256;

/// The entries of a config: an object with `socketProxy`, the list alone, or a page or a script with the list in it.
pub(crate) fn entries(bytes: &[u8], page: Option<&Page>) -> Result<Vec<Entry>, ConfigFault> {
    let fault = |message: String| ConfigFault { message };
    let list = list(bytes).map_err(|why| fault(why.to_owned()))?;
    if list.is_empty() {
        return Err(fault(
            "`socketProxy` is empty, so every connection of a movie fails".to_owned(),
        ));
    }
    if list.len() > MOST_ENTRIES {
        return Err(fault(format!(
            "`socketProxy` has {} entries; expected {MOST_ENTRIES} at most",
            list.len()
        )));
    }
    let numbered = list.iter().enumerate();
    numbered
        .map(|(index, value)| {
            entry(value, page)
                .map_err(|why| fault(format!("entry {} of `socketProxy`: {why}", index + 1)))
        })
        .collect()
}

fn list(bytes: &[u8]) -> Result<Vec<Value>, &'static str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let value = match serde_json::from_slice::<Value>(bytes) {
        Ok(Value::Object(mut config)) => config.remove("socketProxy"),
        Ok(value) => Some(value),
        Err(_) => literal::list(&String::from_utf8_lossy(bytes)),
    };
    match value {
        Some(Value::Array(list)) => Ok(list),
        Some(_) => Err("expected a list in `socketProxy`"),
        None if holds(bytes, b"/ruffle.js") => Err(
            "expected a `socketProxy` list, found none; the page seems to load it from `/ruffle.js`: check what that address serves",
        ),
        None => Err(
            "expected a `socketProxy` list with its entries written out (JSON, JavaScript or HTML), found none",
        ),
    }
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

fn entry(value: &Value, page: Option<&Page>) -> Result<Entry, String> {
    let host = text(value, "host")?;
    // Ruffle takes a port as a number or as a text.
    let port = value.get("port").and_then(|port| {
        let number = port.as_u64().or_else(|| port.as_str()?.parse().ok());
        number.and_then(|number| u16::try_from(number).ok())
    });
    let port = port.filter(|port| *port > 0);
    let port = port.ok_or("expected a `port` from 1 to 65535, found none")?;
    let url = text(value, "proxyUrl")?;
    Ok(Entry {
        movie: Some((host.to_owned(), port)),
        url: ProxyUrl::read(url, page)?,
    })
}

fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str, String> {
    match value.get(key) {
        Some(Value::String(text)) => Ok(text),
        Some(Value::Object(computed)) if computed.contains_key(literal::COMPUTED) => Err(format!(
            "a script computes `{key}`; save the config with the value written out, or check the URL itself"
        )),
        Some(_) => Err(format!("expected a text in `{key}`")),
        None => Err(format!("expected a `{key}`, found none")),
    }
}
