//! A port that late versions of Flash Player reportedly block.

use flash_policy::blocked_ports::{self, SINCE};
use flash_policy::decide::Sandbox;
use flash_policy::player::Client;

use super::case::{Case, Rank};
use crate::findings::FindingId;

pub(super) fn judge(case: &mut Case<'_>) {
    if !is_in_the_way(case) {
        return;
    }
    let (port, since) = (case.plan.config.port, SINCE.major());
    let message = format!(
        "Flash Player {since} and later reportedly block sockets to port {port}; no policy can change that"
    );
    let finding = FindingId::BlockedByPlayer.warning( message)
        .note(format!("port {port} is on a list of blocked ports that Adobe staff posted in a forum in 2017; the documentation was not updated"))
        .help("move the server to another port; `flashgate explain blocked-ports` shows the list");
    case.add(Rank::Doubtful, finding);
}

/// Whether it blocks this connection, or would once a policy is served.
pub(super) fn is_in_the_way(case: &Case<'_>) -> bool {
    let config = &case.plan.config;
    let has_sockets = !matches!(
        config.sandbox,
        Sandbox::Application | Sandbox::LocalWithFile
    );
    config.client == Client::Flash
        && has_sockets
        && config.version >= SINCE
        && blocked_ports::is_blocked(config.port)
}
