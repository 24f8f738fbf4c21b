//! The `headers` of a header rule: parse, match, display.
//!
//! The grammar is `*`, or a list of header names separated by commas, in which a name may end in `*` (Adobe, *Cross
//! Domain Policy File Specification*). Adobe allows every printable character but `:` in a name. Here it is what HTTP
//! allows (RFC 9110, section 5.6.2), because no other name can be sent.

use alloc::boxed::Box;
use alloc::string::ToString as _;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;
use core::str::FromStr;

use crate::diagnostic::quoted;
use crate::ports::WHITESPACE;

/// The value of `headers`: names of request headers. A name that ends in `*` means all names that begin like it.
///
/// ```
/// use flash_policy::policy::HeaderSet;
///
/// let headers: HeaderSet = "SOAPAction,X-Game-*".parse()?;
/// assert!(headers.contains("soapaction")); // in any case
/// assert!(headers.contains("X-Game-Token"));
/// assert!(!headers.contains("X-Token"));
/// assert!(HeaderSet::all().contains("X-Token"));
/// # Ok::<(), flash_policy::policy::HeaderSetError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HeaderSet {
    /// As written, without whitespace. Never empty. `*` is alone.
    names: Vec<Box<str>>,
}

impl HeaderSet {
    /// `*`: every header, except those that the player lets no movie set.
    ///
    /// ```
    /// use flash_policy::policy::HeaderSet;
    ///
    /// assert_eq!("*".parse(), Ok(HeaderSet::all()));
    /// ```
    #[must_use]
    pub fn all() -> Self {
        Self {
            names: Vec::from([Box::from("*")]),
        }
    }

    /// Whether it is `*`.
    ///
    /// ```
    /// use flash_policy::policy::HeaderSet;
    ///
    /// assert!("SOAPAction,*".parse::<HeaderSet>()?.is_all());
    /// assert!(!"SOAP*".parse::<HeaderSet>()?.is_all());
    /// # Ok::<(), flash_policy::policy::HeaderSetError>(())
    /// ```
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.names().any(|name| name == "*")
    }

    /// Whether it contains a header. Upper and lower case are the same.
    ///
    /// ```
    /// use flash_policy::policy::HeaderSet;
    ///
    /// let headers: HeaderSet = "X-Game-*".parse()?;
    /// assert!(headers.contains("x-game-token") && headers.contains("X-Game-"));
    /// assert!(!headers.contains("X-Game"));
    /// # Ok::<(), flash_policy::policy::HeaderSetError>(())
    /// ```
    #[must_use]
    pub fn contains(&self, header: &str) -> bool {
        self.names().any(|name| match name.strip_suffix('*') {
            Some(start) => header
                .get(..start.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(start)),
            None => name.eq_ignore_ascii_case(header),
        })
    }

    /// The names and beginnings of names, as written.
    ///
    /// ```
    /// use flash_policy::policy::HeaderSet;
    ///
    /// let headers: HeaderSet = "SOAPAction, X-Game-*".parse()?;
    /// assert_eq!(headers.names().collect::<Vec<_>>(), ["SOAPAction", "X-Game-*"]);
    /// # Ok::<(), flash_policy::policy::HeaderSetError>(())
    /// ```
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(AsRef::as_ref)
    }

    /// The valid names of a list that may have mistakes, or `None` without a valid name.
    #[cfg(feature = "silverlight")]
    pub(crate) fn valid_of(text: &str) -> Option<Self> {
        let mut sets = text.split(',').filter_map(|name| name.parse::<Self>().ok());
        let mut all = sets.next()?;
        sets.for_each(|set| all.join(&set));
        Some(all)
    }

    /// Adds the names of another set that this one does not contain.
    #[cfg(feature = "silverlight")]
    pub(crate) fn join(&mut self, other: &Self) {
        if self.is_all() || other.is_all() {
            *self = Self::all();
            return;
        }
        for name in &other.names {
            if !self.names.contains(name) {
                self.names.push(name.clone());
            }
        }
    }
}

/// Writes the value of `headers`. In XML, `&` must be escaped.
impl fmt::Display for HeaderSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.names().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{name}")?;
        }
        Ok(())
    }
}

