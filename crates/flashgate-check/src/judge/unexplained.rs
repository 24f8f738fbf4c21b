//! Explains a verdict without another cause by its reason. If nothing served a policy, lists the ports that were
//! asked.
//!
//! Nothing here may claim that a port was asked when it was not.

use flash_policy::decide::{self, Place};
use flash_policy::player::{Client, Protocol, Purpose, Reason, Verdict};
use flash_policy::{Diagnostic, PlayerVersion};

use super::blocked_port;
use super::case::{Case, Rank};
use crate::findings::FindingId;
use crate::shown::shown;
use crate::trace::{DialOutcome, Trace};

pub(super) fn judge(case: &mut Case<'_>) {
    if case.outcome.verdict == Verdict::Allowed || case.has_cause() {
        return;
    }
    let finding = match case.outcome.reason {
        Reason::Refused(decide::RefusalReason::Sandbox) => FindingId::Sandbox.error(
            "a local movie that can read files can't use sockets (SecurityError #2010)",
        )
        .help(
            "publish it with network access instead of access to local files, or add it to the trusted locations",
        ),
        Reason::Timeout => FindingId::Timeout.error(
            "the time limit of the whole attempt passed before the policy arrived",
        )
        .help("find out what the policy server waits for; a movie can increase `Socket.timeout`"),
        Reason::Refused(_) => no_policy(case),
        Reason::Granted
        | Reason::NoPolicyNeeded
        | Reason::TargetRefused
        | Reason::TargetTimeout
        | _ => FindingId::TargetRefused.error("the player does not connect"),
    };
    case.add(Rank::Cause, finding);
}

fn no_policy(case: &Case<'_>) -> Diagnostic {
    let config = &case.plan.config;
    let (port, host) = (config.port, &config.target);
    let places = places(case);
    let game = destination(case);
    let message = match places.as_slice() {
        // The destination is asked last.
        [before @ .., _]
            if !matches!(
                game,
                Some(Destination::Closed | Destination::Refuses) | None
            ) =>
        {
            let others = match before {
                [] => "this player asks nowhere else".to_owned(),
                [one] => format!("{one} serves no policy either"),
                several => format!("neither does {}", several.join(" or ")),
            };
            let what = if matches!(game, Some(Destination::Ends)) {
                "closes the connection without an answer"
            } else {
                "is the game itself and does not answer policy requests"
            };
            format!("port {port} of {host} {what}; {others}")
        }
        [] => format!(
            "this player has no way to get a policy for port {port} of {host}, so nothing was asked"
        ),
        [one] => format!("the only place that this player asks serves no policy: {one} of {host}"),
        [first @ .., last] => format!(
            "no policy: neither {} nor {last} of {host} serves one",
            first.join(" nor ")
        ),
    };
    let mut finding = FindingId::NoPolicy.error(message);
    match &game {
        Some(Destination::Game(did)) => {
            finding = finding.note(format!("port {port} {did}"));
        }
        Some(Destination::Ends) => {
            finding = finding.note(format!(
                "port {port} may be the game itself, or a forwarder whose server is down"
            ));
        }
        Some(Destination::Refuses) => {
            finding = finding
                .note(format!("port {port} refuses connections"))
                .help(format!("nothing listens on port {port}: check the port number, or start the server there"));
        }
        Some(Destination::Closed) => {
            finding = finding.note(format!("port {port} did not accept the connection"));
        }
        None => {}
    }
    if config.client == Client::Flash && config.version >= PlayerVersion::STRICT {
        finding = finding.note("without a policy, movies can't connect, not even those from this host (since Flash Player 9.0.124)");
    }
    finding.help(remedy(case))
}

