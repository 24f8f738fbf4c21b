//! The scripts of a page, as a browser finds them in its HTML. It builds no tree and does not recurse.

/// What a page has for its browser to run.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct PageScripts {
    /// The `href` of `<base>`.
    pub(super) base: Option<String>,
    /// In the order in which they run.
    pub(super) scripts: Vec<ScriptElement>,
}

/// A `<script>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ScriptElement {
    pub(super) content: ScriptContent,
    /// The line that it begins in, counted from 1.
    pub(super) line: usize,
    /// `defer`, `async` or `type=module`: it runs after the others.
    is_late: bool,
}

/// Where the text of a script is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ScriptContent {
    Src(String),
    Inline(String),
}

/// Reads a page.
pub(super) fn read(text: &str) -> PageScripts {
    let lower = text.to_ascii_lowercase();
    let mut page = PageScripts::default();
    let mut at = 0;
    while let Some(found) = lower.get(at..).and_then(|rest| rest.find('<')) {
        at += found;
        let rest = lower.get(at..).unwrap_or_default();
        if rest.starts_with("<!--") {
            at += rest.find("-->").map_or(rest.len(), |end| end + 3);
        } else if let Some(tag) = opened(rest, "script") {
            let end = lower.get(tag + at..).unwrap_or_default();
            let length = end.find("</script").unwrap_or(end.len());
            let body = text.get(at + tag..at + tag + length).unwrap_or_default();
            let tag_text = text.get(at..at + tag).unwrap_or_default();
            let line = text.get(..at).unwrap_or_default().matches('\n').count() + 1;
            page.scripts.extend(script(tag_text, body, line));
            at += tag + length;
        } else if let Some(tag) = opened(rest, "base") {
            let tag_text = text.get(at..at + tag).unwrap_or_default();
            page.base = page.base.or_else(|| attribute(tag_text, "href"));
            at += tag;
        } else {
            at += 1;
        }
    }
    page.scripts.sort_by_key(|script| script.is_late);
    page
}

/// The length of an opening tag with this name.
fn opened(rest: &str, name: &str) -> Option<usize> {
    let after = rest.strip_prefix('<')?.strip_prefix(name)?;
    if !after.starts_with(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/') {
        return None;
    }
    let mut quote = None;
    for (at, c) in after.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(name.len() + 2 + at),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            (None | Some(_), _) => {}
        }
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
    }
}
