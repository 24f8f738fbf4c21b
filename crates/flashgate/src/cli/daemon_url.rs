//! The daemon that `health` and `status` ask: the one in the arguments, or the one that the environment describes.

use std::ffi::OsString;
use std::path::PathBuf;

use flashgate_config::config::{self, ConfigFindings, defaults};
use flashgate_config::snapshot::ListenAddress;
use flashgate_report::render::PlainError;

use crate::ask::AdminUrl;

/// The variable with the path of the config file.
const CONFIG: &str = "FLASHGATE_CONFIG";
/// The variable with the address of `[admin]`.
const ADMIN: &str = "FLASHGATE_ADMIN";

/// The URL in the arguments; otherwise the address in the config file, in the environment, or the default.
pub(super) fn find(given: Option<AdminUrl>) -> Result<AdminUrl, ConfigFindings> {
    if let Some(url) = given {
        return Ok(url);
    }
    if let Some(path) = variable(CONFIG).map(PathBuf::from)
        && let Some(address) = config::admin_address(&path)?
    {
        let place = format!("`[admin]` in {}", path.display());
        return url(address, &place);
    }
    let Some(text) = variable(ADMIN) else {
        let default = defaults::admin_address().unwrap_or(ListenAddress::Everywhere { port: 0 });
        return url(default, "the default of `[admin]`");
    };
    from_variable(&text.to_string_lossy())
}

/// A variable. An empty one counts as unset, because Compose sets `${X:-}` to nothing.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

fn from_variable(text: &str) -> Result<AdminUrl, ConfigFindings> {
    let address = text.parse::<ListenAddress>().map_err(|_| {
        let message = format!("{ADMIN}: expected an address like `127.0.0.1:9843`, found `{text}`");
        PlainError::new(&message, &[])
    })?;
    url(address, ADMIN)
}

fn url(address: ListenAddress, place: &str) -> Result<AdminUrl, ConfigFindings> {
    AdminUrl::of(address).ok_or_else(|| {
        let message = format!("{place} is port 0, so the daemon's port is not known");
        let help = "pass the address in the daemon's log: `127.0.0.1:PORT`";
        PlainError::new(&message, &[help]).into()
    })
}
