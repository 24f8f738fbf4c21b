//! The mistakes that the XML of a file can contain, without messages.
//!
//! The messages are in [`lint`](mod@crate::lint). A fault has a location, and further locations if its message needs
//! them.

use alloc::vec::Vec;

use crate::Span;

/// A mistake in a file's XML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SyntaxFault {
    /// What is wrong.
    pub(crate) kind: SyntaxFaultKind,
    /// The location.
    pub(crate) span: Span,
    /// Further locations: the tags that are not closed, or the attribute's name.
    pub(crate) also: Vec<Span>,
}

/// Which quotes of a value are doubled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doubled {
    /// `""value""`.
    Both,
    /// `""value"`.
    First,
    /// `"value""`.
    Last,
}

/// The kinds of [`SyntaxFault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SyntaxFaultKind {
    /// In text before the first tag or after the last, or in traces of where a file was copied from.
    Outside(OutsideFault),
    /// In the declaration, an instruction or the DOCTYPE.
    Prolog(PrologFault),
    /// In a comment, a CDATA section, a character or a reference.
    Markup(MarkupFault),
    /// In an element's name.
    Name(NameFault),
    /// Between a tag's name and its end.
    Attribute(AttributeFault),
    /// In a value or its quotes.
    Value(ValueFault),
    /// At the end of a tag.
    TagEnd(TagEndFault),
    /// In tags that do not match.
    Nesting(NestingFault),
    /// A template placeholder outside values.
    Placeholder,
    /// A merge conflict marker.
    MergeMark,
    /// Code for a web server.
    ServerCode,
    /// Definitions in a DOCTYPE.
    Definitions,
    /// More than [`DEEPEST`](super::DEEPEST) nested elements.
    TooDeep,
    /// More than [`MOST_ATTRIBUTES`](super::MOST_ATTRIBUTES) in a tag, with their number.
    TooManyAttributes(usize),
    /// More than [`MOST_PARTS`](super::MOST_PARTS).
    TooManyParts,
    /// More than [`MOST_COMMAS`](super::MOST_COMMAS).
    TooManyCommas,
    /// More than [`MOST_NAMESPACES`](super::MOST_NAMESPACES).
    TooManyNamespaces,
}

/// Mistakes in text before the first tag or after the last, and traces of where a file was copied from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OutsideFault {
    /// A second byte order mark.
    SecondByteOrderMark,
    /// A byte order mark that was decoded with another encoding: `ï»¿`.
    MisreadByteOrderMark,
    /// `&lt;cross-domain-policy&gt;`, or `<` escaped in another way: `\u003c`, `%3C`.
    EscapedMarkup,
    /// The first line of a here-document.
    HereDocument,
    /// An invisible character where no text is allowed.
    Unseen(char),
    /// The fence of a Markdown code block.
    Fence,
    /// A tag of a forum's code block, such as `[CODE]`.
    ForumTag,
    /// A quotation mark before the first tag: the file is a string literal of a program.
    ProgramText,
    /// The line marker of a diff.
    DiffMark,
    /// The fold sign of a browser's tree view.
    TreeMark,
    /// A line number.
    LineNumber,
    /// Text before the first tag.
    TextBefore,
    /// A backslash and a letter instead of a line end.
    EscapedLineEnd,
    /// A literal escape sequence for NUL after the root.
    SpelledNul,
    /// Text after the root.
    TextAfter,
    /// A backslash before a quote or a slash.
    Escaped,
}

/// Mistakes in the declaration, an instruction or the DOCTYPE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PrologFault {
    /// `<?XML`.
    DeclarationCase,
    /// A declaration that is not at the start.
    LateDeclaration,
    /// A declaration with something other than a version, an encoding and `standalone`.
    Declaration,
    /// An instruction without a name.
    InstructionName,
    /// A character that is not allowed in a public identifier.
    PublicIdentifier,
    /// No space before the address in a DOCTYPE.
    DoctypeSpace,
    /// `<!doctype`, or a DOCTYPE that is not before the root.
    DoctypePlace,
    /// Any other mistake in a DOCTYPE.
    Doctype,
}

/// Mistakes in a comment, a CDATA section, a character or a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MarkupFault {
    /// A character that XML does not allow.
    Character(char),
    /// A reference to a character that XML does not allow.
    CharacterReference,
    /// A reference to an entity that XML does not define.
    UnknownEntity,
    /// A `&` that does not start a reference.
    StrayAmpersand,
    /// `]]>` in text.
    CdataEnd,
    /// A CDATA section outside the root.
    CdataAround,
    /// A comment without an end.
    UnclosedComment,
    /// A CDATA section without an end.
    UnclosedCdata,
    /// An instruction or a declaration without an end.
    UnclosedInstruction,
    /// `--` within a comment.
    CommentDashes,
    /// A dash instead of the hyphens of a comment.
    TypographicDash,
    /// Anything else that starts with `<!`.
    OtherDeclaration,
}

