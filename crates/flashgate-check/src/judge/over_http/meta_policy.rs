//! The header `X-Permitted-Cross-Domain-Policies`, which forbids policies of a web server.

use flash_policy::decide::{MetaPolicyHeader, Place};
use flash_policy::player::{Client, Learnt};
use flash_policy::{Diagnostic, PlayerVersion, Severity, SiteControl};

use super::super::case::{Case, PolicyConnection, Rank};
use crate::findings::FindingId;
use crate::shown::shown_line;

const NAME: &str = "X-Permitted-Cross-Domain-Policies";

/// Why a policy that arrived does not count.
pub(super) fn judge(case: &mut Case<'_>) {
    let is_old = case.plan.config.version < PlayerVersion::MASTER_POLICY;
    for asked in case.fetched() {
        let is_loaded = matches!(asked.place, Place::Loaded(_));
        let has_policy = asked.seen.step.learnt == Some(Learnt::Policy);
        let Some(mut finding) = forbidden(asked, is_old).filter(|_| is_loaded && has_policy) else {
            continue;
        };
        if is_old {
            finding.severity = Severity::Warning;
            let note = "this version is assumed to ignore the header";
            case.add(Rank::Doubtful, finding.note(note));
        } else {
            case.delivery(finding);
        }
    }
}

fn forbidden(asked: PolicyConnection<'_>, is_old: bool) -> Option<Diagnostic> {
    let (line, header) = sent(asked)?;
    if header.allows(asked.path()?) {
        return None;
    }
    let (why, help) = match header.site {
        SiteControl::None => (
            "no policy of this web server counts, not even this one",
            "send `master-only` with this file instead",
        ),
        _ if !header.is_policy => (
            "this response is not a policy",
            "don't send the header `X-Permitted-Cross-Domain-Policies` with this file",
        ),
        SiteControl::All | SiteControl::MasterOnly => (
            "no policy of this web server counts except /crossdomain.xml",
            "send `all` instead, or put the rules into /crossdomain.xml and let the movie load that",
        ),
    };
    let since = if is_old {
        "from Flash Player 9.0.115 on, "
    } else {
        ""
    };
    let finding = FindingId::HttpPolicyForbidden.error(format!(
        "{} comes with the header {line}: {since}{why}",
        asked.name()
    ));
    let finding = if header.site == SiteControl::None {
        finding.note(
            "web frameworks and security modules, such as Helmet, send `none` with every response",
        )
    } else {
        finding
    };
    Some(finding.help(help))
}

/// The header of the site's own file, in words, if it forbids other files.
pub(super) fn forbids_others(asked: PolicyConnection<'_>) -> Option<String> {
    let (line, header) = sent(asked)?;
    (header.site != SiteControl::All).then(|| format!("header {line}"))
}

/// Whether the response can be a policy.
pub(super) fn is_policy(asked: PolicyConnection<'_>) -> bool {
    sent(asked).is_none_or(|(_, header)| header.is_policy)
}

/// The header as shown, and what it says to the player.
fn sent(asked: PolicyConnection<'_>) -> Option<(String, MetaPolicyHeader)> {
    let response = asked.seen.step.response.as_ref();
    let value = response?.meta_policy.as_deref();
    let value = value.filter(|_| asked.client == Client::Flash)?;
    let line = shown_line(&format!("{NAME}: {value}"));
    Some((line, MetaPolicyHeader::read(value)))
}
