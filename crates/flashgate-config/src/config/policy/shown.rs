//! A policy for `flashgate policy`, which prints it in any format.

use std::sync::Arc;

use flash_policy::{Policy, Port, Profile, silverlight};

use super::{Named, PolicyContent};

impl Named {
    /// What it means for sockets, also if it is a file for Silverlight.
    pub(in crate::config) fn for_sockets(&self, port: Option<Port>) -> Option<Policy> {
        let of_silverlight = || {
            let access = silverlight::parse(&self.file()?.content.bytes).policy?;
            access.to_flash().ok()
        };
        let granted = self.granted(port).map(Arc::unwrap_or_clone);
        granted.or_else(of_silverlight)
    }

    /// What it means as a file over HTTP.
    pub(in crate::config) fn for_urls(&self) -> Option<Policy> {
        match self.content.as_ref()? {
            PolicyContent::File(file) => {
                flash_policy::parse(&file.content.bytes, Profile::Url).policy
            }
            PolicyContent::Rules { .. } => Some(self.url_policy()),
        }
    }
}
