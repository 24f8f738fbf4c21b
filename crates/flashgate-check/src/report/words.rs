//! Texts that several formats share.

use std::time::Duration;

use flash_policy::Moment;
use flash_policy::decide::{self, Place, Sandbox};
use flash_policy::player::{
    Client, Config, DecidedBy, Fetch, Notification as Heard, Protocol, Purpose, Reason, Verdict,
};

use super::rule;
use crate::findings::FindingId;
use crate::{CheckReport, DialOutcome, Ended, Finding, NotKnown, Seen};

/// A point in time as the time since the check began.
pub(super) fn since_start(moment: Moment) -> Duration {
    moment.since(Moment::ZERO)
}

pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// `12 ms`, `3.0 s`.
pub(super) fn time(duration: Duration) -> String {
    if duration < Duration::from_secs(1) {
        format!("{} ms", duration.as_millis())
    } else {
        format!("{:.1} s", duration.as_secs_f64())
    }
}

/// `1 byte`, `102 bytes`.
pub(super) fn count(number: usize, thing: &str) -> String {
    if number == 1 {
        format!("1 {thing}")
    } else {
        format!("{number} {thing}s")
    }
}

pub(super) fn place(place: Place) -> &'static str {
    match place {
        Place::Master => "the master policy",
        Place::Loaded(_) => "a policy that the movie loaded",
        Place::Destination => "the destination's own policy",
        Place::SiteRoot => "the site's crossdomain.xml",
    }
}

/// What a connection for a policy asks for. A path over HTTP says more than the place.
pub(super) fn asked_for(fetch: &Fetch, place: Place) -> String {
    match &fetch.protocol {
        Protocol::Http { path } => format!("{path} of the web server"),
        Protocol::Policy(_) | Protocol::Nothing => self::place(place).to_owned(),
    }
}

pub(super) fn dialled(came: DialOutcome) -> &'static str {
    match came {
        DialOutcome::Connected => "connected",
        DialOutcome::Refused => "refused",
        DialOutcome::Unreachable => "unreachable",
        DialOutcome::NoRoute => "no-route",
        DialOutcome::Silence => "silence",
        DialOutcome::Failed(_) => "failed",
    }
}

pub(super) fn ended(ended: Ended) -> &'static str {
    match ended {
        Ended::Fin => "fin",
        Ended::Reset => "reset",
        Ended::FinThenReset => "fin-then-reset",
    }
}

/// The client's name.
pub(super) fn client(config: &Config) -> String {
    match config.client {
        Client::Flash => format!("Flash Player {}", config.version),
        Client::Lightspark => "Lightspark".to_owned(),
        Client::Unity => "Unity's web player".to_owned(),
        Client::Silverlight => "Silverlight".to_owned(),
        Client::Ruffle | _ => "Ruffle".to_owned(),
    }
}

/// The movie that the check assumes if the user names none, for the headline.
pub(super) fn assumed_movie(config: &Config) -> String {
    match &config.sandbox {
        Sandbox::Remote(origin) if config.movie_url.is_none() && config.client != Client::Unity => {
            format!(", with a movie from {} (no --from)", origin.host)
        }
        Sandbox::Remote(_)
        | Sandbox::LocalWithNetwork
        | Sandbox::LocalWithFile
        | Sandbox::LocalTrusted
        | Sandbox::Application
        | _ => String::new(),
    }
}

