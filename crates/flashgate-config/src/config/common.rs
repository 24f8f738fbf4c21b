//! What all listeners for players have in common.

use std::sync::Arc;

use crate::snapshot::{Deadlines, MasterFiles, Network, Service, ServiceKind};
use crate::tls::Tls;

/// What all listeners for players have in common.
#[derive(Clone, Copy)]
pub(super) struct Common<'a> {
    pub(super) deadlines: Deadlines,
    pub(super) tls: Option<&'a Tls>,
    /// The master policy files, if there are any.
    pub(super) files: Option<&'a Arc<MasterFiles>>,
}

impl Common<'_> {
    /// A service, which does not serve the files.
    pub(super) fn service(self, kind: ServiceKind, accept_proxy: Vec<Network>) -> Service {
        let tls = self.tls.map(|tls| Arc::clone(&tls.server));
        Service::new(kind, accept_proxy, tls, self.deadlines)
    }

    /// A service that also serves the files.
    pub(super) fn with_files(self, kind: ServiceKind, accept_proxy: Vec<Network>) -> Service {
        let service = self.service(kind, accept_proxy);
        service.with_files(self.files.map(Arc::clone))
    }
}