/// The places that were asked for a policy, in order, without duplicates.
fn places(case: &Case<'_>) -> Vec<String> {
    let mut places = Vec::new();
    for seen in case.seen {
        let Purpose::Policy(_) = seen.step.fetch.purpose else {
            continue;
        };
        let place = match &seen.step.fetch.protocol {
            Protocol::Http { path } => format!("{path} on port {}", seen.step.fetch.port),
            Protocol::Policy(_) | Protocol::Nothing => format!("port {}", seen.step.fetch.port),
        };
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

/// The fix for this client, in this version, for this port.
fn remedy(case: &Case<'_>) -> String {
    let config = &case.plan.config;
    let (port, host) = (config.port, &config.target);
    let asks = |place| {
        let mut seen = case.seen.iter();
        seen.any(|seen| seen.step.fetch.purpose == Purpose::Policy(place))
    };
    let loads = config.version >= PlayerVersion::NAMED_PORTS;
    match config.client {
        Client::Silverlight => format!(
            "serve a Silverlight policy on port {}: `flashgate policy --dialect silverlight --allow '{}:{port}'` prints one, and flashgate serves it in a `[[listen]]` with `dialect = \"silverlight\"`",
            config.master(),
            case.site()
        ),
        Client::Unity => format!("serve one: `flashgate serve --allow '*:{port}'`"),
        Client::Flash if asks(Place::Master) => on_843_or_in_front(case),
        Client::Flash if asks(Place::Destination) => format!(
            "this player does not ask port 843: answer policy requests on port {port} itself, or let the movie load a policy with `Security.loadPolicyFile(\"xmlsocket://{host}:843\")`"
        ),
        Client::Flash if loads && port.is_low() => format!(
            "let the movie load a policy from a port below 1024 before it connects, for example with `Security.loadPolicyFile(\"xmlsocket://{host}:843\")`: nothing else opens ports below 1024 to this player"
        ),
        Client::Flash if port.is_low() => {
            "move the server to a port from 1024 up: no policy opens lower ports to this player"
                .to_owned()
        }
        Client::Flash if loads => format!(
            "serve one as http://{host}/crossdomain.xml, or let the movie load one with `Security.loadPolicyFile(\"xmlsocket://{host}:843\")`"
        ),
        Client::Flash => format!("serve one as http://{host}/crossdomain.xml"),
        Client::Lightspark | Client::Ruffle | _ => on_843_or_in_front(case),
    }
}

/// The two ways to serve a policy without changing the game.
fn on_843_or_in_front(case: &Case<'_>) -> String {
    let (port, site) = (case.plan.config.port, case.site());
    if blocked_port::is_in_the_way(case) {
        return format!(
            "late players reportedly block port {port}: move the server to another port, and serve a policy for it: `flashgate serve --allow '{site}:PORT'`"
        );
    }
    format!(
        "serve one on port 843: `flashgate serve --allow '{site}:{port}'`; or move the game to another port and put a gate in front: `flashgate serve --allow '{site}' --gate {port}=127.0.0.1:PORT`"
    )
}

/// How the destination port reacted to the policy request.
enum Destination {
    /// It accepted, and did this.
    Game(String),
    /// It accepted, then closed or reset without a byte. Games do this, and so do forwarders without a server.
    Ends,
    /// No address has a listener.
    Refuses,
    Closed,
}

fn refuses(trace: &Trace) -> bool {
    let mut attempts = trace.attempts.iter();
    !trace.attempts.is_empty() && attempts.all(|attempt| attempt.came == DialOutcome::Refused)
}

/// The reaction of the destination port, if it was asked.
fn destination(case: &Case<'_>) -> Option<Destination> {
    let mut asked = case.asked();
    let asked = asked.find(|asked| asked.place == Place::Destination)?;
    let trace = &asked.seen.trace;
    let did = match trace.end {
        _ if asked.answered() => format!("answered {}, which is not a policy", shown(&trace.bytes)),
        _ if asked.seen.step.connected.is_none() && refuses(trace) => {
            return Some(Destination::Refuses);
        }
        _ if asked.seen.step.connected.is_none() => return Some(Destination::Closed),
        Some(_) => return Some(Destination::Ends),
        None => "accepted the connection but sent nothing".to_owned(),
    };
    Some(Destination::Game(did))
}
