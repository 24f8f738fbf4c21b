//! A policy on a port from which some players are said to fetch none.

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
            "{} serves a policy, and old players may fetch none from a well-known port",
            asked.name()
        );
        let finding = FindingId::WellKnownPolicyPort.warning( message)
            .note("reported of Flash Player 7 to 9; Adobe's later papers have no such list for sockets")
            .help("serve the policy on port 843, or on a port that no other protocol has");
        case.add(Rank::Doubtful, finding);
    }
}
