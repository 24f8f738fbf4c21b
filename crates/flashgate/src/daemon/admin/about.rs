//! The sources of the admin listener's data.

use std::sync::Arc;

use flash_policy::Host;
use flashgate_config::snapshot::AdminScope;
use tokio::sync::watch;

use crate::connection::Shared;
use crate::daemon::status::Status;

/// The sources of the admin listener's data.
#[derive(Clone, Debug)]
pub(in crate::daemon) struct AdminSources {
    pub(in crate::daemon) status: Arc<Status>,
    pub(in crate::daemon) shared: Arc<Shared>,
}

/// What a listener's answers depend on.
#[derive(Clone, Debug)]
pub(super) struct AdminAnswers {
    pub(super) scope: AdminScope,
    /// The names that clients may use for this machine.
    pub(super) hosts: watch::Receiver<Vec<Host>>,
    pub(super) sources: Arc<AdminSources>,
}
