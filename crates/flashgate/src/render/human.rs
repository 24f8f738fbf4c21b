//! Findings with carets, notes and what to write instead, in the compiler's manner.

use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Patch, Renderer, Snippet};
use flash_policy::diagnostic::{Fix, Label};
use flash_policy::{Diagnostic, Severity};

use super::Source;

/// More than this nobody reads, and a file can have tens of thousands.
const MOST_SHOWN: usize = 50;

/// A change of longer lines than this is told and not shown: it would fill the screen twice.
const LONGEST_PATCHED: usize = 160;

/// Renders findings one after another, each followed by an empty line; of very many, the worst first.
pub(super) fn findings(found: &[Diagnostic], source: &Source, renderer: &Renderer) -> String {
    let mut shown: Vec<_> = found.iter().collect();
    if shown.len() > MOST_SHOWN {
        shown.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    }
    let mut text = String::new();
    for finding in shown.iter().take(MOST_SHOWN) {
        text.push_str(&renderer.render(&groups(finding, source)));
        text.push_str("\n\n");
    }
    if let Some(more) = found.len().checked_sub(MOST_SHOWN).filter(|more| *more > 0) {
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "{more} more findings in {} are not shown\n\n",
            source.name()
        );
    }
    text
}

fn groups<'a>(finding: &'a Diagnostic, source: &'a Source) -> Vec<Group<'a>> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Hint => Level::NOTE.with_name("hint"),
        Severity::Warning | _ => Level::WARNING,
    };
    let mut group = level
        .primary_title(finding.message.as_str())
        .id(finding.rule)
        .element(place(finding, source));
    for note in &finding.notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    for help in &finding.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let patch = finding.fix.as_ref().and_then(|fix| patch(fix, source));
    std::iter::once(group).chain(patch).collect()
}

fn place<'a>(finding: &'a Diagnostic, source: &'a Source) -> Element<'a> {
    let labels = || finding.label.iter().chain(&finding.secondary);
    let Some(excerpt) = source.excerpt(labels().map(|label| label.span)) else {
        return annotate_snippets::Origin::path(source.name()).into();
    };
    let mark = |kind: AnnotationKind, label: &'a Label| {
        let mark = kind.span(excerpt.range(source, label.span));
        if label.text.is_empty() {
            mark
        } else {
            mark.label(label.text.as_str())
        }
    };
    let primary = finding.label.iter();
    let primary = primary.map(|label| mark(AnnotationKind::Primary, label));
    let others = finding.secondary.iter();
    let others = others.map(|label| mark(AnnotationKind::Context, label));
    Snippet::source(excerpt.text)
        .line_start(excerpt.line)
        .path(source.name())
        .annotations(primary.chain(others))
        .into()
}

/// What the file would look like.
fn patch<'a>(fix: &'a Fix, source: &'a Source) -> Option<Group<'a>> {
    let excerpt = source.excerpt(fix.edits.iter().map(|edit| edit.span))?;
    let too_long = |text: &str| text.lines().any(|line| line.len() > LONGEST_PATCHED);
    let title = Level::HELP.secondary_title(format!("`--fix` can {}", fix.title));
    if too_long(excerpt.text) || fix.edits.iter().any(|edit| too_long(&edit.text)) {
        return Some(Group::with_title(title));
    }
    let patches = fix
        .edits
        .iter()
        .map(|edit| Patch::new(excerpt.range(source, edit.span), edit.text.as_str()));
    let lines = Snippet::source(excerpt.text)
        .line_start(excerpt.line)
        .patches(patches);
    Some(title.element(lines))
}
