//! What can be wrong with the XML of a file: a closed list, without words.
//!
//! The words are [`lint`](mod@crate::lint)'s. A fault has its place, and further places where its words need them.

use alloc::vec::Vec;

use crate::Span;

/// One fault of a file's XML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxFault {
    /// What is wrong.
    pub kind: SyntaxFaultKind,
    /// Where.
    pub span: Span,
    /// Further places: the tags that are not closed, or the attribute's name.
    pub also: Vec<Span>,
}

/// Which quotes of a value are doubled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubled {
    /// `""value""`.
    Both,
    /// `""value"`.
    First,
    /// `"value""`.
    Last,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntaxFaultKind {
    /// In text before the first tag or behind the last, and what tells where a file was copied from.
    Outside(OutsideFault),
    /// In the declaration, an instruction or the DOCTYPE.
    Prolog(PrologFault),
    /// In a comment, a CDATA section, a character or a reference.
    Markup(MarkupFault),
    /// In an element's name.
    Name(NameFault),
    /// In what stands between a tag's name and its end.
    Attribute(AttributeFault),
    /// In a value and its quotes.
    Value(ValueFault),
    /// In the end of a tag.
    TagEnd(TagEndFault),
    /// In tags that do not fit each other.
    Nesting(NestingFault),
    /// A placeholder of a template, outside values.
    Placeholder,
    /// A mark that version control left.
    MergeMark,
    /// Code for a web server.
    ServerCode,
    /// Definitions in a DOCTYPE.
    Definitions,
    /// More than [`DEEPEST`](super::DEEPEST) elements within each other.
    TooDeep,
    /// More than [`MOST_ATTRIBUTES`](super::MOST_ATTRIBUTES) in a tag: how many.
    TooManyAttributes(usize),
    /// More than [`MOST_PARTS`](super::MOST_PARTS).
    TooManyParts,
    /// More than [`MOST_NAMESPACES`](super::MOST_NAMESPACES).
    TooManyNamespaces,
}

/// What is wrong in text before the first tag or behind the last, and what tells where a file was copied from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutsideFault {
    /// A second byte order mark.
    SecondByteOrderMark,
    /// A byte order mark that was read in another encoding: `ï»¿`.
    MisreadByteOrderMark,
    /// `&lt;cross-domain-policy&gt;`, or `<` written another way: `\u003c`, `%3C`.
    EscapedMarkup,
    /// The first line of a here-document.
    HereDocument,
    /// A character that is not seen, where no text may stand.
    Unseen(char),
    /// The fence of a block in Markdown.
    Fence,
    /// A quote before the first tag: the text of a program.
    ProgramText,
    /// The mark of a line in a diff.
    DiffMark,
    /// The sign of a browser's tree view.
    TreeMark,
    /// The number of a line.
    LineNumber,
    /// Text before the first tag.
    TextBefore,
    /// A backslash and a letter where a line was to end.
    EscapedLineEnd,
    /// A NUL that somebody spelled out behind the root.
    SpelledNul,
    /// Text behind the root.
    TextAfter,
    /// A backslash before a quote or a slash.
    Escaped,
}

/// What is wrong in the declaration, an instruction or the DOCTYPE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrologFault {
    /// `<?XML`.
    DeclarationCase,
    /// A declaration that does not stand first.
    LateDeclaration,
    /// A declaration that says something else than a version and an encoding.
    Declaration,
    /// An instruction without a name.
    InstructionName,
    /// A character that no public identifier has.
    PublicIdentifier,
    /// No space before the address in a DOCTYPE.
    DoctypeSpace,
    /// `<!doctype`, or one that stands elsewhere than before the root.
    DoctypePlace,
    /// Another fault of a DOCTYPE.
    Doctype,
}

/// What is wrong in a comment, a CDATA section, a character or a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkupFault {
    /// A character that XML does not have.
    Character(char),
    /// A reference to a character that XML does not have.
    CharacterReference,
    /// A reference to an entity that XML does not define.
    UnknownEntity,
    /// A `&` that begins no reference.
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
    /// A dash that stands for the hyphens of a comment.
    TypographicDash,
    /// Something else that begins with `<!`.
    OtherDeclaration,
}

/// What is wrong in an element's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameFault {
    /// A `<` that begins nothing.
    NameMissing,
    /// `< name`, `</ name`.
    SpaceBeforeName,
    /// `<\name>`.
    Backslash,
    /// `<namedomain="…"`.
    JoinedName,
    /// A name with a character that no name has.
    Name,
    /// A prefix that is not declared.
    UnknownPrefix,
}

/// What is wrong in what stands between a tag's name and its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttributeFault {
    /// A character that looks like a space, in a tag.
    LikeSpace(char),
    /// Something in a tag that begins no attribute.
    AttributeExpected,
    /// `name:"value"`.
    Colon,
    /// An attribute without `=`.
    ValueMissing,
    /// `to ports="…"`.
    SplitName,
    /// Something between attributes that separates none.
    Separator(char),
    /// No space behind a value.
    SpaceMissing,
    /// The same attribute twice.
    DuplicateAttribute,
}

/// What is wrong in a value and its quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueFault {
    /// A quote that begins no value.
    StrayQuote(char),
    /// A typographic quote where a straight one was expected.
    TypographicQuote(char),
    /// A value without quotes. The further place is the attribute's name.
    Unquoted,
    /// `name=` and nothing. The further place is the attribute's name.
    EmptyValue,
    /// A value that runs into the next tag.
    UnclosedValue,
    /// A value between two kinds of straight quotes: the first, and the last.
    MixedQuotes(char, char),
    /// A value that ends with a typographic quote.
    TypographicEnd,
    /// A value that swallowed the next attribute.
    QuoteMissing,
    /// Doubled quotes. The further places are the attribute's name, and the value.
    DoubledQuotes(Doubled),
}

/// What is wrong in the end of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagEndFault {
    /// A `/` that is not followed by `>`.
    Slash,
    /// `//>`.
    TwoSlashes,
    /// `\>`.
    BackslashEnd,
    /// A `<` within a tag.
    TagInTag,
    /// The end of the file within a tag.
    UnclosedTag,
    /// More than a name in an end tag.
    EndTagContent,
}

/// What is wrong in tags that do not fit each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NestingFault {
    /// An end tag whose name no open element has. The further place is the start tag that it probably belongs to.
    EndTag,
    /// The end tag of an element that still has open elements in it. The further places are their tags, the innermost
    /// first.
    OuterEndTag,
    /// An end tag that ends nothing.
    StrayEndTag,
    /// The end of the file while elements are open. The further places are their tags, the innermost first.
    UnclosedElements,
    /// The root's start tag again where its end tag was meant.
    SecondStartTag,
    /// No element at all.
    NoElement,
    /// An element behind the root. The further place is the `/>` that ends the root.
    SecondRoot,
    /// An end tag behind the root.
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
    /// Whether it says what the whole file is: then every other fault follows from it.
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

    /// Whether nothing behind it is read.
    pub(super) const fn ends_reading(self) -> bool {
        self.explains_all()
            || matches!(
                self,
                Self::TooDeep
                    | Self::TooManyParts
                    | Self::TooManyNamespaces
                    | Self::Markup(MarkupFault::UnclosedCdata)
                    | Self::TagEnd(TagEndFault::UnclosedTag)
            )
    }
}