/// Parses the value of `headers`. Whitespace around names is accepted, as in Adobe's examples.
///
/// ```
/// use flash_policy::policy::HeaderSet;
///
/// let headers: HeaderSet = "Authorization, X-Game-*".parse()?;
/// assert_eq!(headers.to_string(), "Authorization,X-Game-*");
/// assert!("X-*-Token".parse::<HeaderSet>().is_err()); // `*` is only for the end
/// # Ok::<(), flash_policy::policy::HeaderSetError>(())
/// ```
impl FromStr for HeaderSet {
    type Err = HeaderSetError;

    fn from_str(text: &str) -> Result<Self, HeaderSetError> {
        if text.trim_matches(WHITESPACE).is_empty() {
            let kind = HeaderSetErrorKind::Empty;
            let range = 0..text.len();
            return Err(HeaderSetError { kind, range });
        }
        let mut names = Vec::new();
        let mut start = 0;
        for item in text.split(',') {
            let name = item.trim_matches(WHITESPACE);
            let lead = item.len() - item.trim_start_matches(WHITESPACE).len();
            let at = start + lead;
            start += item.len() + 1;
            check_name(name).map_err(|(kind, range)| HeaderSetError {
                kind,
                range: at + range.start..at + range.end,
            })?;
            names.push(Box::from(name));
        }
        let headers = Self { names };
        Ok(if headers.is_all() {
            Self::all()
        } else {
            headers
        })
    }
}

fn check_name(name: &str) -> Result<(), (HeaderSetErrorKind, Range<usize>)> {
    if name.is_empty() {
        return Err((HeaderSetErrorKind::EmptyItem, 0..0));
    }
    let start = name.strip_suffix('*').unwrap_or(name);
    match start.char_indices().find(|(_, c)| !is_token(*c)) {
        None => Ok(()),
        Some((at, '*')) => Err((HeaderSetErrorKind::Wildcard, at..at + 1)),
        Some((at, c)) => Err((HeaderSetErrorKind::Character(c), at..at + c.len_utf8())),
    }
}

/// What a header's name consists of, without `*`, which HTTP allows too but policies use as a wildcard.
fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'+-.^_`|~".contains(c)
}

/// Why a text is not a valid `headers` value, and which part of it is wrong.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct HeaderSetError {
    /// What is wrong.
    pub kind: HeaderSetErrorKind,
    /// Where in the text, in bytes.
    pub range: Range<usize>,
}

/// The kinds of [`HeaderSetError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HeaderSetErrorKind {
    /// An empty value.
    Empty,
    /// An empty item: two commas in a row, or a comma at the start or the end.
    EmptyItem,
    /// `*` before the end of a name.
    Wildcard,
    /// A character that the name of a header can't have.
    Character(char),
}

impl fmt::Display for HeaderSetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            HeaderSetErrorKind::Empty => "expected the names of headers, found nothing",
            HeaderSetErrorKind::EmptyItem => "expected a header between the commas, found nothing",
            HeaderSetErrorKind::Wildcard => {
                "expected `*` at the end of a header's name, found it before the end"
            }
            HeaderSetErrorKind::Character(found) => {
                let found = quoted(found.encode_utf8(&mut [0; 4])).to_string();
                return write!(f, "expected the name of a header, found {found} in it");
            }
        })
    }
}

impl core::error::Error for HeaderSetError {}

debug_is_display!(HeaderSetError);

impl HeaderSetError {
    /// What to write instead.
    ///
    /// ```
    /// use flash_policy::policy::HeaderSet;
    ///
    /// let error = "SOAPAction,".parse::<HeaderSet>().unwrap_err();
    /// assert_eq!(error.help(), "remove the extra comma");
    /// ```
    #[must_use]
    pub const fn help(&self) -> &'static str {
        match self.kind {
            HeaderSetErrorKind::Empty => "name the headers, as in `SOAPAction,X-Game-*`",
            HeaderSetErrorKind::EmptyItem => "remove the extra comma",
            HeaderSetErrorKind::Wildcard => {
                "write the beginning of the names and then `*`, as in `X-Game-*`"
            }
            HeaderSetErrorKind::Character(_) => {
                "write names with commas between them, as in `SOAPAction,X-Game-*`"
            }
        }
    }
}
