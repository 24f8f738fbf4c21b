//! A policy was understood, and no rule of it names this movie and this port: why, and what to write.

use flash_policy::decide::{Movie, Sandbox};
use flash_policy::player::Client;
use flash_policy::{Diagnostic, Origin, Severity};

use super::meaning::{movie, understood, whose};
use super::{Asked, Case, Rank, clients, near_miss, readers};

pub(super) fn explain(case: &mut Case<'_>) {
    if readers::narrows(case) {
        return;
    }
    let before = case.found.len();
    for asked in understood(case) {
        broken_rules(case, asked);
    }
    for asked in understood(case) {
        near_miss::judge(case, asked);
    }
    if case.found.len() > before || clients::explained(case) {
        return;
    }
    let port = case.plan.config.port;
    let who = whose(case);
    let finding = Diagnostic::error(
        "no-rule-matches",
        format!("no rule of the policies that count names {who} and port {port}"),
    );
    let finding = match odd_host(case) {
        Some(note) => finding.note(note),
        None => finding,
    };
    let finding = finding.note("names are compared as they are written: an address admits only what was loaded from a URL with that address")
    .help(remedy(case));
    case.add(Rank::Cause, finding);
}

/// A rule that fails in the player explains why none matches; so does a policy without any.
fn broken_rules(case: &mut Case<'_>, asked: Asked<'_>) {
    let report = asked.lint();
    let flash = report.policy.as_ref().map(|policy| policy.rules.is_empty());
    let silverlight = report.access.as_ref();
    let silverlight =
        silverlight.map(|access| access.policies.iter().all(|part| part.ports.is_empty()));
    let no_rules = flash.or(silverlight).unwrap_or(false);
    let (last, first): (Vec<_>, Vec<_>) = report
        .findings
        .into_iter()
        .filter(|finding| no_rules || finding.severity == Severity::Error)
        .partition(|finding| finding.rule == "no-rules");
    for diagnostic in first.into_iter().chain(last) {
        let source = case.source(asked, asked.document());
        case.add_lint(Rank::Cause, diagnostic, source);
    }
}

/// Where this client takes another host from the movie's URL than others do.
fn odd_host(case: &Case<'_>) -> Option<String> {
    let config = &case.plan.config;
    let Sandbox::Remote(origin) = &config.sandbox else {
        return None;
    };
    let (compared, url) = (config.compared_host()?, config.movie_url.as_deref()?);
    (compared != origin.host.to_string()).then(|| {
        format!("Lightspark takes `{compared}` for the host of `{url}`: load the movie from a URL with the plain host name")
    })
}

fn remedy(case: &Case<'_>) -> String {
    let port = case.plan.config.port;
    match movie(case) {
        movie if case.plan.config.client == Client::Silverlight => {
            let uri = match movie {
                Movie::Remote(Origin { scheme, host }) => format!("{}://{host}", scheme.as_str()),
                Movie::Hostless => "file:///".to_owned(),
            };
            format!(
                "add a `<policy>` with `<domain uri=\"{uri}\"/>` in its `<allow-from>` and `<socket-resource port=\"{port}\" protocol=\"tcp\"/>` in its `<grant-to>`"
            )
        }
        Movie::Remote(Origin { host, .. }) => {
            format!("add a rule: `<allow-access-from domain=\"{host}\" to-ports=\"{port}\"/>`")
        }
        Movie::Hostless => format!(
            "{} are admitted by `domain=\"*\"` alone: `<allow-access-from domain=\"*\" to-ports=\"{port}\"/>`",
            whose(case)
        ),
    }
}
