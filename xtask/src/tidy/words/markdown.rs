//! Removes what is not prose from Markdown: code, and the targets of links. Lines stay where they are.

/// The prose of a text that may hold code spans and code blocks, as Markdown and comments do.
pub(super) fn prose(text: &str) -> String {
    without_spans(&without_blocks(text))
}

/// Empties the first column of a table that lists words not to use: its header is `don't`.
pub(super) fn without_word_list(text: &str) -> String {
    let mut in_list = false;
    let lines = text.lines().map(|line| {
        in_list = line.starts_with("| don't |") || (in_list && line.starts_with('|'));
        match line.split_once(" | ") {
            Some((_, instead)) if in_list => instead,
            _ => line,
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn without_blocks(text: &str) -> String {
    let mut fence: Option<String> = None;
    let lines = text.split('\n').map(|line| {
        let start = line.trim_start_matches([' ', '>']);
        match &fence {
            None if start.starts_with("```") || start.starts_with("~~~") => {
                let mark = start.chars().next().unwrap_or('`');
                let length = start.chars().take_while(|c| *c == mark).count();
                fence = start.get(..length).map(str::to_owned);
                "."
            }
            None => line,
            Some(open) => {
                if start.starts_with(open.as_str()) && start.trim_end().len() >= open.len() {
                    fence = None;
                }
                "."
            }
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Leaves one backtick in the place of a code span, and drops the targets of links. A span ends in its paragraph.
fn without_spans(text: &str) -> String {
    let mut prose = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['`', ']']) {
        let (before, from) = rest.split_at(at);
        prose += before;
        let removed = if from.starts_with('`') {
            span(from)
        } else {
            target(from)
        };
        let (removed, after) = from.split_at(removed.unwrap_or(1));
        prose.push('`');
        prose.extend(removed.chars().filter(|c| *c == '\n'));
        rest = after;
    }
    prose + rest
}

/// The length of the code span at the start, with its backticks.
fn span(text: &str) -> Option<usize> {
    let length = text.bytes().take_while(|byte| *byte == b'`').count();
    let mark = text.get(..length)?;
    let inside = text.get(length..)?;
    let paragraph = inside.split("\n\n").next()?;
    Some(paragraph.find(mark)? + 2 * length)
}

/// The length of `](target)` at the start.
fn target(text: &str) -> Option<usize> {
    let inside = text.strip_prefix("](")?;
    let end = inside.find(')')?;
    Some(end + 3)
}
