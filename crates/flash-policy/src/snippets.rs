//! Renders findings with carets, notes and help, in the style of a compiler, for
//! [annotate-snippets](https://docs.rs/annotate-snippets), which is re-exported here.
//!
//! Control characters and invisible characters of the file never reach the terminal: [`Source`] replaces them.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

#[doc(no_inline)]
pub use annotate_snippets;
use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Patch, Renderer, Snippet};

use crate::diagnostic::{Edit, Fix, Label};
use crate::{Diagnostic, Severity};

mod repeats;
mod source;

pub use repeats::repeats;
pub use source::{Source, printable};

use source::Excerpt;

/// Whether the fix of a finding is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShownFix<'a> {
    /// With the changed lines. The text comes before its title, such as "remove the dot", and may be empty.
    After(&'a str),
    /// Not shown.
    Hidden,
}

/// Longer lines are shown in part. A fix in such a line is named but not shown, because it would fill the screen
/// twice.
const LONG: usize = 120;

/// The renderer gets only a part of longer lines.
const VERY_LONG: usize = 8 * 1024;

/// Renders a finding with the lines that it is about, without a final line feed.
///
/// A note says where the same mistake is repeated, with the words of [`repeats`](fn@repeats). If the fix is shown, help
/// that says the same is left out.
///
/// ```
/// use flash_policy::snippets::annotate_snippets::Renderer;
/// use flash_policy::snippets::{ShownFix, Source, render};
/// use flash_policy::{Port, Serving, lint};
///
/// let file = br#"<cross-domain-policy>
///   <allow-access-from domain="www.example.com." to-ports="9339"/>
/// </cross-domain-policy>"#;
/// let report = lint(file, Serving::from_port(Port::MASTER));
/// let source = Source::new("policy.xml", file);
///
/// let text = render(&report.findings[0], &source, ShownFix::After("you can "), &Renderer::plain());
/// assert!(text.starts_with("warning[trailing-dot]:"));
/// assert!(text.contains(" --> policy.xml:2:45"));
/// assert!(text.contains("help: you can remove the dot"));
/// ```
#[must_use]
pub fn render(
    finding: &Diagnostic,
    source: &Source,
    fix: ShownFix<'_>,
    renderer: &Renderer,
) -> String {
    let text = renderer.render(&groups(finding, source, fix));
    let labels = || finding.label.iter().chain(&finding.secondary);
    if !labels().any(|label| is_very_long(label, source)) {
        return text;
    }
    // The renderer counts columns in the part that it got.
    let (mut corrected, mut rest) = (String::new(), text.as_str());
    for (wrong, right) in labels().filter_map(|label| columns(label, source)) {
        if let Some((before, after)) = rest.split_once(&wrong) {
            corrected.push_str(before);
            corrected.push_str(&right);
            rest = after;
        }
    }
    corrected.push_str(rest);
    corrected
}

/// A place as the renderer shows it for a part of the lines, and the place in the file.
fn columns(label: &Label, source: &Source) -> Option<(String, String)> {
    let (excerpt, range) = cut(label, source)?;
    let before = excerpt.text.get(..range.start)?;
    let column = before.rsplit('\n').next()?.chars().count() + 1;
    let position = source.position(label.span.start);
    let head = format!("{}:{}:", source.name(), position.line);
    Some((
        format!("{head}{column}"),
        format!("{head}{}", position.column),
    ))
}

/// A part of very long lines around a place, and the place in it.
fn cut<'a>(label: &Label, source: &'a Source) -> Option<(Excerpt<'a>, Range<usize>)> {
    let excerpt = source.excerpt(core::iter::once(label.span))?;
    let range = excerpt.visible(source, label.span);
    Some(excerpt.around(&range))
}

