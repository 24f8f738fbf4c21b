//! What is said of faults in tags: names, spaces, quotes.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each table has the faults of one kind, and hands the others on"
)]

use alloc::format;

use super::words::{Source, Words};
use crate::diagnostic::{character, quoted};
use crate::xml::{Doubled, SyntaxFault, SyntaxFaultKind as Fault};

const RULE: &str = "write `<allow-access-from domain=\"…\" to-ports=\"…\"/>`";
const ATTRIBUTE: &str = "write attributes as in `domain=\"www.example.com\"`";
const QUOTES: &str = "close each value with the quote that it begins with";
const TAG_END: &str =
    "end the tag in one `/>`, as in `<allow-access-from domain=\"…\" to-ports=\"…\"/>`";

/// The words for a fault, if it is one of these.
pub(super) fn of(fault: &SyntaxFault, source: Source<'_>) -> Option<Words> {
    name(fault, source)
        .or_else(|| attribute(fault, source))
        .or_else(|| value(fault, source))
        .or_else(|| end(fault, source))
}

/// The element's name.
fn name(fault: &SyntaxFault, source: Source<'_>) -> Option<Words> {
    let found = source.part(fault.span);
    let also = |index: usize| fault.also.get(index).map_or("", |span| source.part(*span));
    Some(match fault.kind {
        Fault::NameMissing => Words::new(
            format!(
                "expected an element's name directly after {}",
                quoted(found)
            ),
            "write `&lt;` for a `<` that begins no tag",
        ),
        Fault::SpaceBeforeName => {
            let mark = quoted(found.trim_end());
            Words::new(
                format!("expected an element's name directly after {mark}, found a space"),
                "remove the space; to switch a rule off, put it between `<!--` and `-->`",
            )
        }
        Fault::Backslash => Words::new(
            "expected `/` in an end tag, found a backslash",
            format!("write {}", quoted(&format!("</{}>", also(0)))),
        ),
        Fault::JoinedName => Words::new(
            "expected a space between the element's name and its first attribute",
            RULE,
        )
        .label("found `=` here: is the space missing in `allow-access-from domain=`?"),
        Fault::Name => Words::new(
            format!("{} is not a name in XML", quoted(found)),
            "names consist of letters, digits, `-`, `_` and `.`, and begin with a letter",
        ),
        Fault::UnknownPrefix => Words::new(
            format!("the prefix {} is not declared", quoted(found)),
            "declare it on the root element with `xmlns:`, or leave it out",
        ),
        _ => return None,
    })
}

/// What stands between a tag's name and its end.
fn attribute(fault: &SyntaxFault, source: Source<'_>) -> Option<Words> {
    let found = source.part(fault.span);
    Some(match fault.kind {
        Fault::LikeSpace(found) => Words::new(
            format!(
                "expected a space, found {}, which XML does not count as one",
                character(found)
            ),
            "write an ordinary space: web pages and word processors use other characters",
        ),
        Fault::AttributeExpected => Words::new(
            "expected an attribute's name, found something else",
            ATTRIBUTE,
        ),
        Fault::Colon => {
            let name = source.part(fault.also.first().copied().unwrap_or(fault.span));
            Words::new(
                format!("expected `=` behind {}, found `:`", quoted(name)),
                format!("write {}", quoted(&format!("{name}=\"…\""))),
            )
        }
        Fault::ValueMissing => Words::new(
            format!("expected `=` and a value behind {}", quoted(found)),
            ATTRIBUTE,
        ),
        Fault::SplitName => Words::new(
            "expected `to-ports`, found it in two words",
            "write `to-ports` with a `-`",
        ),
        Fault::DuplicateAttribute => Words::new(
            format!("found the attribute {} twice in one tag", quoted(found)),
            "for another domain or other ports, add another `<allow-access-from>`",
        )
        .label("the second one"),
        Fault::Separator(found) => Words::new(
            format!("expected a space after the value, found `{found}`"),
            format!("remove the `{found}`: spaces separate attributes"),
        ),
        Fault::SpaceMissing => Words::new(
            "expected a space after the value",
            "write a space between the attributes",
        )
        .label("this is read as one value"),
        _ => return None,
    })
}

