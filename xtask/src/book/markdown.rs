//! The links of a Markdown file, and the headings that links can lead to. It supports the subset that the project uses.

use std::collections::{BTreeMap, BTreeSet};

/// A link, and the line that it ends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PageLink {
    pub(super) line: usize,
    pub(super) target: String,
}

/// The links and headings of a file.
#[derive(Debug, Default)]
pub(super) struct Markdown {
    pub(super) links: Vec<PageLink>,
    /// What can follow `#` in a link.
    pub(super) anchors: BTreeSet<String>,
}

impl Markdown {
    pub(super) fn read(text: &str) -> Self {
        let lines = without_blocks(text);
        let mut anchors = Anchors::default();
        for line in &lines {
            anchors.heading(line);
        }
        let prose = without_code(&lines.join("\n"));
        Self {
            links: links(&prose),
            anchors: anchors.known,
        }
    }
}

/// The lines, with empty ones in place of code blocks and comments.
fn without_blocks(text: &str) -> Vec<&str> {
    let mut fence = None;
    let lines = text.lines().map(|line| {
        let start = line.trim_start();
        let mark = ["```", "~~~"]
            .into_iter()
            .find(|mark| start.starts_with(mark));
        match (fence, mark) {
            (None, None) if start.starts_with("<!--") => "",
            (None, None) => line,
            (None, Some(_)) => {
                fence = mark;
                ""
            }
            (Some(open), Some(close)) if open == close => {
                fence = None;
                ""
            }
            (Some(_), _) => "",
        }
    });
    lines.collect()
}

/// The text with empty code spans and unchanged lines. A span ends in its paragraph.
fn without_code(text: &str) -> String {
    let paragraphs = text.split("\n\n").map(|paragraph| {
        let mut parts = paragraph.split('`');
        let mut prose = parts.next().unwrap_or_default().to_owned();
        let mut is_code = true;
        for part in parts {
            if is_code {
                prose.extend(part.chars().filter(|c| *c == '\n'));
            } else {
                prose += part;
            }
            is_code = !is_code;
        }
        prose
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// `[text](target)`, images included, and `[name]: target`.
fn links(prose: &str) -> Vec<PageLink> {
    let mut links = Vec::new();
    for (index, line) in prose.lines().enumerate() {
        let inline = line.split("](").skip(1);
        let inline = inline.filter_map(|rest| rest.split([')', ' ']).next());
        let named = line
            .strip_prefix('[')
            .and_then(|rest| rest.split_once("]: "));
        let targets = inline.chain(named.map(|(_, target)| target.trim()));
        links.extend(targets.map(|target| PageLink {
            line: index + 1,
            target: target.trim_matches(['<', '>']).to_owned(),
        }));
    }
    links
}

/// The anchors of headings, as mdBook and GitHub make them.
#[derive(Default)]
struct Anchors {
    known: BTreeSet<String>,
    /// How often each anchor occurred before.
    times: BTreeMap<String, usize>,
}

impl Anchors {
    fn heading(&mut self, line: &str) {
        let text = line.trim_start_matches('#');
        let depth = line.len() - text.len();
        if !(1..=6).contains(&depth) || !text.starts_with(' ') {
            return;
        }
        let name = name(text.trim());
        let times = self.times.entry(name.clone()).or_default();
        self.known.insert(match *times {
            0 => name,
            times => format!("{name}-{times}"),
        });
        *times += 1;
    }
}

fn name(heading: &str) -> String {
    let kept = shown(heading)
        .chars()
        .filter(|c| c.is_alphanumeric() || c.is_whitespace() || matches!(c, '_' | '-'))
        .map(|c| if c.is_whitespace() { '-' } else { c })
        .collect::<String>();
    kept.to_lowercase()
}

/// A heading without the targets of its links.
fn shown(heading: &str) -> String {
    let mut parts = heading.split("](");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text += part.split_once(')').map_or("", |(_, rest)| rest);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, links: &[(usize, &str)], anchors: &[&str]) {
        let read = Markdown::read(text);
        let found = read
            .links
            .iter()
            .map(|link| (link.line, link.target.as_str()));
        assert_eq!(found.collect::<Vec<_>>(), links, "{text}");
        let known = read.anchors.iter().map(String::as_str);
        assert_eq!(known.collect::<Vec<_>>(), anchors, "{text}");
    }

    #[test]
    fn links_of_every_kind() {
        check(
            "[a](b.md) ![c](d.svg \"e\")",
            &[(1, "b.md"), (1, "d.svg")],
            &[],
        );
        check("\n[over\ntwo lines](b.md#c)\n", &[(3, "b.md#c")], &[]);
        check("[a]: https://x.test\n", &[(1, "https://x.test")], &[]);
    }

    #[test]
    fn code_has_none() {
        check("`[a](b)` [c](d)", &[(1, "d")], &[]);
        check("`x\n[a](b)`\n[c](d)", &[(3, "d")], &[]);
        check("```md\n# a\n[a](b)\n```\n\n[c](d)", &[(6, "d")], &[]);
        check("one ` mark\n\n[c](d)", &[(3, "d")], &[]);
    }

    #[test]
    fn headings() {
        let names = ["readyz", "readyz-1", "the-players-address", "tls"];
        check(
            "# TLS\n## `/readyz`\n## `/readyz`\n### The player's address\n#no",
            &[],
            &names,
        );
        let link = [(1, "to.md")];
        check("## [A link](to.md), and more", &link, &["a-link-and-more"]);
    }
}
