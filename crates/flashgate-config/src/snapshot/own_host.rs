//! A name or address that Flash content uses for this machine.

use std::str::FromStr;

use flash_policy::{Host, origin::HostError};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnHost {
    pub(crate) host: Host,
    /// As movies spell it: Ruffle compares letter by letter.
    pub(crate) written: String,
}

impl OwnHost {
    /// Whether it is what Ruffle makes of a host that a movie leaves out, rather than the name of a machine.
    pub(crate) fn is_null(&self) -> bool {
        self.written.eq_ignore_ascii_case("null")
    }

    /// Whether a URL with it leads to the machine of the visitor who opens it.
    pub(crate) fn is_local(&self) -> bool {
        match &self.host {
            // RFC 6761: it is this machine, whatever a resolver says.
            Host::Name(name) => &**name == "localhost" || name.ends_with(".localhost"),
            Host::Address(address) => {
                let address = address.to_canonical();
                address.is_loopback() || address.is_unspecified()
            }
        }
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
            // Movies need no brackets; URLs do.
            Host::Address(address) => address.to_string(),
        };
        Self { host, written }
    }
}
