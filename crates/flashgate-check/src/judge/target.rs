//! The movie's own connection.

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
        // Then the connection stands, or there was none.
        Reason::Granted | Reason::NoPolicyNeeded | Reason::Refused(_) | Reason::Timeout | _ => {}
    }
}

fn timed_out(case: &mut Case<'_>, target: &Seen) {
    let port = case.plan.config.port;
    let finding = if target.trace.tls == Some(TlsFault::Silence) {
        FindingId::TargetSilent
            .error(format!(
                "port {port} accepts the connection and does not answer the TLS handshake"
            ))
            .note("a server that speaks no TLS and waits for something it knows does this")
            .help("have it answer TLS: `flashgate` tells it by the first byte")
    } else {
        FindingId::TargetFiltered
            .error(format!(
                "port {port} neither accepts nor refuses: a firewall drops what is sent to it"
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
            format!("the player may connect, and port {port} refuses: nothing listens there"),
        )
        .help("start the server, or look at the address that it listens on: `127.0.0.1` is for this machine only"),
    };
    case.add(Rank::Cause, finding);
}

/// The gate knows best.
fn down(case: &mut Case<'_>, said: &str) {
    let port = case.plan.config.port;
    let finding = FindingId::BackendDown
        .error(format!(
            "flashgate accepts on port {port}, and its server behind that port is down: {said}"
        ))
        .note("the movie sees connect, then close")
        .help("start the game server, or correct the gate's `backend` in flashgate's config");
    case.add(Rank::Cause, finding);
}

/// A forwarder accepts for a server that is down, and lets go at once.
fn closes_at_once(case: &mut Case<'_>, times: usize) {
    let port = case.plan.config.port;
    let finding = FindingId::TargetClosesAtOnce.error(
        format!("port {port} accepts and closes at once, {times} of {times} times: no server is behind it"),
    )
    .note("a forwarder whose server is down does this: a gate, Docker's proxy or a balancer")
    .note("the movie sees connect, then close")
    .help(SERVER_BEHIND);
    case.add(Rank::Cause, finding);
}

fn closes_late(case: &mut Case<'_>, after: Duration) {
    let (port, after) = (case.plan.config.port, after.as_secs_f32());
    let finding = FindingId::TargetClosesLate.error(
        format!("port {port} accepts and closes without an answer after {after:.1} s: the server behind it does not answer"),
    )
    .note("a gate whose server can't be reached does this, after `backend-connect`")
    .note("the movie sees connect, then close")
    .help(SERVER_BEHIND);
    case.add(Rank::Cause, finding);
}

fn not_known(case: &mut Case<'_>, why: NotKnown) {
    let port = case.plan.config.port;
    let finding = match why {
        NotKnown::NoReaction => FindingId::ServerNotKnown.error(
            format!("port {port} accepts and reacts to nothing: not to a byte, and not to the end of a connection"),
        )
        .note("a server that hangs does this, or a gate that still tries to reach its server"),
        NotKnown::ClosesUnknown => FindingId::ServerNotKnown.warning(
            format!("port {port} closes clients at once if they send what is not known to it, and keeps silent clients"),
        )
        .note("a strict server does this, and also a gate whose server is down and whose `speaks-first-after` is long"),
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
        format!("port {port} accepts, and closes a connection within half a second"),
    )
    .note("other connections stayed open, or got an answer: a balancer with one bad server, a limit on connections, or a server that gives up idle clients very soon")
    .help(SERVER_BEHIND);
    case.add(Rank::Doubtful, finding);
}

const SERVER_BEHIND: &str =
    "look at the server behind that port: whether it runs, and at which address it listens";
