//! A page's config: the `socketProxy` list of Ruffle, as JSON.

use serde_json::Value;

use super::{Entry, Page, ProxyUrl};

/// What is wrong with a config, and where in it.
#[derive(Debug)]
pub(crate) struct ConfigFault {
    pub(crate) message: String,
}

/// The entries of a config: an object with `socketProxy`, or the list alone.
pub(crate) fn entries(bytes: &[u8], page: Option<&Page>) -> Result<Vec<Entry>, ConfigFault> {
    let fault = |message: String| ConfigFault { message };
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|error| fault(format!("expected JSON with `socketProxy`: {error}")))?;
    let list = value.get("socketProxy").unwrap_or(&value);
    let list = list
        .as_array()
        .ok_or_else(|| fault("expected a list in `socketProxy`, found none".to_owned()))?;
    if list.is_empty() {
        return Err(fault(
            "`socketProxy` is empty: every connection of a movie fails".to_owned(),
        ));
    }
    let numbered = list.iter().enumerate();
    numbered
        .map(|(index, value)| {
            entry(value, page)
                .map_err(|why| fault(format!("entry {} of `socketProxy`: {why}", index + 1)))
        })
        .collect()
}

fn entry(value: &Value, page: Option<&Page>) -> Result<Entry, String> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let host = text("host").ok_or("expected a `host`, found none")?;
    // Ruffle takes a port as a number or as a text.
    let port = value.get("port").and_then(|port| {
        let number = port.as_u64().or_else(|| port.as_str()?.parse().ok());
        number.and_then(|number| u16::try_from(number).ok())
    });
    let port = port.filter(|port| *port > 0);
    let port = port.ok_or("expected a `port` from 1 to 65535, found none")?;
    let url = text("proxyUrl").ok_or("expected a `proxyUrl`, found none")?;
    Ok(Entry {
        movie: Some((host.to_owned(), port)),
        url: ProxyUrl::read(url, page)?,
    })
}
