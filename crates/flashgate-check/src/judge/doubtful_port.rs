//! A policy on a port from which some players reportedly don't fetch policies.

use flash_policy::decide::Place;
use flash_policy::player::{Client, DOUBTFUL_POLICY_PORTS};

use super::case::{Case, Rank};
use crate::findings::FindingId;

pub(super) fn judge(case: &mut Case<'_>) {
    if case.plan.config.client != Client::Flash {
        return;
    }
    for asked in case.understood() {
        let port = asked.port();
        let doubtful = DOUBTFUL_POLICY_PORTS.contains(&port.get());
        if asked.place == Place::Master || !doubtful {
            continue;
        }
        let message = format!(
            "{} serves a policy, but old players may not fetch it from a well-known port",
            asked.name()
        );
        let finding = FindingId::WellKnownPolicyPort.warning( message)
            .note("reported for Flash Player 7 to 9; Adobe's later documents have no such list for sockets")
            .help("serve the policy on port 843, or on a port that no other protocol uses");
        case.add(Rank::Doubtful, finding);
    }
}
