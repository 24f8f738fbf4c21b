//! What is served, resolved: nothing here is optional, and nothing changes while it is served.

use flash_policy::Reply;

use crate::daemon::ListenAddress;

/// What the daemon was told to do.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Where to listen.
    pub(crate) listen: Vec<ListenAddress>,
    /// What to answer there.
    pub(crate) reply: Reply,
}
