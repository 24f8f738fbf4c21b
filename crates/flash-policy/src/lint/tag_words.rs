//! Messages for errors in tags: names, spaces, quotes.

use alloc::format;

use super::words::{FaultyText, Words};
use crate::diagnostic::{character, quoted};
use crate::xml::{AttributeFault, Doubled, NameFault, SyntaxFault, TagEndFault, ValueFault};

const RULE: &str = "write `<allow-access-from domain=\"…\" to-ports=\"…\"/>`";
const ATTRIBUTE: &str = "write attributes like `domain=\"www.example.com\"`";
const QUOTES: &str = "end each value with the same quote that it begins with";
const TAG_END: &str =
    "end the tag with one `/>`, as in `<allow-access-from domain=\"…\" to-ports=\"…\"/>`";

/// Element names.
pub(super) fn name(kind: NameFault, fault: &SyntaxFault, source: FaultyText<'_>) -> Words {
    let found = source.part(fault.span);
    let also = |index| source.also(fault, index);
    match kind {
        NameFault::NameMissing => Words::new(
            format!("expected an element name directly after {}", quoted(found)),
            "write `&lt;` for a `<` that does not begin a tag",
        ),
        NameFault::SpaceBeforeName => {
            let mark = quoted(found.trim_end());
            Words::new(
                format!("expected an element name directly after {mark}, found a space"),
                "remove the space; to disable a rule, put it between `<!--` and `-->`",
            )
        }
        NameFault::Backslash => Words::new(
            "expected `/` in an end tag, found a backslash",
            format!("write {}", quoted(&format!("</{}>", also(0)))),
        ),
        NameFault::JoinedName => Words::new(
            "expected a space between the element name and the first attribute",
            RULE,
        )
        .label("is a space missing, as in `allow-access-from domain=`?"),
        NameFault::Name => Words::new(
            format!("{} is not a valid XML name", quoted(found)),
            "names consist of letters, digits, `-`, `_` and `.`, and begin with a letter",
        ),
        NameFault::UnknownPrefix => Words::new(
            format!("the namespace prefix {} is not declared", quoted(found)),
            "remove the prefix, or declare it on the root element with `xmlns:`",
        ),
    }
}

/// Attributes and the whitespace between them.
pub(super) fn attribute(
    kind: AttributeFault,
    fault: &SyntaxFault,
    source: FaultyText<'_>,
) -> Words {
    let found = source.part(fault.span);
    match kind {
        AttributeFault::LikeSpace(found) => Words::new(
            format!(
                "expected a space, found {}, which is not whitespace in XML",
                character(found)
            ),
            "replace it with an ordinary space; it was probably copied from a web page or a word processor",
        ),
        AttributeFault::AttributeExpected => Words::new("expected an attribute name", ATTRIBUTE),
        AttributeFault::Colon => {
            let name = source.part(fault.also.first().copied().unwrap_or(fault.span));
            Words::new(
                format!("expected `=` after {}, found `:`", quoted(name)),
                format!("write {}", quoted(&format!("{name}=\"…\""))),
            )
        }
        AttributeFault::ValueMissing => Words::new(
            format!("expected `=` and a value after {}", quoted(found)),
            ATTRIBUTE,
        ),
        AttributeFault::SplitName => Words::new(
            "expected `to-ports`, found two words",
            "write `to-ports` with a hyphen",
        ),
        AttributeFault::DuplicateAttribute => Words::new(
            format!("the attribute {} occurs twice in this tag", quoted(found)),
            "for another domain or other ports, add another rule",
        )
        .label("the second one"),
        AttributeFault::Separator(found) => Words::new(
            format!("expected a space after the value, found `{found}`"),
            format!("remove the `{found}`: spaces separate attributes"),
        ),
        AttributeFault::SpaceMissing => Words::new(
            "expected a space after the value",
            "add a space between the attributes",
        )
        .label("this is read as one value"),
    }
}

