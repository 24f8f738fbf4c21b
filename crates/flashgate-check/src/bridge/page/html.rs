//! The scripts of a page, as a browser finds them in its HTML. It builds no tree, does not recurse, and reads each byte
//! a bounded number of times.

/// What a page has for its browser to run.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in super::super) struct PageScripts {
    /// The `href` of `<base>`.
    pub(super) base: Option<String>,
    /// In the order in which they run.
    pub(in super::super) scripts: Vec<ScriptElement>,
    /// A `<meta>` asks for `upgrade-insecure-requests`.
    pub(super) upgrades: bool,
}

/// A `<script>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct ScriptElement {
    pub(in super::super) content: ScriptContent,
    /// The line that it begins in, counted from 1.
    pub(super) line: usize,
    /// `defer`, `async` or `type=module`: it runs after the others.
    is_late: bool,
}

/// Where the text of a script is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum ScriptContent {
    Src(String),
    Inline(String),
}

/// More scripts than any page of a game has. Later ones are not read.
const MOST_SCRIPTS: usize = 256;

/// Elements whose content is text for a browser that runs scripts (HTML standard, "Parsing HTML documents").
const TEXT_ELEMENTS: [&str; 8] = [
    "textarea", "title", "style", "xmp", "iframe", "noembed", "noframes", "noscript",
];

/// Reads a page.
pub(in super::super) fn read(text: &str) -> PageScripts {
    let mut reader = PageReader {
        text,
        lower: &text.to_ascii_lowercase(),
        at: 0,
        line: 1,
        templates: 0,
        page: PageScripts::default(),
    };
    while reader.page.scripts.len() < MOST_SCRIPTS && reader.next().is_some() {}
    let mut page = reader.page;
    page.scripts.sort_by_key(|script| script.is_late);
    page
}

/// A page, up to a place.
struct PageReader<'a> {
    text: &'a str,
    lower: &'a str,
    at: usize,
    /// The line of `at`.
    line: usize,
    /// Nothing runs in a `<template>`. They nest.
    templates: usize,
    page: PageScripts,
}

impl<'a> PageReader<'a> {
    /// Reads up to the end of the next tag or comment, with the text in it. Returns nothing at the end of the page, or if
    /// the tag never ends.
    fn next(&mut self) -> Option<()> {
        self.advance(self.rest().find('<')?);
        let rest = self.rest();
        if rest.starts_with("<!--") {
            // `<!-->` and `<!--->` are whole comments.
            self.advance(2 + rest.get(2..)?.find("-->")? + 3);
            return Some(());
        }
        let inner = rest.strip_prefix('<')?;
        let name = inner.strip_prefix('/').unwrap_or(inner);
        if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
            self.advance(1);
            return Some(());
        }
        let name = name.split(ends_name).next().unwrap_or_default();
        let tag = self.text.get(self.at..self.at + tag_length(rest)?)?;
        let line = self.line;
        self.advance(tag.len());
        self.element(name, tag, inner.starts_with('/'), line)
    }

    fn element(&mut self, name: &str, tag: &'a str, is_end: bool, line: usize) -> Option<()> {
        match name {
            "template" if is_end => self.templates = self.templates.saturating_sub(1),
            "template" => self.templates += 1,
            _ if is_end => {}
            "script" => {
                let body = self.content(name);
                if self.templates == 0 {
                    self.page.scripts.extend(script(tag, body, line));
                }
            }
            "base" if self.page.base.is_none() && self.templates == 0 => {
                self.page.base = attribute(tag, "href");
            }
            "meta" if self.templates == 0 => {
                let tag = tag.to_ascii_lowercase();
                self.page.upgrades |= tag.contains("upgrade-insecure-requests");
            }
            "plaintext" => return None,
            _ if TEXT_ELEMENTS.contains(&name) => drop(self.content(name)),
            _ => {}
        }
        Some(())
    }

    /// The text of an element that contains only text. Without an end tag, it is the rest of the page.
    fn content(&mut self, name: &str) -> &'a str {
        let rest = self.rest();
        let end = format!("</{name}");
        let mut ends = rest.match_indices(&end).map(|(at, _)| at);
        let length = ends.find(|at| {
            let after = rest.get(at + end.len()..).unwrap_or_default();
            after.starts_with(ends_name)
        });
        let length = length.unwrap_or(rest.len());
        let content = self.text.get(self.at..self.at + length);
        self.advance(length);
        content.unwrap_or_default()
    }

    fn rest(&self) -> &'a str {
        self.lower.get(self.at..).unwrap_or_default()
    }

    fn advance(&mut self, length: usize) {
        let passed = self.text.get(self.at..self.at + length).unwrap_or_default();
        self.line += passed.matches('\n').count();
        self.at += length;
    }
}

fn ends_name(c: char) -> bool {
    c.is_ascii_whitespace() || matches!(c, '>' | '/')
}

/// Where the scan is in a tag.
#[derive(Clone, Copy)]
enum TagPlace {
    Names,
    BeforeValue,
    Bare,
    Quoted(char),
}

/// The length of a tag. A quote counts only where a value begins.
fn tag_length(rest: &str) -> Option<usize> {
    let mut place = TagPlace::Names;
    for (at, c) in rest.char_indices() {
        place = match (place, c) {
            (TagPlace::Quoted(quote), _) if c == quote => TagPlace::Names,
            (TagPlace::Quoted(_), _) => place,
            (_, '>') => return Some(at + 1),
            (TagPlace::Names, '=') => TagPlace::BeforeValue,
            (TagPlace::BeforeValue, '"' | '\'') => TagPlace::Quoted(c),
            (TagPlace::BeforeValue, _) if c.is_ascii_whitespace() => place,
            (TagPlace::BeforeValue, _) => TagPlace::Bare,
            (TagPlace::Bare, _) if c.is_ascii_whitespace() => TagPlace::Names,
            (TagPlace::Names | TagPlace::Bare, _) => place,
        };
    }
    None
}