/// The parts of a finding, for a renderer or a report of your own.
///
/// In lines of more than 8 KiB, the renderer gets only a part, and counts columns from its start. [`render`] corrects
/// them.
///
/// ```
/// use flash_policy::snippets::annotate_snippets::Renderer;
/// use flash_policy::snippets::{ShownFix, Source, groups};
/// use flash_policy::{Port, Serving, lint};
///
/// let report = lint(b"<cross-domain-policy/>", Serving::from_port(Port::MASTER));
/// let source = Source::new("policy.xml", b"<cross-domain-policy/>");
/// let groups = groups(&report.findings[0], &source, ShownFix::Hidden);
/// assert!(Renderer::styled().render(&groups).contains("no-rules"));
/// ```
#[must_use]
pub fn groups<'a>(
    finding: &'a Diagnostic,
    source: &'a Source,
    fix: ShownFix<'_>,
) -> Vec<Group<'a>> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Hint => Level::NOTE.with_name("hint"),
        Severity::Warning => Level::WARNING,
    };
    let mut group = level
        .primary_title(finding.message.as_str())
        .id(finding.rule)
        .elements(places(finding, source));
    if let Some(repeats) = repeats(finding, source) {
        group = group.element(Level::NOTE.message(repeats));
    }
    for note in &finding.notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    let shown = finding.fix.as_ref();
    let (patch, title) = match (shown, fix) {
        (Some(fix), ShownFix::After(lead)) => (patch(fix, lead, source), fix.title.as_str()),
        (_, ShownFix::Hidden) | (None, _) => (None, ""),
    };
    // A fix that is shown says the same as this help.
    let is_said = |help: &&String| patch.is_some() && *help == title;
    for help in finding.help.iter().filter(|help| !is_said(help)) {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    core::iter::once(group).chain(patch).collect()
}

/// The lines of all places together if they are short, otherwise each place separately. Then no two marks are further
/// apart than a line can show.
fn places<'a>(finding: &'a Diagnostic, source: &'a Source) -> Vec<Element<'a>> {
    let primary = finding.label.iter();
    let others = finding.secondary.iter();
    let labels: Vec<_> = primary
        .map(|label| (AnnotationKind::Primary, label))
        .chain(others.map(|label| (AnnotationKind::Context, label)))
        .collect();
    let each = || {
        let each = labels.iter();
        let each = each.filter_map(|label| lines(core::slice::from_ref(label), source));
        each.map(|(_, element)| element).collect()
    };
    if labels.iter().any(|(_, label)| is_very_long(label, source)) {
        let parts = labels.iter();
        return parts.filter_map(|label| part(label, source)).collect();
    }
    match lines(&labels, source) {
        // Findings about flags have no place.
        None if source.name().is_empty() => Vec::new(),
        None => Vec::from([Origin::path(source.name()).into()]),
        Some((Width::Long, _)) if labels.len() > 1 => each(),
        Some((_, element)) => Vec::from([element]),
    }
}

/// Whether a place is in very long lines, for which the renderer would need many times their size.
fn is_very_long(label: &Label, source: &Source) -> bool {
    let excerpt = source.excerpt(core::iter::once(label.span));
    excerpt.is_some_and(|excerpt| excerpt.text.len() > VERY_LONG)
}

/// A part of very long lines, with a mark below it.
fn part<'a>(
    (kind, label): &(AnnotationKind, &'a Label),
    source: &'a Source,
) -> Option<Element<'a>> {
    let (excerpt, range) = cut(label, source)?;
    let mark = kind.span(range);
    let mark = if label.text.is_empty() {
        mark
    } else {
        mark.label(label.text.as_str())
    };
    let snippet = Snippet::source(excerpt.text)
        .line_start(excerpt.line)
        .path(source.name())
        .annotation(mark);
    Some(snippet.into())
}

/// Whether the lines fit into a narrow terminal.
enum Width {
    Short,
    Long,
}

/// The lines of some places, with marks below them.
fn lines<'a>(
    labels: &[(AnnotationKind, &'a Label)],
    source: &'a Source,
) -> Option<(Width, Element<'a>)> {
    let excerpt = source.excerpt(labels.iter().map(|(_, label)| label.span))?;
    let width = if excerpt.text.lines().any(|line| line.len() > LONG) {
        Width::Long
    } else {
        Width::Short
    };
    let marks = labels.iter().map(|(kind, label)| {
        let mark = kind.span(excerpt.visible(source, label.span));
        if label.text.is_empty() {
            mark
        } else {
            mark.label(label.text.as_str())
        }
    });
    let snippet = Snippet::source(excerpt.text)
        .line_start(excerpt.line)
        .path(source.name())
        .annotations(marks);
    Some((width, snippet.into()))
}

/// The file after the fix.
fn patch<'a>(fix: &'a Fix, lead: &str, source: &'a Source) -> Option<Group<'a>> {
    let excerpt = source.excerpt(fix.edits.iter().map(|edit| edit.span))?;
    let title = Level::HELP.secondary_title(format!("{lead}{}", fix.title));
    let too_long = |text: &str| text.lines().any(|line| line.len() > LONG);
    // For example a byte order mark, which is not part of the text.
    let invisible =
        |edit: &Edit| edit.text.is_empty() && excerpt.range(source, edit.span).is_empty();
    if too_long(excerpt.text)
        || fix
            .edits
            .iter()
            .any(|edit| too_long(&edit.text) || invisible(edit))
    {
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
