//! What is said of faults outside tags: what stands around the policy, comments, declarations, characters.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each table has the faults of one kind, and hands the others on"
)]

use alloc::format;
use alloc::string::String;

use super::words::{Source, Words};
use crate::diagnostic::{character, quoted};
use crate::xml::{SyntaxFault, SyntaxFaultKind as Fault};

/// The words for a fault, if it is one of these.
pub(super) fn of(fault: &SyntaxFault, source: Source<'_>) -> Option<Words> {
    around(fault, source)
        .or_else(|| pasted(fault, source))
        .or_else(|| prolog(fault, source))
        .or_else(|| section(fault, source))
        .or_else(|| reference(fault, source))
}

/// What stands before the first tag, or behind the last.
fn around(fault: &SyntaxFault, source: Source<'_>) -> Option<Words> {
    let (what, help) = match fault.kind {
        Fault::SecondByteOrderMark => (
            "a second byte order mark".into(),
            "save the file as UTF-8 without a byte order mark; some programs add one each time",
        ),
        Fault::MisreadByteOrderMark => (
            "a byte order mark that was read in another encoding".into(),
            "remove these three characters, and save the file as UTF-8 without a byte order mark",
        ),
        Fault::EscapedMarkup => escaped_markup(source.part(fault.span)),
        Fault::HereDocument => (
            "the first line of a here-document".into(),
            "remove this line, and the one with the marker behind the policy: a shell removes them, a server doesn't",
        ),
        Fault::Unseen(found) => (
            format!("{}, which is invisible", character(found)),
            "remove it: most editors don't show it, so retype the first line",
        ),
        Fault::Fence => (
            "the fence of a block in Markdown".into(),
            "remove the line, and the other one behind the policy",
        ),
        Fault::ProgramText => (
            "a program's text".into(),
            "save what the program prints, without quotes, backslashes and `+`",
        ),
        Fault::DiffMark => (
            "the mark of a line in a diff".into(),
            "this is a diff: remove the first character of each line, and the lines that begin with `-`",
        ),
        Fault::LineNumber => (
            "the number of the line".into(),
            "remove the number at the start of each line",
        ),
        Fault::TextBefore => (
            String::from("other text"),
            "remove everything before `<?xml` or `<cross-domain-policy>`",
        ),
        Fault::SpelledNul => return Some(spelled_nul(source.part(fault.span))),
        Fault::TextAfter => {
            return Some(Words::new(
                "expected nothing after the policy's end, found text",
                "remove everything after the last tag",
            ));
        }
        _ => return None,
    };
    let message = format!("expected `<` as the first character, found {what}");
    Some(Words::new(message, help))
}

