//! Findings with carets, notes and help, in the style of a compiler.

use std::io;

use annotate_snippets::Renderer;
use flash_policy::Diagnostic;
use flash_policy::snippets::{ShownFix, Source, render};

use super::entry::OutcomeText;
use super::levels::by_level;
use super::summary::omitted;

/// The most findings that are shown. A file can have tens of thousands, and no one reads more than this.
const MOST_SHOWN: usize = 50;

/// Introduces the fix of a finding. Only `flashgate lint` has that flag, so others hide fixes.
const BY_FLAG: ShownFix<'_> = ShownFix::After("`--fix` can ");

/// Renders the findings of a file, each followed by an empty line.
pub(super) fn findings(
    entry: &OutcomeText<'_>,
    renderer: &Renderer,
    out: &mut impl io::Write,
) -> io::Result<()> {
    let shown = by_level(entry.findings());
    let more = shown.len().saturating_sub(MOST_SHOWN) + entry.omitted();
    for finding in shown.iter().take(MOST_SHOWN) {
        let text = render(finding, &entry.source, BY_FLAG, renderer);
        write!(out, "{text}\n\n")?;
    }
    if more > 0 {
        out.write_all(omitted(more, entry.source.name()).as_bytes())?;
    }
    Ok(())
}

/// Renders findings as a string, without their fixes.
pub(super) fn text(found: &[Diagnostic], source: &Source, renderer: &Renderer) -> String {
    let mut text = String::new();
    for finding in by_level(found).iter().take(MOST_SHOWN) {
        text.push_str(&render(finding, source, ShownFix::Hidden, renderer));
        text.push_str("\n\n");
    }
    if found.len() > MOST_SHOWN {
        text.push_str(&omitted(found.len() - MOST_SHOWN, source.name()));
    }
    text
}