/// Mistakes in an element's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameFault {
    /// A `<` without a name.
    NameMissing,
    /// `< name`, `</ name`.
    SpaceBeforeName,
    /// `<\name>`.
    Backslash,
    /// `<namedomain="…"`.
    JoinedName,
    /// A name with a character that names cannot contain.
    Name,
    /// An undeclared prefix.
    UnknownPrefix,
}

/// Mistakes between a tag's name and its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AttributeFault {
    /// A character in a tag that looks like a space.
    LikeSpace(char),
    /// Something in a tag that is not an attribute.
    AttributeExpected,
    /// `name:"value"`.
    Colon,
    /// An attribute without `=`.
    ValueMissing,
    /// `to ports="…"`.
    SplitName,
    /// A wrong separator between attributes.
    Separator(char),
    /// No space after a value.
    SpaceMissing,
    /// The same attribute twice.
    DuplicateAttribute,
}

/// Mistakes in a value or its quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueFault {
    /// A quotation mark that does not start a value.
    StrayQuote(char),
    /// A typographic quotation mark instead of a straight one.
    TypographicQuote(char),
    /// A value without quotes. The further location is the attribute's name.
    Unquoted,
    /// `name=` without a value. The further location is the attribute's name.
    EmptyValue,
    /// A value that continues into the next tag.
    UnclosedValue,
    /// A value between two kinds of straight quotes: the first and the last.
    MixedQuotes(char, char),
    /// A value that ends with a typographic quotation mark.
    TypographicEnd,
    /// A value that includes the next attribute because a quote is missing.
    QuoteMissing,
    /// Doubled quotes. The further locations are the attribute's name and the value.
    DoubledQuotes(Doubled),
}

/// Mistakes at the end of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TagEndFault {
    /// A `/` that is not followed by `>`.
    Slash,
    /// `//>`.
    TwoSlashes,
    /// `\>`.
    BackslashEnd,
    /// A `<` inside a tag.
    TagInTag,
    /// The end of the file inside a tag.
    UnclosedTag,
    /// An end tag with more than a name.
    EndTagContent,
}

/// Mistakes in tags that do not match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NestingFault {
    /// An end tag whose name matches no open element. The further location is the start tag that it probably belongs
    /// to.
    EndTag,
    /// The end tag of an element that contains other open elements. The further locations are their tags, the innermost
    /// first.
    OuterEndTag,
    /// An end tag without a start tag.
    StrayEndTag,
    /// The end of the file while elements are open. The further locations are their tags, the innermost first.
    UnclosedElements,
    /// The root's start tag again instead of its end tag.
    SecondStartTag,
    /// No element at all.
    NoElement,
    /// An element after the root. The further location is the `/>` that ends the root.
    SecondRoot,
    /// An end tag after the root.
    EndTagAfter,
}

macro_rules! kinds {
    ($($kind:ident($fault:ident)),*) => {$(
        impl From<$fault> for SyntaxFaultKind {
            fn from(fault: $fault) -> Self {
                Self::$kind(fault)
            }
        }
    )*};
}

kinds!(
    Outside(OutsideFault),
    Prolog(PrologFault),
    Markup(MarkupFault),
    Name(NameFault),
    Attribute(AttributeFault),
    Value(ValueFault),
    TagEnd(TagEndFault),
    Nesting(NestingFault)
);

impl SyntaxFaultKind {
    /// Whether it shows what the whole file is. All other faults then follow from it.
    pub(super) const fn explains_all(self) -> bool {
        matches!(
            self,
            Self::Outside(
                OutsideFault::EscapedMarkup
                    | OutsideFault::ProgramText
                    | OutsideFault::Escaped
                    | OutsideFault::EscapedLineEnd
                    | OutsideFault::DiffMark
                    | OutsideFault::TreeMark
                    | OutsideFault::LineNumber
            ) | Self::MergeMark
                | Self::ServerCode
        )
    }

    /// Whether parsing stops after it.
    pub(super) const fn ends_reading(self) -> bool {
        self.explains_all()
            || matches!(
                self,
                Self::TooDeep
                    | Self::TooManyParts
                    | Self::TooManyCommas
                    | Self::TooManyNamespaces
                    | Self::Markup(MarkupFault::UnclosedCdata)
                    | Self::TagEnd(TagEndFault::UnclosedTag)
            )
    }
}
