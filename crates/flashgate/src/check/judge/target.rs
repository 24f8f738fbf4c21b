//! The movie's own connection.

use flash_policy::Diagnostic;
use flash_policy::player::{Purpose, Reason};

use super::{Case, Rank, tls};
use crate::check::Seen;
use crate::check::secure::TlsFault;

pub(super) fn judge(case: &mut Case<'_>) {
    let mut seen = case.seen.iter();
    let Some(target) = seen.find(|seen| seen.step.fetch.purpose == Purpose::Target) else {
        return;
    };
    match case.outcome.reason {
        Reason::TargetRefused => refused(case, target),
        Reason::TargetTimeout => timed_out(case, target),
        Reason::Granted | Reason::NoPolicyNeeded => closes_at_once(case, target),
        // Then there was no such connection.
        Reason::Refused(_) | Reason::Timeout | _ => {}
    }
}

fn timed_out(case: &mut Case<'_>, target: &Seen) {
    let port = case.plan.config.port;
    let finding = if target.trace.tls == Some(TlsFault::Silence) {
        Diagnostic::error(
            "target-silent",
            format!("port {port} accepts the connection and does not answer the TLS handshake"),
        )
        .note("a server that speaks no TLS and waits for something it knows does this")
        .help("have it answer TLS: `flashgate` tells it by the first byte")
    } else {
        Diagnostic::error(
            "target-filtered",
            format!("port {port} neither accepts nor refuses: a firewall drops what is sent to it"),
        )
        .help(format!(
            "open port {port} in the firewall, or in the provider's security group"
        ))
    };
    case.add(Rank::Cause, finding);
}

fn refused(case: &mut Case<'_>, target: &Seen) {
    let port = case.plan.config.port;
    let finding = match &target.trace.tls {
        Some(fault) => tls::judge(fault, &format!("port {port}"), "no-tls-on-target"),
        None => Diagnostic::error(
            "target-refused",
            format!("the player may connect, and port {port} refuses: nothing listens there"),
        )
        .help("start the server, or look at the address that it listens on: `127.0.0.1` is for this machine only"),
    };
    case.add(Rank::Cause, finding);
}

/// A forwarder accepts for a server that is down, and lets go at once.
fn closes_at_once(case: &mut Case<'_>, target: &Seen) {
    let at_once = target.trace.end.is_some() && target.trace.bytes.is_empty();
    if !at_once {
        return;
    }
    let port = case.plan.config.port;
    let finding = Diagnostic::warning(
        "target-closes-at-once",
        format!("port {port} accepts, and closes the connection within half a second"),
    )
    .note("a forwarder does this whose server is down: Docker's, or a balancer")
    .help("look at the server behind that port");
    case.add(Rank::Doubtful, finding);
}