/// A value and its quotes.
fn value(fault: &SyntaxFault, source: Source<'_>) -> Option<Words> {
    let found = source.part(fault.span);
    let also = |index: usize| fault.also.get(index).map_or("", |span| source.part(*span));
    Some(match fault.kind {
        Fault::Unquoted if found.starts_with("&quot;") => {
            let value = found
                .trim_start_matches("&quot;")
                .trim_end_matches("&quot;");
            let right = format!("{}=\"{value}\"", also(0));
            Words::new(
                "expected a quote before the value, found `&quot;`",
                format!("write {}: web pages show quotes like this", quoted(&right)),
            )
        }
        Fault::Unquoted => {
            let value = found.trim_matches(['"', '\'']);
            let right = format!("{}=\"{value}\"", also(0));
            let help = if value.is_empty() || value.contains(['"', '\'']) {
                QUOTES.into()
            } else {
                format!("write {}", quoted(&right))
            };
            Words::new("expected quotes around the value", help)
        }
        Fault::EmptyValue => {
            let name = format!("{}=", also(0));
            let message = format!("expected a value in quotes behind {}", quoted(&name));
            Words::new(message, "write it as in `domain=\"www.example.com\"`")
        }
        Fault::StrayQuote(quote) => Words::new(
            format!("found a `{quote}` that begins no value"),
            "remove it, or write the attribute's name and `=` before it",
        ),
        Fault::TypographicQuote(quote) => Words::new(
            format!("expected a straight quote, found {}", character(quote)),
            "write `\"` or `'`: word processors and web pages make quotes curly",
        ),
        Fault::TypographicEnd => Words::new(
            "the value begins with a straight quote and ends with a typographic one",
            "write `\"`: word processors and web pages make quotes curly",
        ),
        Fault::MixedQuotes(first, last) => Words::new(
            format!("the value begins with `{first}` and ends with `{last}`"),
            QUOTES,
        ),
        Fault::UnclosedValue => Words::new(
            "expected the value to end before the tag does: a quote is missing",
            QUOTES,
        ),
        Fault::QuoteMissing => Words::new(
            "expected the value to end before the next attribute: a quote is missing",
            QUOTES,
        )
        .label("this is read as one value"),
        Fault::DoubledQuotes(which) => {
            let quote = found.trim_start().chars().next().unwrap_or('"');
            let right = format!("{}={quote}{}{quote}", also(0), also(1));
            doubled(which, format!("write {}", quoted(&right)))
        }
        _ => return None,
    })
}

fn doubled(which: Doubled, help: alloc::string::String) -> Words {
    match which {
        Doubled::Both => Words::new("the quotes around the value are doubled", help).note(
            "C# and Visual Basic double the quotes in their strings: this may be a program's text",
        ),
        Doubled::First => Words::new("the quote before the value is doubled", help),
        Doubled::Last => Words::new("the quote after the value is doubled", help),
    }
}

/// How a tag ends.
fn end(fault: &SyntaxFault, source: Source<'_>) -> Option<Words> {
    Some(match fault.kind {
        Fault::Slash => Words::new("expected `>` after the `/`", TAG_END),
        Fault::BackslashEnd => Words::new("expected `/>` at the tag's end, found `\\>`", TAG_END),
        Fault::TwoSlashes => Words::new("expected one `/` at the tag's end, found two", TAG_END),
        Fault::TagInTag => Words::new(
            "found a `<` inside a tag",
            "check that the tag before it ends in `>`, and that the quotes in it are closed",
        ),
        Fault::UnclosedTag => Words::new(
            "expected the tag to end, found the end of the file",
            if source.part(fault.span).starts_with("</") {
                "the file is cut off: look at how it is written, and how it is sent"
            } else {
                "end it in `/>`, or in `>` if something is to stand in it"
            },
        ),
        Fault::EndTagContent => Words::new(
            "expected `>` directly after the name in an end tag",
            "remove what stands between them: an end tag has no attributes",
        ),
        _ => return None,
    })
}
