//! What clients get for a policy. It is made when it is first needed.

use std::sync::Arc;

use flash_policy::reply::Dialect;
use flash_policy::{Policy, Port, Reply};

use super::{Named, PolicyContent};
use crate::config::policy_file;

impl Named {
    /// The reply to clients that connect to this port.
    pub(in crate::config) fn reply(&self, dialect: Dialect, port: Option<Port>) -> Option<Reply> {
        let reply = if dialect == Dialect::Silverlight {
            let made = &self.sent.to_silverlight;
            made.get_or_init(|| self.reply_to_silverlight())
        } else {
            let made = &self.sent.on(port).reply;
            made.get_or_init(|| self.reply_to_players(port))
        };
        reply.clone()
    }

    /// The policy for players that connect to this port.
    pub(in crate::config) fn granted(&self, port: Option<Port>) -> Option<Arc<Policy>> {
        let policy = || match self.content.as_ref()? {
            PolicyContent::File(file) => policy_file::policy(&file.content.bytes),
            PolicyContent::Rules { .. } => self.policy(port),
        };
        let made = &self.sent.on(port).granted;
        made.get_or_init(|| policy().map(Arc::new)).clone()
    }

    fn reply_to_players(&self, port: Option<Port>) -> Option<Reply> {
        match self.content.as_ref()? {
            PolicyContent::File(file) => Reply::from_file_unchecked(&file.content.bytes).ok(),
            PolicyContent::Rules { .. } => Reply::new(&*self.granted(port)?).ok(),
        }
    }
}
