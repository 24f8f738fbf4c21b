//! The sources of the admin listener's data.

use std::sync::Arc;

use crate::connection::Shared;
use crate::daemon::status::Status;

/// The sources of the admin listener's data.
#[derive(Clone, Debug)]
pub(in crate::daemon) struct AdminSources {
    pub(in crate::daemon) status: Arc<Status>,
    pub(in crate::daemon) shared: Arc<Shared>,
}
