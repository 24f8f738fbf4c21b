//! What the scripts of a page mean for its movies.

use flash_policy::Diagnostic;
use flash_policy::player::{Reason, Verdict};

use super::page::{LostEntries, PageScene};
use super::refusal::NO_MATCH;
use super::told::told;
use crate::findings::FindingId;
use crate::web::{LoadFault, LoadKind, LoadScene};

/// The result for a page, apart from its entries.
pub(super) struct JudgedPage {
    /// Why movies get no WebSocket at all.
    pub(super) verdict: Option<(Verdict, Reason)>,
    pub(super) findings: Vec<Diagnostic>,
}

pub(super) fn judge(page: &PageScene) -> JudgedPage {
    let is_needed = page.entries.is_empty() && page.lost.is_empty();
    let scripts = page
        .loads
        .iter()
        .filter(|load| load.kind == LoadKind::Script);
    let failed: Vec<_> = scripts
        .filter_map(|script| Some((script, script.result.as_ref().err()?)))
        .collect();
    let lost = page.lost.iter().map(overwritten);
    let verdict = match failed.first() {
        _ if !page.lost.is_empty() => Some((Verdict::Denied, NO_MATCH)),
        Some((_, fault)) if is_needed => Some(of_script(fault)),
        Some(_) | None => None,
    };
    let failed = failed
        .iter()
        .map(|(script, fault)| not_loaded(script, fault, is_needed));
    JudgedPage {
        verdict,
        findings: lost.chain(failed).collect(),
    }
}

/// The verdict if a page has no entry because of this script.
const fn of_script(fault: &LoadFault) -> (Verdict, Reason) {
    match fault {
        LoadFault::MixedContent | LoadFault::BlockedPort(_) | LoadFault::Cors(_) => {
            (Verdict::Denied, NO_MATCH)
        }
        LoadFault::Silence => (Verdict::Unreachable, Reason::TargetTimeout),
        LoadFault::Name(_)
        | LoadFault::NoConnection
        | LoadFault::Tls(_)
        | LoadFault::HungUp
        | LoadFault::NotHttp
        | LoadFault::Status(..)
        | LoadFault::Encoded(_)
        | LoadFault::Redirect(_) => (Verdict::Unreachable, Reason::TargetRefused),
    }
}

fn overwritten(lost: &LostEntries) -> Diagnostic {
    let (of, by) = (&lost.of, &lost.by);
    let entries = if lost.count == 1 {
        "an entry".to_owned()
    } else {
        format!("{} entries", lost.count)
    };
    FindingId::ConfigOverwritten
        .error(format!("{by} replaces Ruffle's config, and with it {entries} of `socketProxy` from {of}"))
        .note("a movie that connects there gets ioError (#2031): Ruffle finds no WebSocket for it")
        .help(format!("load {of} after {by}; or set single options, as in `RufflePlayer.config.autoplay = \"on\"`"))
}

fn not_loaded(script: &LoadScene, fault: &LoadFault, is_needed: bool) -> Diagnostic {
    let (asked, url) = (&script.asked, &script.url);
    let id = if matches!(fault, LoadFault::MixedContent) {
        FindingId::ScriptMixedContent
    } else {
        FindingId::ScriptNotLoaded
    };
    let through = if asked == url {
        String::new()
    } else {
        format!(" (after redirects: {url})")
    };
    let message = format!(
        "the page can't load its script {asked}{through}: {}",
        told(fault, url)
    );
    let finding = if is_needed {
        id.error(message).note("without its entries in `socketProxy`, the movie gets ioError (#2031) for every connection")
    } else {
        id.warning(message)
    };
    finding.help(match fault {
        LoadFault::MixedContent => "load it over HTTPS: turn on TLS in flashgate (`[tls]`), or let the site's web server pass `/ruffle.js` on",
        LoadFault::Status(404, _) => "correct its URL; flashgate serves its own `/ruffle.js` on each gate and on the bridge",
        LoadFault::Encoded(_) => "let its server follow `Accept-Encoding`; or pass the URL of the WebSocket (`wss://…`)",
        LoadFault::Silence => "check that its server runs and answers promptly; or allow more time with --timeout",
        LoadFault::Name(_)
        | LoadFault::NoConnection
        | LoadFault::Tls(_)
        | LoadFault::HungUp
        | LoadFault::NotHttp
        | LoadFault::Status(..)
        | LoadFault::Redirect(_)
        | LoadFault::BlockedPort(_)
        | LoadFault::Cors(_) => "check its URL, and that the server runs",
    })
}