/// The verdict as a sentence, after its word.
pub(super) fn verdict(report: &CheckReport) -> String {
    let (outcome, config, seen) = (&report.outcome, &report.plan.config, &report.seen);
    let port = config.port;
    let why = match outcome.reason {
        Reason::TargetRefused | Reason::TargetTimeout if report.behind.is_nobody() => {
            format!(
                "the player may connect and port {port} accepts, but there is no server behind it"
            )
        }
        Reason::TargetTimeout if report.behind.not_known().is_some() => {
            format!("the player may connect and port {port} accepts, but nothing behind it reacts")
        }
        Reason::Granted => match outcome.decided_by {
            Some(decided) => granted(decided, seen),
            None => "a policy grants it".to_owned(),
        },
        Reason::NoPolicyNeeded => "no policy is needed".to_owned(),
        Reason::Timeout => format!(
            "the time limit of the whole attempt ({}) passed before a policy arrived",
            time(config.timeout)
        ),
        Reason::TargetRefused if seen.iter().any(is_target_without_tls) => {
            format!("the player may connect, but the TLS handshake with port {port} fails")
        }
        Reason::TargetRefused => format!("the player may connect, but port {port} does not accept"),
        Reason::TargetTimeout => format!("the player may connect, but port {port} does not answer"),
        Reason::Refused(decide::RefusalReason::PortAuthority)
            if config.client == Client::Silverlight =>
        {
            format!("Silverlight cannot connect to port {port}; no policy can change that")
        }
        Reason::Refused(reason) => refused(reason.code()).to_owned(),
        other => other.code().to_owned(),
    };
    let heard = match outcome.reported {
        Heard::AtTimeout(after) => format!(
            "; the movie gets Error #2048 after {} s (this check does not wait for that)",
            after.as_secs_f64()
        ),
        Heard::AtOnce | Heard::Thrown => String::new(),
    };
    format!("{why}{}{heard}", at_times(report))
}

/// Whether the movie's own connection failed in the TLS handshake.
fn is_target_without_tls(seen: &Seen) -> bool {
    seen.step.fetch.purpose == Purpose::Target && seen.trace.tls.is_some()
}

/// Findings that mean that the same attempt may fail the next time.
const CHANCE: [FindingId; 2] = [FindingId::ReplyLostAtTimes, FindingId::ResetAfterReply];

/// If the connection is allowed this time but may fail the next time, says so.
fn at_times(report: &CheckReport) -> String {
    let chance = |finding: &&Finding| CHANCE.iter().any(|id| id.id() == finding.diagnostic.rule);
    let found = report.findings.iter().find(chance);
    match found.filter(|_| report.verdict() == Verdict::Allowed) {
        Some(finding) => format!(
            ", but this works only some of the time (`{}`)",
            finding.diagnostic.rule
        ),
        None => String::new(),
    }
}

/// The open questions: an id and a sentence for each.
pub(super) fn not_known(report: &CheckReport) -> Vec<(&'static str, String)> {
    let port = report.plan.config.port;
    let choices = report.outcome.rests_on.iter();
    let choices = choices.map(|choice| (choice.code(), choice.to_string()));
    let behind = report.behind.not_known().map(|why| match why {
        NotKnown::NoReaction => {
            format!("whether a server is behind port {port}, where nothing reacts (assumed: no)")
        }
        NotKnown::ClosesUnknown => {
            format!("whether a server is behind port {port} (assumed: yes)")
        }
    });
    choices
        .chain(behind.map(|text| ("server-behind", text)))
        .collect()
}

fn granted(decided: DecidedBy, seen: &[Seen]) -> String {
    let of_place = |seen: &&Seen| seen.step.fetch.purpose == Purpose::Policy(decided.place);
    let fetch = seen.iter().find(of_place).map(|seen| &seen.step.fetch);
    let port = fetch.map_or(String::new(), |fetch| format!(" (port {})", fetch.port));
    let place = fetch.map_or_else(
        || place(decided.place).to_owned(),
        |fetch| asked_for(fetch, decided.place),
    );
    rule::decided(decided, seen).map_or_else(
        || format!("{place}{port} grants it"),
        |rule| format!("{rule} of {place}{port} grants it"),
    )
}

fn refused(code: &str) -> &'static str {
    match code {
        "no-policy" => "no policy arrived, and without one the player does not connect",
        "no-rule-matches" => "no rule covers this movie and port",
        "meta-policy-master-only" => "only rules in the master policy count, and none grants this",
        "meta-policy-none" => "the master policy forbids all policies",
        "port-authority" => "the rule that grants this comes from a port that can't open this one",
        "secure-only" => "the rule that grants this is only for movies loaded over HTTPS",
        "sandbox" => "the movie's sandbox does not allow sockets",
        _ => "the player does not connect",
    }
}
