//! Mistakes in a `domain` value, and their messages, which the linter, the flags and the config file share.

use alloc::format;
use alloc::string::String;
use core::fmt;
use core::ops::Range;

use super::pasted;
use crate::diagnostic::character;
use crate::origin::HostError;

/// Why a text is not a valid `domain` value, and which part of it is wrong.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DomainError {
    /// What is wrong.
    pub kind: DomainErrorKind,
    /// Where in the text, in bytes.
    pub range: Range<usize>,
}

/// The kinds of [`DomainError`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DomainErrorKind {
    /// An empty value.
    Empty,
    /// Whitespace around it.
    Whitespace,
    /// A quotation mark, a typographic dash, or an invisible character.
    Pasted {
        /// The first such character.
        found: char,
    },
    /// Several domains in one value.
    List,
    /// A scheme other than `http` and `https`.
    Scheme,
    /// `http:example.com`.
    SchemeWithoutSlashes,
    /// A scheme followed by nothing or by `*`.
    SchemeWithoutHost,
    /// `example.com:8080`.
    Port,
    /// `example.com/game`.
    Path,
    /// `user@example.com`.
    UserInfo,
    /// `%DOMAIN%`, `${domain}` and the like.
    Placeholder,
    /// `www.example.*`, `*example.com`.
    PartialWildcard,
    /// `10.0.0.*`.
    WildcardInAddress,
    /// `10.0.0.0/8`.
    Network,
    /// `*.com`.
    WildcardTopLevel,
    /// A name with non-ASCII characters. Its ASCII form is suggested if it is a valid name.
    International {
        /// What to write instead.
        suggestion: Option<String>,
    },
    /// Not a host name or an address.
    Host(HostError),
}

impl DomainError {
    pub(super) fn shifted(mut self, by: usize) -> Self {
        self.range = self.range.start + by..self.range.end + by;
        self
    }

    /// What to write instead.
    ///
    /// ```
    /// use flash_policy::DomainPattern;
    ///
    /// let error = "example.com/game".parse::<DomainPattern>().unwrap_err();
    /// assert_eq!(error.help(), "remove the path: a rule applies to all content of a host");
    /// ```
    #[must_use]
    pub fn help(&self) -> String {
        match &self.kind {
            DomainErrorKind::Whitespace => "remove the spaces",
            DomainErrorKind::Pasted { found } if pasted::is_dash(*found) => "replace it with an ordinary hyphen `-`",
            DomainErrorKind::Pasted { found } if pasted::is_unseen(*found) => "remove this character; most editors don't show it",
            DomainErrorKind::Pasted { .. } => "remove the quotes inside the value",
            DomainErrorKind::List => "write one rule for each domain",
            DomainErrorKind::Scheme => "remove the scheme, or use `http://` or `https://`",
            DomainErrorKind::SchemeWithoutSlashes => {
                "remove the scheme, or write `http://` or `https://`"
            }
            DomainErrorKind::SchemeWithoutHost => {
                "add a host name, as in `https://www.example.com`"
            }
            DomainErrorKind::Port => "remove the port: `domain` is the host the content was loaded from; target ports are listed separately",
            DomainErrorKind::Path => "remove the path: a rule applies to all content of a host",
            DomainErrorKind::UserInfo => "remove everything up to the `@`",
            DomainErrorKind::Placeholder => "replace it with the real domain: a template was not filled in, or a variable was empty",
            DomainErrorKind::PartialWildcard => {
                "write one rule for each name; `*.example.com` matches example.com and all its subdomains"
            }
            DomainErrorKind::Network => "write one rule for each address; players don't support networks",
            DomainErrorKind::WildcardInAddress => "write one rule for each address",
            DomainErrorKind::WildcardTopLevel => "name at least two labels, as in `*.example.com`",
            DomainErrorKind::International { suggestion: Some(suggestion) } => {
                return format!("write the ASCII form, `{suggestion}`");
            }
            DomainErrorKind::International { suggestion: None } => "write the ASCII form, which starts with `xn--`",
            DomainErrorKind::Host(HostError::Address) => {
                "write a complete address, as in `192.0.2.7` or `2001:db8::7`, or a host name"
            }
            DomainErrorKind::Empty | DomainErrorKind::Host(_) => "write a host name, as in `www.example.com`",
        }
        .into()
    }
}

impl fmt::Display for DomainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.kind {
            DomainErrorKind::Empty => "expected a domain, found nothing",
            DomainErrorKind::Whitespace => "expected a domain without spaces around it",
            DomainErrorKind::List => "expected one domain, found several",
            DomainErrorKind::Scheme => {
                "expected a domain, found a URL with a scheme other than http or https"
            }
            DomainErrorKind::SchemeWithoutSlashes => {
                "expected `://` after the scheme, found only `:`"
            }
            DomainErrorKind::SchemeWithoutHost => "expected a domain after the scheme",
            DomainErrorKind::Port => "expected a domain without a port",
            DomainErrorKind::Path => "expected a domain without a path",
            DomainErrorKind::UserInfo => "expected a domain without a user name",
            DomainErrorKind::Placeholder => "expected a domain, found a placeholder",
            DomainErrorKind::PartialWildcard => "expected `*` alone or as the complete first label",
            DomainErrorKind::WildcardInAddress => {
                "expected a complete IP address, found a wildcard in it"
            }
            DomainErrorKind::Network => "expected a single IP address, found a network",
            DomainErrorKind::WildcardTopLevel => {
                "expected at least two labels after `*.`, found one"
            }
            DomainErrorKind::International { .. } => {
                "expected an ASCII domain, found non-ASCII letters"
            }
            DomainErrorKind::Pasted { found } => {
                return write!(f, "expected a domain, found {}", character(*found));
            }
            DomainErrorKind::Host(error) => return error.fmt(f),
        })
    }
}

impl core::error::Error for DomainError {}

debug_is_display!(DomainError);
