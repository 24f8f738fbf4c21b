//! What the admin listener tells of.

use std::sync::Arc;

use crate::connection::Shared;
use crate::daemon::status::Status;

/// What there is to tell.
#[derive(Clone, Debug)]
pub(in crate::daemon) struct AdminSources {
    pub(in crate::daemon) status: Arc<Status>,
    pub(in crate::daemon) shared: Arc<Shared>,
}
