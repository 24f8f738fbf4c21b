//! Looks for what a broken file is instead of a policy, where that says more than what its XML lacks.

use super::pasted;
use crate::Diagnostic;
use crate::lint::rules::{html_page, http_response, merge_conflict_marker, server_code};

/// Why a text that is not well-formed is no policy, if the reason can be named.
pub(super) fn find(text: &str) -> Option<Diagnostic> {
    http_response::find(text)
        .or_else(|| html_page::find(text))
        .or_else(|| merge_conflict_marker::find(text))
        .or_else(|| server_code::find(text))
        .or_else(|| pasted::find(text))
}