fn escaped_markup(text: &str) -> (String, &'static str) {
    if text.contains("&lt;") {
        let help = "save the policy itself: with `<` for `&lt;`, `>` for `&gt;`, `\"` for `&quot;`";
        ("XML that was escaped to be shown on a page".into(), help)
    } else if text.contains('\\') {
        let help = "save the text that it stands for, with `<` for `\\u003c`";
        ("XML that was escaped for JSON".into(), help)
    } else {
        let help = "save the text that it stands for, with `<` for `%3C`";
        ("XML that was escaped for a URL".into(), help)
    }
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

/// What else tells where the text was copied from.
fn pasted(fault: &SyntaxFault, source: Source<'_>) -> Option<Words> {
    let (message, help) = match fault.kind {
        Fault::EscapedLineEnd => (
            "found a backslash and a letter between tags, not a line end",
            "the program that prints the policy escapes twice: have it print real line ends, or none",
        ),
        Fault::Escaped if source.part(fault.span).ends_with('/') => (
            "found a backslash before a slash: this is a program's text",
            "save what the program prints, without backslashes and `+`",
        ),
        Fault::Escaped => (
            "found a backslash before a quote: this is a program's text",
            "save what the program prints, without backslashes and `+`",
        ),
        Fault::TreeMark => (
            "found the sign of a browser's tree view before an element",
            "remove the `-` or `+` before each element, or save the page's source instead",
        ),
        _ => return None,
    };
    Some(Words::new(message, help))
}

/// The declaration, instructions and the DOCTYPE.
fn prolog(fault: &SyntaxFault, source: Source<'_>) -> Option<Words> {
    const REMOVE_DOCTYPE: &str = "remove the DOCTYPE: players need none";
    Some(match fault.kind {
        Fault::DeclarationCase => Words::new(
            format!(
                "expected `<?xml` in lower case, found `{}`",
                source.part(fault.span)
            ),
            "write `<?xml version=\"1.0\"?>`, or leave the line out",
        ),
        Fault::LateDeclaration => Words::new(
            "expected `<?xml` at the very start of the file only",
            "remove it, and everything that is left of another document",
        )
        .label("found here"),
        Fault::Declaration => Words::new(
            "expected a declaration like `<?xml version=\"1.0\"?>`, found another",
            "write `<?xml version=\"1.0\"?>`, or leave the line out",
        )
        .note(
            "the version comes first, then the encoding, if one is given; nothing else is needed",
        ),
        Fault::InstructionName => {
            let name = source.part(fault.span);
            let name = quoted(name.strip_prefix("<?").unwrap_or(name));
            Words::new(
                format!("expected a name after `<?`, found {name}"),
                "remove it: a policy needs no instructions",
            )
        }
        Fault::PublicIdentifier => Words::new(
            "found a character in the DOCTYPE that can't stand behind `PUBLIC`",
            REMOVE_DOCTYPE,
        ),
        Fault::DoctypeSpace => Words::new(
            "expected a space before the address in the DOCTYPE",
            REMOVE_DOCTYPE,
        ),
        Fault::Doctype => Words::new(
            "expected a DOCTYPE like `<!DOCTYPE cross-domain-policy>`, found another",
            REMOVE_DOCTYPE,
        ),
        Fault::DoctypePlace => Words::new(
            "expected `<!DOCTYPE` in capitals, and once, before the root element",
            "remove it: players need none",
        ),
        _ => return None,
    })
}

/// Comments, CDATA sections, and what begins like one.
fn section(fault: &SyntaxFault, source: Source<'_>) -> Option<Words> {
    let without_end = |end: &str, label| {
        let message = format!("expected `{end}`, found the end of the file");
        Words::new(message, format!("put `{end}` where it is to end")).label(label)
    };
    Some(match fault.kind {
        Fault::UnclosedComment => without_end("-->", "the comment has no end"),
        Fault::UnclosedCdata => without_end("]]>", "the CDATA section has no end"),
        Fault::UnclosedInstruction => without_end("?>", "what begins here has no end"),
        Fault::CommentDashes => Words::new(
            "expected no `--` inside a comment",
            "write one dash, or none: a comment ends at `-->`",
        ),
        Fault::TypographicDash if source.part(fault.span) == "-" => Words::new(
            "expected `-->` at the comment's end, found `->`",
            "write comments between `<!--` and `-->`",
        ),
        Fault::TypographicDash => Words::new(
            "expected `--`, found a typographic dash",
            "write comments between `<!--` and `-->`: word processors and web pages make one dash of two hyphens",
        ),
        Fault::CdataAround => Words::new(
            "expected elements, found a CDATA section around them",
            "remove `<![CDATA[` here and `]]>` behind the policy",
        ),
        Fault::CdataEnd => Words::new(
            "found `]]>` in text, where no CDATA section ends",
            "remove it: nothing but elements stands in a policy",
        ),
        Fault::OtherDeclaration => Words::new(
            "expected an element or a comment, found something else that begins with `<!`",
            "write comments between `<!--` and `-->`",
        ),
        _ => return None,
    })
}

/// Characters, and references to them.
fn reference(fault: &SyntaxFault, source: Source<'_>) -> Option<Words> {
    let found = quoted(source.part(fault.span));
    Some(match fault.kind {
        Fault::Character(found) => Words::new(
            format!("found {}, which XML does not allow", character(found)),
            "remove it: most editors don't show it, so retype the line",
        ),
        Fault::CharacterReference => Words::new(
            format!("{found} is not a character that XML allows"),
            "remove it: a policy needs no such characters",
        ),
        Fault::UnknownEntity => Words::new(
            format!("{found} is not one of the five entities that XML has"),
            "write `&amp;` for a `&`",
        ),
        Fault::StrayAmpersand => Words::new(
            "found a `&` that begins no entity",
            "write `&amp;` for a `&`",
        ),
        _ => return None,
    })
}
