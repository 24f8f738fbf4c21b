//! A port to which late versions of Flash Player are said to open no socket.

use flash_policy::Diagnostic;
use flash_policy::blocked_ports::SINCE;
use flash_policy::player::Choice;

use super::{Case, Rank};

pub(super) fn judge(case: &mut Case<'_>) {
    if !case.outcome.rests_on.contains(&Choice::BlockedPort) {
        return;
    }
    let (port, since) = (case.plan.config.port, SINCE.major());
    let message = format!(
        "Flash Player {since} and later are said to open no socket to port {port}, whatever a policy says"
    );
    let finding = Diagnostic::warning("blocked-by-player", message)
        .note(format!("port {port} is on a list of blocked ports that Adobe's staff posted in a forum in 2017; its documentation was not updated"))
        .help("have the server listen on another port; `flashgate explain blocked-ports` has the list");
    case.add(Rank::Doubtful, finding);
}
