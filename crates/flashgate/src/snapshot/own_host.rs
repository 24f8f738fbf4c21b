//! A name or address that Flash content uses for this machine.

use std::str::FromStr;

use flash_policy::{Host, origin::HostError};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnHost {
    pub(crate) host: Host,
    /// As movies spell it: Ruffle compares letter by letter.
    pub(crate) written: String,
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
            // Movies need no brackets; URLs do.
            Host::Address(address) => address.to_string(),
        };
        Self { host, written }
    }
}
