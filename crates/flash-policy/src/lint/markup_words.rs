//! What is said of faults outside tags: what stands around the policy, comments, declarations, characters.

use alloc::format;

use super::words::Words;
use crate::diagnostic::{character, quoted};
use crate::xml::{MarkupFault, OutsideFault, PrologFault};

/// What stands before the first tag, or behind the last.
pub(super) fn outside(fault: OutsideFault, found: &str) -> Words {
    match fault {
        OutsideFault::SecondByteOrderMark => first(
            "a second byte order mark",
            "save the file as UTF-8 without a byte order mark; some programs add one each time",
        ),
        OutsideFault::MisreadByteOrderMark => first(
            "a byte order mark that was read in another encoding",
            "remove these three characters, and save the file as UTF-8 without a byte order mark",
        ),
        OutsideFault::EscapedMarkup => escaped_markup(found),
        OutsideFault::HereDocument => first(
            "the first line of a here-document",
            "remove this line, and the one with the marker behind the policy: a shell removes them, a server doesn't",
        ),
        OutsideFault::Unseen(found) => first(
            &format!("{}, which is invisible", character(found)),
            "remove it: most editors don't show it, so retype the first line",
        ),
        OutsideFault::Fence => first(
            "the fence of a block in Markdown",
            "remove the line, and the other one behind the policy",
        ),
        OutsideFault::ProgramText => first(
            "a program's text",
            "save what the program prints, without quotes, backslashes and `+`",
        ),
        OutsideFault::DiffMark => first(
            "the mark of a line in a diff",
            "this is a diff: remove the first character of each line, and the lines that begin with `-`",
        ),
        OutsideFault::LineNumber => first(
            "the number of the line",
            "remove the number at the start of each line",
        ),
        OutsideFault::TextBefore => first(
            "other text",
            "remove everything before `<?xml` or `<cross-domain-policy>`",
        ),
        OutsideFault::SpelledNul => spelled_nul(found),
        OutsideFault::TextAfter => Words::new(
            "expected nothing after the policy's end, found text",
            "remove everything after the last tag",
        ),
        OutsideFault::EscapedLineEnd => Words::new(
            "found a backslash and a letter between tags, not a line end",
            "the program that prints the policy escapes twice: have it print real line ends, or none",
        ),
        OutsideFault::Escaped => escaped(found),
        OutsideFault::TreeMark => Words::new(
            "found the sign of a browser's tree view before an element",
            "remove the `-` or `+` before each element, or save the page's source instead",
        ),
    }
}

/// What stands where the first tag should begin.
fn first(what: &str, help: &'static str) -> Words {
    let message = format!("expected `<` as the first character, found {what}");
    Words::new(message, help)
}

fn escaped_markup(text: &str) -> Words {
    if text.contains("&lt;") {
        let help = "save the policy itself: with `<` for `&lt;`, `>` for `&gt;`, `\"` for `&quot;`";
        first("XML that was escaped to be shown on a page", help)
    } else if text.contains('\\') {
        let help = "save the text that it stands for, with `<` for `\\u003c`";
        first("XML that was escaped for JSON", help)
    } else {
        let help = "save the text that it stands for, with `<` for `%3C`";
        first("XML that was escaped for a URL", help)
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
        format!("found a backslash before {what}: this is a program's text"),
        "save what the program prints, without backslashes and `+`",
    )
}

fn spelled_nul(spelled: &str) -> Words {
    let message = format!(
        "expected nothing after the policy's end, found {}",
        quoted(spelled)
    );
    let help = "remove them: the program that serves the policy appends the NUL, as `flashgate serve` does";
    Words::new(message, help).note(format!(
        "this is not a NUL but {} characters; some servers send them as they are written, nginx's `return` among them",
        spelled.len()
    ))
}

