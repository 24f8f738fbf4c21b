//! What a rule looks at: the file, its elements, its meaning, and what to assume.

use super::Options;
use crate::document::Document;
use crate::parse::Places;
use crate::{Diagnostic, Policy};

/// A file that was read as far as it goes.
pub(crate) struct Subject<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) options: &'a Options,
    /// The elements; none where the XML is broken.
    pub(crate) document: Option<&'a Document>,
    /// The meaning; none where the root is another, or the file is Silverlight's.
    pub(crate) policy: Option<&'a Policy>,
    pub(crate) places: &'a Places,
    /// What the parser found.
    pub(crate) found: &'a [Diagnostic],
}