fn script(tag: &str, body: &str, line: usize) -> Option<ScriptElement> {
    let kind = attribute(tag, "type").unwrap_or_default();
    let kind = kind.trim().to_ascii_lowercase();
    let is_module = kind == "module";
    // Other types are data blocks, which no browser runs.
    if !is_module
        && !kind.is_empty()
        && !kind.ends_with("javascript")
        && !kind.ends_with("ecmascript")
    {
        return None;
    }
    // For browsers without modules, which Ruffle does not support.
    if !is_module && attribute(tag, "nomodule").is_some() {
        return None;
    }
    let src = attribute(tag, "src");
    let waits = ["defer", "async"]
        .iter()
        .any(|name| attribute(tag, name).is_some());
    Some(ScriptElement {
        is_late: is_module || (waits && src.is_some()),
        content: src.map_or_else(
            || ScriptContent::Inline(body.to_owned()),
            ScriptContent::Src,
        ),
        line,
    })
}

/// The value of an attribute of a tag. Without a value, it is empty.
fn attribute(tag: &str, wanted: &str) -> Option<String> {
    let is_space = |c: char| c.is_ascii_whitespace() || c == '/';
    let mut rest = tag.split_at(tag.find(is_space)?).1;
    loop {
        rest = rest.trim_start_matches(is_space);
        let end = rest.find(|c: char| is_space(c) || c == '=' || c == '>');
        let (name, after) = rest.split_at(end.unwrap_or(rest.len()));
        if name.is_empty() && !after.starts_with('=') {
            return None;
        }
        let (value, after) = value(after);
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value.replace("&amp;", "&"));
        }
        rest = after;
    }
}

/// The value after a name, and what follows it.
fn value(after: &str) -> (&str, &str) {
    let Some(rest) = after.trim_start().strip_prefix('=') else {
        return ("", after);
    };
    let rest = rest.trim_start();
    for quote in ['"', '\''] {
        if let Some(rest) = rest.strip_prefix(quote) {
            return rest.split_once(quote).unwrap_or((rest, ""));
        }
    }
    let end = rest.find(|c: char| c.is_ascii_whitespace() || c == '>');
    rest.split_at(end.unwrap_or(rest.len()))
}

#[cfg(test)]
mod tests {
    use super::{ScriptContent, read};

    /// The base, then each script in the order in which it runs.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let page = read(text);
        let scripts = page.scripts.iter().map(|script| match &script.content {
            ScriptContent::Src(src) => format!("{} src {src}", script.line),
            ScriptContent::Inline(body) => format!("{} {body}", script.line),
        });
        let found: Vec<_> = page.base.clone().into_iter().chain(scripts).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn scripts_of_pages() {
        check("", &[]);
        check("<p>no <scripted", &[]);
        check(
            "<SCRIPT\n SRC = 'a.js?x=1&amp;y=2' ></SCRIPT>",
            &["1 src a.js?x=1&y=2"],
        );
        check(
            "<script src=a.js>unused</script>\n<script>b()</script>",
            &["1 src a.js", "2 b()"],
        );
        check(
            "<!-- <script>a()</script> --><script>b()</script>",
            &["1 b()"],
        );
        check(
            "<script>a('<!--')</script><script>b()</script>",
            &["1 a('<!--')", "1 b()"],
        );
        check(
            "<script type='application/json'>{}</script><script type=text/JavaScript>a</script>",
            &["1 a"],
        );
        check(
            "<script defer src=a></script><script data-x='>' defer>b</script>",
            &["1 b", "1 src a"],
        );
        check(
            "<script type=module>a</script><script>b</script>",
            &["1 b", "1 a"],
        );
        check(
            "<base target=_top><base href='/x/'><script src=\"a\"/>",
            &["/x/", "1 src a"],
        );
        check("<script>never ends", &["1 never ends"]);
        check("<script>a</scripted></script >", &["1 a</scripted>"]);
        check("<p don't>\n<p a=b'c><script>a</script>", &["2 a"]);
    }

    #[test]
    fn what_does_not_run() {
        for element in [
            "textarea", "title", "style", "xmp", "iframe", "noscript", "template",
        ] {
            let text = format!("<{element} a='>'><script>a</script></{element}><script>b</script>");
            check(&text, &["1 b"]);
        }
        check(
            "<template><template></template><script>'</template>'</script></template><script>b</script>",
            &["1 b"],
        );
        check(
            "<script nomodule>a</script><img alt='<script>a</script>'>",
            &[],
        );
        check(
            "<!--><script>a</script><plaintext><script>b</script>",
            &["1 a"],
        );
    }

    /// Each of these took minutes.
    #[test]
    fn hostile_pages() {
        for part in [
            "<script ",
            "<script a=",
            "<base ",
            "<script src='",
            "<script>x</script>\n",
            "<!--",
            "<textarea>",
            "<template>",
            "</script",
            "<script>",
            "<a=\"",
        ] {
            let page = read(&part.repeat((1 << 20) / part.len()));
            assert!(page.scripts.len() <= super::MOST_SCRIPTS, "{part}");
        }
    }
}
