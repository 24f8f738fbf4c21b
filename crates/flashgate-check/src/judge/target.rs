//! Findings about the movie's own connection.

use std::time::Duration;

use flash_policy::player::{Purpose, Reason};

use super::case::{Case, Rank};
use super::tls;
use crate::findings::FindingId;
use crate::tls::TlsFault;
use crate::{Behind, NotKnown, Seen};

pub(super) fn judge(case: &mut Case<'_>) {
    let mut seen = case.seen.iter();
    let Some(target) = seen.find(|seen| seen.step.fetch.purpose == Purpose::Target) else {
        return;
    };
    match case.behind {
        Behind::Unremarkable => {}
        Behind::ClosesAtTimes => return closes_at_times(case),
        Behind::ClosesAtOnce(times) => return closes_at_once(case, *times),
        Behind::GateRefuses(said) | Behind::GateWaits(said) => return down(case, said),
        Behind::ClosesLate(after) => return closes_late(case, *after),
        Behind::NotKnown(why) => return not_known(case, *why),
    }
    match case.outcome.reason {
        Reason::TargetRefused => refused(case, target),
        Reason::TargetTimeout => timed_out(case, target),
        // The connection was established, or there was no attempt.
        Reason::Granted | Reason::NoPolicyNeeded | Reason::Refused(_) | Reason::Timeout | _ => {}
    }
}

fn timed_out(case: &mut Case<'_>, target: &Seen) {
    let port = case.plan.config.port;
    let finding = if target.trace.tls == Some(TlsFault::Silence) {
        FindingId::TargetSilent
            .error(format!(
                "port {port} accepts the connection but does not answer the TLS handshake"
            ))
            .note("a server without TLS that waits for the rest of a message does this")
            .help("let it accept TLS: `flashgate` recognizes TLS by the first byte")
    } else {
        FindingId::TargetFiltered
            .error(format!(
                "port {port} neither accepts nor refuses connections: a firewall drops the packets"
            ))
            .help(format!(
                "open port {port} in the firewall, or in the provider's security group"
            ))
    };
    case.add(Rank::Cause, finding);
}

fn refused(case: &mut Case<'_>, target: &Seen) {
    let port = case.plan.config.port;
    let finding = match &target.trace.tls {
        Some(fault) => tls::judge(fault, &format!("port {port}"), FindingId::NoTlsOnTarget),
        None => FindingId::TargetRefused.error(
            format!("the player may connect, but port {port} refuses the connection: nothing listens there"),
        )
        .help("start the server, or check the address that it listens on: `127.0.0.1` accepts only connections from the same machine"),
    };
    case.add(Rank::Cause, finding);
}

/// The gate reports the reason itself.
fn down(case: &mut Case<'_>, said: &str) {
    let port = case.plan.config.port;
    let finding = FindingId::BackendDown
        .error(format!(
            "flashgate accepts connections on port {port}, but the server behind it is down: {said}"
        ))
        .note("the movie gets `connect`, then `close`")
        .help(START_SERVER);
    case.add(Rank::Cause, finding);
}

const START_SERVER: &str = "start the game server; flashgate's log shows the address that it connects to: if it is wrong, correct the gate's `backend`";

/// A forwarder accepts connections for a server that is down, and closes them immediately.
fn closes_at_once(case: &mut Case<'_>, times: usize) {
    let port = case.plan.config.port;
    let finding = FindingId::TargetClosesAtOnce.error(
        format!("port {port} accepts connections and closes them immediately, {times} of {times} times: there is no server behind it"),
    )
    .note("a forwarder whose server is down does this: a gate, Docker's proxy or a load balancer")
    .note("the movie gets `connect`, then `close`")
    .help(SERVER_BEHIND);
    case.add(Rank::Cause, finding);
}

fn closes_late(case: &mut Case<'_>, after: Duration) {
    let (port, after) = (case.plan.config.port, after.as_secs_f32());
    let finding = FindingId::TargetClosesLate.error(
        format!("port {port} accepts the connection and closes it without an answer after {after:.1} s: the server behind it does not answer"),
    )
    .note("a gate whose server can't be reached does this, after `backend-connect`")
    .note("the movie gets `connect`, then `close`")
    .help(SERVER_BEHIND);
    case.add(Rank::Cause, finding);
}

fn not_known(case: &mut Case<'_>, why: NotKnown) {
    let port = case.plan.config.port;
    let finding = match why {
        NotKnown::NoReaction => FindingId::ServerNotKnown.error(
            format!("port {port} accepts connections but does not react, neither to a byte nor to the end of a connection"),
        )
        .note("a server that hangs does this, and so does a gate that still tries to reach its server"),
        NotKnown::ClosesUnknown => FindingId::ServerNotKnown.warning(
            format!("port {port} closes clients immediately if they send unknown bytes, and keeps silent clients"),
        )
        .note("a strict server does this, and so does a gate with a long `speaks-first-after` whose server is down"),
    };
    let rank = match why {
        NotKnown::NoReaction => Rank::Cause,
        NotKnown::ClosesUnknown => Rank::Doubtful,
    };
    case.add(rank, finding.help(SERVER_BEHIND));
}

fn closes_at_times(case: &mut Case<'_>) {
    let port = case.plan.config.port;
    let finding = FindingId::TargetClosesAtOnce.warning(
        format!("port {port} accepts a connection and closes it within half a second"),
    )
    .note("other connections stayed open or got an answer: look for a load balancer with one bad server, a limit on connections, or a server that closes idle clients very soon")
    .help(SERVER_BEHIND);
    case.add(Rank::Doubtful, finding);
}

const SERVER_BEHIND: &str =
    "check that the server behind the port runs, and which address it listens on";
