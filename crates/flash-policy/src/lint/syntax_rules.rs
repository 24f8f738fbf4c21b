//! Which rule reports which syntax error.
//!
//! No match has a wildcard: an error without a rule does not compile. Nothing here has words.

use super::rule::LintRule;
use super::rules::{
    copy_paste_artifact, curly_quotes, duplicate_attribute, escaped_xml, invalid_character,
    invalid_comment, invalid_doctype, invalid_xml_declaration, malformed_attribute, malformed_tag,
    malformed_xml, mismatched_quotes, mismatched_tag, multiple_root_elements, text_outside_root,
    unclosed_element, undefined_entity, unescaped_character, unquoted_attribute,
};
use crate::xml::{
    AttributeFault, MarkupFault, NameFault, NestingFault, OutsideFault, PrologFault, TagEndFault,
    ValueFault,
};

pub(super) const fn outside(fault: OutsideFault) -> &'static LintRule {
    match fault {
        OutsideFault::EscapedMarkup
        | OutsideFault::ProgramText
        | OutsideFault::EscapedLineEnd
        | OutsideFault::Escaped => &escaped_xml::RULE,
        OutsideFault::HereDocument
        | OutsideFault::Fence
        | OutsideFault::ForumTag
        | OutsideFault::DiffMark
        | OutsideFault::TreeMark
        | OutsideFault::LineNumber => &copy_paste_artifact::RULE,
        OutsideFault::SecondByteOrderMark
        | OutsideFault::MisreadByteOrderMark
        | OutsideFault::Unseen(_)
        | OutsideFault::TextBefore
        | OutsideFault::SpelledNul
        | OutsideFault::TextAfter => &text_outside_root::RULE,
    }
}

pub(super) const fn prolog(fault: PrologFault) -> &'static LintRule {
    match fault {
        PrologFault::DeclarationCase | PrologFault::LateDeclaration | PrologFault::Declaration => {
            &invalid_xml_declaration::RULE
        }
        PrologFault::InstructionName => &malformed_xml::RULE,
        PrologFault::PublicIdentifier
        | PrologFault::DoctypeSpace
        | PrologFault::DoctypePlace
        | PrologFault::Doctype => &invalid_doctype::RULE,
    }
}

pub(super) const fn markup(fault: MarkupFault) -> &'static LintRule {
    match fault {
        MarkupFault::Character(_) | MarkupFault::CharacterReference => &invalid_character::RULE,
        MarkupFault::UnknownEntity => &undefined_entity::RULE,
        MarkupFault::StrayAmpersand | MarkupFault::CdataEnd => &unescaped_character::RULE,
        MarkupFault::CdataAround => &text_outside_root::RULE,
        MarkupFault::UnclosedComment
        | MarkupFault::CommentDashes
        | MarkupFault::TypographicDash
        | MarkupFault::OtherDeclaration => &invalid_comment::RULE,
        MarkupFault::UnclosedInstruction => &invalid_xml_declaration::RULE,
        MarkupFault::UnclosedCdata => &malformed_xml::RULE,
    }
}

pub(super) const fn name(fault: NameFault) -> &'static LintRule {
    match fault {
        NameFault::NameMissing => &unescaped_character::RULE,
        NameFault::SpaceBeforeName | NameFault::Backslash | NameFault::Name => &malformed_tag::RULE,
        NameFault::JoinedName => &malformed_attribute::RULE,
        NameFault::UnknownPrefix => &malformed_xml::RULE,
    }
}

pub(super) const fn attribute(fault: AttributeFault) -> &'static LintRule {
    match fault {
        AttributeFault::LikeSpace(_)
        | AttributeFault::AttributeExpected
        | AttributeFault::Colon
        | AttributeFault::ValueMissing
        | AttributeFault::SplitName
        | AttributeFault::Separator(_)
        | AttributeFault::SpaceMissing => &malformed_attribute::RULE,
        AttributeFault::DuplicateAttribute => &duplicate_attribute::RULE,
    }
}

pub(super) const fn value(fault: ValueFault) -> &'static LintRule {
    match fault {
        ValueFault::Unquoted => &unquoted_attribute::RULE,
        ValueFault::EmptyValue => &malformed_attribute::RULE,
        ValueFault::TypographicQuote(_) | ValueFault::TypographicEnd => &curly_quotes::RULE,
        ValueFault::StrayQuote(_)
        | ValueFault::UnclosedValue
        | ValueFault::MixedQuotes(..)
        | ValueFault::QuoteMissing
        | ValueFault::DoubledQuotes(_) => &mismatched_quotes::RULE,
    }
}

pub(super) const fn tag_end(fault: TagEndFault) -> &'static LintRule {
    match fault {
        TagEndFault::Slash
        | TagEndFault::TwoSlashes
        | TagEndFault::BackslashEnd
        | TagEndFault::TagInTag
        | TagEndFault::UnclosedTag
        | TagEndFault::EndTagContent => &malformed_tag::RULE,
    }
}

pub(super) const fn nesting(fault: NestingFault) -> &'static LintRule {
    match fault {
        NestingFault::EndTag | NestingFault::StrayEndTag | NestingFault::EndTagAfter => {
            &mismatched_tag::RULE
        }
        NestingFault::OuterEndTag
        | NestingFault::UnclosedElements
        | NestingFault::SecondStartTag => &unclosed_element::RULE,
        NestingFault::SecondRoot => &multiple_root_elements::RULE,
        NestingFault::NoElement => &malformed_xml::RULE,
    }
}
