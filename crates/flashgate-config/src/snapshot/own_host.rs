//! A name or address that Flash content uses for this machine.

use std::fmt;
use std::str::FromStr;

use flash_policy::{Host, origin::HostError};

/// A name or address that Flash content uses for this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnHost {
    pub(crate) host: Host,
    /// As movies write it, because Ruffle compares letter by letter.
    pub(crate) written: String,
}

impl OwnHost {
    /// The text as movies write it.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// Whether it is what Ruffle looks up if a movie passes no host, rather than the name of a machine.
    pub(crate) fn is_null(&self) -> bool {
        self.written.eq_ignore_ascii_case("null")
    }

    /// Whether a URL with it points to the visitor's own machine.
    pub(crate) fn is_local(&self) -> bool {
        match &self.host {
            // RFC 6761: this is always the local machine.
            Host::Name(name) => name == "localhost" || name.as_str().ends_with(".localhost"),
            Host::Address(address) => {
                let address = address.to_canonical();
                address.is_loopback() || address.is_unspecified()
            }
        }
    }
}

/// As movies write it.
impl fmt::Display for OwnHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl FromStr for OwnHost {
    type Err = HostError;

    fn from_str(text: &str) -> Result<Self, HostError> {
        let host = text.parse()?;
        let written = text.to_owned();
        Ok(Self { host, written })
    }
}

impl From<Host> for OwnHost {
    fn from(host: Host) -> Self {
        let written = match &host {
            Host::Name(name) => name.to_string(),
            // Movies use no brackets; URLs do.
            Host::Address(address) => address.to_string(),
        };
        Self { host, written }
    }
}
