//! Messages for errors outside tags: text around the policy, comments, declarations, characters.

use alloc::format;

use super::words::Words;
use crate::diagnostic::{character, quoted};
use crate::xml::{MarkupFault, OutsideFault, PrologFault};

/// Text before the first tag or after the last.
pub(super) fn outside(fault: OutsideFault, found: &str) -> Words {
    match fault {
        OutsideFault::SecondByteOrderMark => first(
            "a second byte order mark",
            "save the file as UTF-8 without a byte order mark; some programs add one each time they save",
        ),
        OutsideFault::MisreadByteOrderMark => first(
            "a byte order mark that was read in the wrong encoding",
            "remove these three characters, and save the file as UTF-8 without a byte order mark",
        ),
        OutsideFault::EscapedMarkup => escaped_markup(found),
        OutsideFault::HereDocument => first(
            "the first line of a here-document",
            "remove this line, and the marker after the policy: a shell removes them, a server does not",
        ),
        OutsideFault::Unseen(found) => first(
            &format!("{}, which is invisible", character(found)),
            "remove it: most editors don't show it, so retype the first line",
        ),
        OutsideFault::Fence => first(
            "a Markdown code fence",
            "remove this line, and the one after the policy",
        ),
        OutsideFault::ForumTag => forum_tag(found),
        OutsideFault::ProgramText => first(
            "source code",
            "save what the program prints, without quotes, backslashes and `+`",
        ),
        OutsideFault::DiffMark => first(
            "the `+` or `-` of a diff",
            "this is a diff: remove the first character of each line, and the lines that begin with `-`",
        ),
        OutsideFault::LineNumber => first(
            "a line number",
            "remove the number at the start of each line",
        ),
        OutsideFault::TextBefore => first(
            "text",
            "remove everything before `<?xml` or `<cross-domain-policy>`",
        ),
        OutsideFault::SpelledNul => spelled_nul(found),
        OutsideFault::TextAfter => Words::new(
            "expected nothing after the policy, found text",
            "remove everything after the last tag",
        ),
        OutsideFault::EscapedLineEnd => Words::new(
            "found a backslash and a letter in place of a line end",
            "print real line ends, or none: the program that prints the policy escapes them twice",
        ),
        OutsideFault::Escaped => escaped(found),
        OutsideFault::TreeMark => Words::new(
            "found a `-` or `+` from a browser's tree view",
            "remove the `-` or `+` before each element, or save the page's source instead",
        ),
    }
}

/// Something before the first tag.
fn first(what: &str, help: &'static str) -> Words {
    let message = format!("expected `<` as the first character, found {what}");
    Words::new(message, help)
}

/// Tags such as `[CODE]`, before or after the policy.
fn forum_tag(found: &str) -> Words {
    let message = format!(
        "expected only the policy, found {}, a forum's code tag",
        quoted(found)
    );
    let help = "remove the tags in square brackets before and after the policy";
    Words::new(message, help)
}

fn escaped_markup(text: &str) -> Words {
    if text.contains("&lt;") {
        let help =
            "save the unescaped text, with `<` for `&lt;`, `>` for `&gt;`, `\"` for `&quot;`";
        first("XML that is escaped for HTML", help)
    } else if text.contains('\\') {
        let help = "save the unescaped text, with `<` for `\\u003c`";
        first("XML that is escaped for JSON", help)
    } else {
        let help = "save the unescaped text, with `<` for `%3C`";
        first("XML that is escaped for a URL", help)
    }
}

/// A backslash before a quote or a slash.
fn escaped(found: &str) -> Words {
    let what = if found.ends_with('/') {
        "a slash"
    } else {
        "a quote"
    };
    Words::new(
        format!("found a backslash before {what}: this is source code"),
        "save what the program prints, without backslashes and `+`",
    )
}

fn spelled_nul(spelled: &str) -> Words {
    let message = format!(
        "expected nothing after the policy, found {}",
        quoted(spelled)
    );
    let help = "remove it: a policy server appends the NUL";
    Words::new(message, help).note(format!(
        "this is not a NUL but {} characters; some servers send them as they are, such as nginx's `return`",
        spelled.len()
    ))
}