/// The declaration, instructions and the DOCTYPE.
pub(super) fn prolog(fault: PrologFault, found: &str) -> Words {
    const REMOVE_DOCTYPE: &str = "remove the DOCTYPE: players need none";
    match fault {
        PrologFault::DeclarationCase => Words::new(
            format!("expected `<?xml` in lower case, found `{found}`"),
            "write `<?xml version=\"1.0\"?>`, or leave the line out",
        ),
        PrologFault::LateDeclaration => Words::new(
            "expected `<?xml` at the very start of the file only",
            "remove it, and everything that is left of another document",
        )
        .label("found here"),
        PrologFault::Declaration => Words::new(
            "expected a declaration like `<?xml version=\"1.0\"?>`, found another",
            "write `<?xml version=\"1.0\"?>`, or leave the line out",
        )
        .note(
            "the version comes first, then the encoding, if one is given; nothing else is needed",
        ),
        PrologFault::InstructionName => {
            let name = quoted(found.strip_prefix("<?").unwrap_or(found));
            Words::new(
                format!("expected a name after `<?`, found {name}"),
                "remove it: a policy needs no instructions",
            )
        }
        PrologFault::PublicIdentifier => Words::new(
            "found a character in the DOCTYPE that can't stand behind `PUBLIC`",
            REMOVE_DOCTYPE,
        ),
        PrologFault::DoctypeSpace => Words::new(
            "expected a space before the address in the DOCTYPE",
            REMOVE_DOCTYPE,
        ),
        PrologFault::Doctype => Words::new(
            "expected a DOCTYPE like `<!DOCTYPE cross-domain-policy>`, found another",
            REMOVE_DOCTYPE,
        ),
        PrologFault::DoctypePlace => Words::new(
            "expected `<!DOCTYPE` in capitals, and once, before the root element",
            "remove it: players need none",
        ),
    }
}

/// Comments, CDATA sections and what begins like one, characters and references to them.
pub(super) fn markup(fault: MarkupFault, found: &str) -> Words {
    let without_end = |end: &str, label| {
        let message = format!("expected `{end}`, found the end of the file");
        Words::new(message, format!("put `{end}` where it is to end")).label(label)
    };
    match fault {
        MarkupFault::UnclosedComment => without_end("-->", "the comment has no end"),
        MarkupFault::UnclosedCdata => without_end("]]>", "the CDATA section has no end"),
        MarkupFault::UnclosedInstruction => without_end("?>", "what begins here has no end"),
        MarkupFault::CommentDashes => Words::new(
            "expected no `--` inside a comment",
            "write one dash, or none: a comment ends at `-->`",
        ),
        MarkupFault::TypographicDash if found == "-" => Words::new(
            "expected `-->` at the comment's end, found `->`",
            "write comments between `<!--` and `-->`",
        ),
        MarkupFault::TypographicDash => Words::new(
            "expected `--`, found a typographic dash",
            "write comments between `<!--` and `-->`: word processors and web pages make one dash of two hyphens",
        ),
        MarkupFault::CdataAround => Words::new(
            "expected elements, found a CDATA section around them",
            "remove `<![CDATA[` here and `]]>` behind the policy",
        ),
        MarkupFault::CdataEnd => Words::new(
            "found `]]>` in text, where no CDATA section ends",
            "remove it: nothing but elements stands in a policy",
        ),
        MarkupFault::OtherDeclaration => Words::new(
            "expected an element or a comment, found something else that begins with `<!`",
            "write comments between `<!--` and `-->`",
        ),
        MarkupFault::Character(c) => Words::new(
            format!("found {}, which XML does not allow", character(c)),
            "remove it: most editors don't show it, so retype the line",
        ),
        MarkupFault::CharacterReference => Words::new(
            format!("{} is not a character that XML allows", quoted(found)),
            "remove it: a policy needs no such characters",
        ),
        MarkupFault::UnknownEntity => Words::new(
            format!(
                "{} is not one of the five entities that XML has",
                quoted(found)
            ),
            "write `&amp;` for a `&`",
        ),
        MarkupFault::StrayAmpersand => Words::new(
            "found a `&` that begins no entity",
            "write `&amp;` for a `&`",
        ),
    }
}