/// Values and their quotes.
pub(super) fn value(kind: ValueFault, fault: &SyntaxFault, source: FaultyText<'_>) -> Words {
    let found = source.part(fault.span);
    let also = |index| source.also(fault, index);
    match kind {
        ValueFault::Unquoted => unquoted(found, also(0)),
        ValueFault::EmptyValue => {
            let name = format!("{}=", also(0));
            let message = format!("expected a quoted value after {}", quoted(&name));
            Words::new(message, "write it like `domain=\"www.example.com\"`")
        }
        ValueFault::StrayQuote(quote) => Words::new(
            format!("unexpected `{quote}`"),
            "remove it, or add the attribute's name and `=` before it",
        ),
        ValueFault::TypographicQuote(quote) => Words::new(
            format!("expected a straight quote, found {}", character(quote)),
            "replace it with `\"` or `'`: word processors and web pages make quotes curly",
        ),
        ValueFault::TypographicEnd => Words::new(
            "the value begins with a straight quote and ends with a curly one",
            "replace it with `\"`: word processors and web pages make quotes curly",
        ),
        ValueFault::MixedQuotes(first, last) => Words::new(
            format!("the value begins with `{first}` and ends with `{last}`"),
            QUOTES,
        ),
        ValueFault::UnclosedValue => Words::new("missing closing quote", QUOTES),
        ValueFault::QuoteMissing => {
            Words::new("missing closing quote before the next attribute", QUOTES)
                .label("this is read as one value")
        }
        ValueFault::DoubledQuotes(which) => {
            let quote = found.trim_start().chars().next().unwrap_or('"');
            let right = format!("{}={quote}{}{quote}", also(0), also(1));
            doubled(which, format!("write {}", quoted(&right)))
        }
    }
}

/// A value without quotes. `name` is the attribute.
fn unquoted(found: &str, name: &str) -> Words {
    if found.starts_with("&quot;") {
        let value = found
            .trim_start_matches("&quot;")
            .trim_end_matches("&quot;");
        let right = format!("{name}=\"{value}\"");
        return Words::new(
            "expected a quote before the value, found `&quot;`",
            format!(
                "write {}: `&quot;` is a quote in the source of a web page",
                quoted(&right)
            ),
        );
    }
    let value = found.trim_matches(['"', '\'']);
    let right = format!("{name}=\"{value}\"");
    let help = if value.is_empty() || value.contains(['"', '\'']) {
        QUOTES.into()
    } else {
        format!("write {}", quoted(&right))
    };
    Words::new("expected quotes around the value", help)
}

fn doubled(which: Doubled, help: alloc::string::String) -> Words {
    match which {
        Doubled::Both => Words::new("the quotes around the value are doubled", help).note(
            "C# and Visual Basic double quotes inside strings: this may be copied from source code",
        ),
        Doubled::First => Words::new("the quote before the value is doubled", help),
        Doubled::Last => Words::new("the quote after the value is doubled", help),
    }
}

/// Ends of tags.
pub(super) fn end(fault: TagEndFault, found: &str) -> Words {
    match fault {
        TagEndFault::Slash => Words::new("expected `>` after the `/`", TAG_END),
        TagEndFault::BackslashEnd => {
            Words::new("expected `/>` at the end of the tag, found `\\>`", TAG_END)
        }
        TagEndFault::TwoSlashes => {
            Words::new("expected one `/` at the end of the tag, found two", TAG_END)
        }
        TagEndFault::TagInTag => Words::new(
            "found a `<` inside a tag",
            "check that the tag before it ends with `>` and that its quotes are closed",
        ),
        TagEndFault::UnclosedTag => Words::new(
            "expected `>`, found the end of the file",
            if found.starts_with("</") {
                "the file is cut off: check how it is written and how it is sent"
            } else {
                "end it with `/>`, or with `>` if the element has content"
            },
        ),
        TagEndFault::EndTagContent => Words::new(
            "expected `>` directly after the name in an end tag",
            "remove the text between them: an end tag has no attributes",
        ),
    }
}
