//! What stands behind the policy's last tag: a NUL that somebody spelled out, or other text.
//!
//! It must never take a real NUL for one that is spelled: that one never gets here.

use alloc::format;

use crate::Diagnostic;
use crate::diagnostic::quoted;
use crate::lint::rules::malformed_xml;

/// How people and programs write a NUL where they can't put one.
const SPELLED: [&str; 7] = ["\\0", "\\x00", "\\u0000", "^@", "%00", "&#0;", "&#x0;"];

/// Text behind the end of the root element.
pub(super) fn find(before: &str, rest: &str, at: usize) -> Option<Diagnostic> {
    let closed = before.contains("</cross-domain-policy") || before.contains("</access-policy");
    let text = rest.trim_end();
    if !closed || !before.trim_end().ends_with('>') || text.is_empty() || text.starts_with('<') {
        return None;
    }
    let spelled = SPELLED.iter().find(|spelled| text.starts_with(*spelled));
    Some(match spelled {
        Some(spelled) => not_a_nul(spelled, at),
        None => malformed_xml::RULE
            .finding("expected nothing after the policy's end, found text")
            .at(at..at + text.len(), "")
            .help("remove everything after the last tag"),
    })
}

fn not_a_nul(spelled: &str, at: usize) -> Diagnostic {
    malformed_xml::RULE
        .finding(format!(
            "expected nothing after the policy's end, found {}",
            quoted(spelled)
        ))
        .at(at..at + spelled.len(), "")
        .note(format!(
            "this is not a NUL but {} characters; some servers send them as they are written, nginx's `return` among them",
            spelled.len()
        ))
        .help("remove them: the program that serves the policy appends the NUL, as `flashgate serve` does")
}
