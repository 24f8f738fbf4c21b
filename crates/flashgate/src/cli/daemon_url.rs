//! The daemon that `health` and `status` ask: the one in the arguments, or the one that the environment describes.

use flashgate_config::config::{self, ConfigFindings, defaults, flags};
use flashgate_config::snapshot::ListenAddress;
use flashgate_report::render::PlainError;

use super::given;
use super::variables::Variables;
use crate::ask::AdminUrl;

/// The URL in the arguments; otherwise the address in the config file, in the environment, or the default.
pub(super) fn find(given: Option<AdminUrl>) -> Result<AdminUrl, ConfigFindings> {
    if let Some(url) = given {
        return Ok(url);
    }
    let mut variables = Variables::default();
    let file = variables.path(given::CONFIG, None);
    let admin = variables.one(given::ADMIN, None, flags::admin_address);
    variables.finish()?;
    if let Some(file) = file {
        let found = config::admin_address(&file.value);
        if let Some(address) = found.map_err(|faults| file.about_path(faults))? {
            let place = format!("`[admin]` in {}", file.value.display());
            return url(address, &place);
        }
    }
    let Some(admin) = admin else {
        let default = defaults::admin_address().unwrap_or(ListenAddress::Everywhere { port: 0 });
        return url(default, "the default of `[admin]`");
    };
    url(admin.value, admin.name())
}

fn url(address: ListenAddress, place: &str) -> Result<AdminUrl, ConfigFindings> {
    AdminUrl::of(address).ok_or_else(|| {
        let message = format!("{place} is port 0, so the daemon's port is not known");
        let help = "pass the address in the daemon's log: `127.0.0.1:PORT`";
        PlainError::new(&message, &[help]).into()
    })
}