/// The declaration, instructions and the DOCTYPE.
pub(super) fn prolog(fault: PrologFault, found: &str) -> Words {
    const REMOVE_DOCTYPE: &str = "remove the DOCTYPE: players don't need it";
    match fault {
        PrologFault::DeclarationCase => Words::new(
            format!("expected `<?xml` in lower case, found `{found}`"),
            "write `<?xml version=\"1.0\"?>`, or remove the line",
        ),
        PrologFault::LateDeclaration => Words::new(
            "found `<?xml` after the start of the file",
            "remove it, and anything left from another document",
        ),
        PrologFault::Declaration => Words::new(
            "expected a declaration like `<?xml version=\"1.0\"?>`",
            "write `<?xml version=\"1.0\"?>`, or remove the line",
        )
        .note("the version comes first, then the encoding if there is one; nothing else is needed"),
        PrologFault::InstructionName => {
            let name = quoted(found.strip_prefix("<?").unwrap_or(found));
            Words::new(
                format!("expected a name after `<?`, found {name}"),
                "remove it: a policy needs no instructions",
            )
        }
        PrologFault::PublicIdentifier => Words::new(
            "found a character that is not allowed after `PUBLIC` in a DOCTYPE",
            REMOVE_DOCTYPE,
        ),
        PrologFault::DoctypeSpace => Words::new(
            "expected a space before the address in the DOCTYPE",
            REMOVE_DOCTYPE,
        ),
        PrologFault::Doctype => Words::new(
            "expected a DOCTYPE like `<!DOCTYPE cross-domain-policy>`",
            REMOVE_DOCTYPE,
        ),
        PrologFault::DoctypePlace => Words::new(
            "expected one `<!DOCTYPE`, in upper case, before the root element",
            "remove it: players don't need it",
        ),
    }
}

/// Comments, CDATA sections, other markup with `<!`, characters and references.
pub(super) fn markup(fault: MarkupFault, found: &str) -> Words {
    let without_end = |end: &str, label| {
        let message = format!("expected `{end}`, found the end of the file");
        Words::new(message, format!("add `{end}` where it should end")).label(label)
    };
    match fault {
        MarkupFault::UnclosedComment => without_end("-->", "this comment is not closed"),
        MarkupFault::UnclosedCdata => without_end("]]>", "this CDATA section is not closed"),
        MarkupFault::UnclosedInstruction => without_end("?>", "this is not closed"),
        MarkupFault::CommentDashes => Words::new(
            "found `--` inside a comment",
            "write a single dash, or none: a comment may contain `--` only in its closing `-->`",
        ),
        MarkupFault::TypographicDash if found == "-" => Words::new(
            "expected `-->` at the end of the comment, found `->`",
            "write comments between `<!--` and `-->`",
        ),
        MarkupFault::TypographicDash => Words::new(
            "expected `--`, found a typographic dash",
            "write comments between `<!--` and `-->`: word processors and web pages turn two hyphens into a dash",
        ),
        MarkupFault::CdataAround => Words::new(
            "expected elements, found a CDATA section",
            "remove `<![CDATA[` here and `]]>` after the policy",
        ),
        MarkupFault::CdataEnd => Words::new(
            "found `]]>` outside a CDATA section",
            "remove it: a policy contains only elements",
        ),
        MarkupFault::OtherDeclaration => Words::new(
            "found `<!` that does not begin a comment",
            "write comments between `<!--` and `-->`",
        ),
        MarkupFault::Character(c) => Words::new(
            format!("found {}, which XML does not allow", character(c)),
            "remove it: most editors don't show it, so retype the line",
        ),
        MarkupFault::CharacterReference => Words::new(
            format!("{} is not a character that XML allows", quoted(found)),
            "remove it: a policy does not need it",
        ),
        MarkupFault::UnknownEntity => Words::new(
            format!("the entity {} is not defined in XML", quoted(found)),
            "write `&amp;` for a `&`",
        ),
        MarkupFault::StrayAmpersand => Words::new(
            "found a `&` that does not begin an entity",
            "write `&amp;` for a `&`",
        ),
    }
}
