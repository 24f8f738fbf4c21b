//! Policies that the movie loads but that don't count: a finding for each location, with the reason.
//!
//! For Flash Player the reasons come from `flash_policy::decide`. Nothing here may decide differently.

use flash_policy::decide::{self, Ignored, Location, Place, Request};
use flash_policy::player::{Client, Reason};
use flash_policy::{Host, Scheme};

use super::case::{Case, Rank};
use crate::findings::FindingId;
use crate::survey::ACCESS_POLICY;

pub(super) fn judge(case: &mut Case<'_>) {
    if matches!(
        case.outcome.reason,
        Reason::NoPolicyNeeded | Reason::Refused(decide::RefusalReason::Sandbox)
    ) {
        return;
    }
    for (index, location) in case.plan.config.loaded.iter().enumerate() {
        let (message, help) = if is_asked_anyway(case, location) {
            let port = case.plan.config.master();
            let message = format!(
                "{} is not needed: Silverlight asks port {port} by itself",
                told(location)
            );
            (message, "check without this `--load-policy`".to_owned())
        } else if let Some((why, help)) = ignored(case, index, location) {
            let message = format!("the policy at {} does not count: {why}", told(location));
            (message, help)
        } else {
            continue;
        };
        let finding = FindingId::LoadPolicyIgnored.warning(message).help(help);
        // It may be why no policy arrived. If another one allows the connection, it is still no doubt, but a mistake.
        let rank = if case.lacks_policy() {
            Rank::Cause
        } else {
            Rank::Wrong
        };
        case.add(rank, finding);
    }
}

/// Whether this is the place that Silverlight asks in any case.
fn is_asked_anyway(case: &Case<'_>, location: &Location) -> bool {
    let config = &case.plan.config;
    config.client == Client::Silverlight
        && matches!(location, Location::Socket { host, port } if *host == config.target && *port == config.master())
}

/// The reason and the fix.
fn ignored(case: &Case<'_>, index: usize, location: &Location) -> Option<(String, String)> {
    let config = &case.plan.config;
    let target = &config.target;
    match (config.client, location) {
        (Client::Silverlight, _) => silverlight(case, index, location),
        (Client::Flash, _) => Some(words(request(case).ignores(location)?, target)),
        (_, Location::Http { .. }) => Some((
            "this client does not use policies over HTTP for sockets".to_owned(),
            over_socket(target),
        )),
        (_, Location::Socket { host, .. }) if host != target => {
            Some(words(Ignored::OtherHost, target))
        }
        _ => None,
    }
}

/// Whether Silverlight asks a location is the library's decision, so this looks at what was asked.
fn silverlight(case: &Case<'_>, index: usize, location: &Location) -> Option<(String, String)> {
    let url = format!("http://{}{ACCESS_POLICY}", case.plan.config.target);
    let is_asked = |place| place == Place::Loaded(index);
    let mut fetched = case.fetched();
    match location {
        _ if case.seen.is_empty() || fetched.any(|asked| is_asked(asked.place)) => None,
        Location::Http { .. } => Some((
            format!("over HTTP, Silverlight asks only for {url}"),
            format!("serve the policy there, and pass `--load-policy {url}`"),
        )),
        Location::Socket { .. } | _ => Some((
            "over sockets, Silverlight asks only port 943 of the host that it connects to"
                .to_owned(),
            format!(
                "serve the policy on port 943 of `{}`, and check without `--load-policy`",
                case.plan.config.target
            ),
        )),
    }
}

fn request(case: &Case<'_>) -> Request {
    let config = &case.plan.config;
    Request::new(config.sandbox.clone(), config.target.clone(), config.port)
        .player(config.version)
        .loaded(config.loaded.iter().cloned())
}

fn over_socket(target: &Host) -> String {
    format!("load it over a socket, as in `xmlsocket://{target}:843`")
}

fn words(reason: Ignored, target: &Host) -> (String, String) {
    let in_root = || format!("serve it as http://{target}/crossdomain.xml");
    match reason {
        Ignored::OtherHost => (
            format!(
                "the movie connects to `{target}`, and a policy counts only for the host name it was loaded from"
            ),
            format!("load it from `{target}`, with exactly that name"),
        ),
        Ignored::SocketsNotYet => (
            "Flash Player before 7.0.19 does not load policies over sockets".to_owned(),
            in_root(),
        ),
        Ignored::HttpNotYet => (
            "in Flash Player before 7.0.19, only the site's own /crossdomain.xml allows sockets"
                .to_owned(),
            in_root(),
        ),
        Ignored::HttpNoLonger => (
            "since Flash Player 9.0.124, policies over HTTP don't allow sockets".to_owned(),
            over_socket(target),
        ),
        Ignored::Subfolder => (
            "over HTTP, only a policy in the root folder allows sockets".to_owned(),
            in_root(),
        ),
        Ignored::OtherPort => (
            "over HTTP, only a policy on port 80 allows sockets in this player".to_owned(),
            in_root(),
        ),
        Ignored::LowPort => (
            "policies over HTTP can't open ports below 1024".to_owned(),
            over_socket(target),
        ),
        _ => (
            "this player does not use it".to_owned(),
            over_socket(target),
        ),
    }
}

fn told(location: &Location) -> String {
    match location {
        Location::Socket { host, port } => format!("`xmlsocket://{host}:{port}`"),
        Location::Http {
            scheme,
            host,
            port,
            path,
        } => {
            let usual = match scheme {
                Scheme::Http => 80,
                Scheme::Https => 443,
            };
            let port = match port.get() {
                port if port == usual => String::new(),
                port => format!(":{port}"),
            };
            format!("`{}://{host}{port}{path}`", scheme.as_str())
        }
        _ => "another place".to_owned(),
    }
}
