//! What can be wrong with a `domain`, in words that help: one place for the linter, the flags and the config file.

use alloc::format;
use alloc::string::String;
use core::fmt;
use core::ops::Range;

use super::pasted;
use crate::diagnostic::character;
use crate::origin::HostError;

/// Why a text is no `domain` value, and which part of it is to blame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainError {
    /// What is wrong.
    pub kind: DomainErrorKind,
    /// Where in the text, in bytes.
    pub range: Range<usize>,
}

/// See [`DomainError`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DomainErrorKind {
    /// Nothing at all.
    Empty,
    /// Whitespace around it.
    Whitespace,
    /// A quote, a typographic dash, or a character that is not seen.
    Pasted {
        /// The first of them.
        found: char,
    },
    /// Several domains in one value.
    List,
    /// A scheme other than `http` and `https`.
    Scheme,
    /// `http:example.com`.
    SchemeWithoutSlashes,
    /// A scheme, and then nothing or `*`.
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
    /// A name with characters beyond ASCII; its ASCII form is suggested if it can be a name.
    International {
        /// What to write instead.
        suggestion: Option<String>,
    },
    /// No host name and no address.
    Host(HostError),
}

impl DomainError {
    pub(super) fn shifted(mut self, by: usize) -> Self {
        self.range = self.range.start + by..self.range.end + by;
        self
    }

    /// What to write instead.
    #[must_use]
    pub fn help(&self) -> String {
        match &self.kind {
            DomainErrorKind::Whitespace => "remove the spaces",
            DomainErrorKind::Pasted { found } if pasted::is_dash(*found) => "write an ordinary `-`: word processors and web pages write others",
            DomainErrorKind::Pasted { found } if pasted::is_unseen(*found) => "remove it: most editors don't show it",
            DomainErrorKind::Pasted { .. } => "remove the quotes inside the value",
            DomainErrorKind::List => "give each domain a rule of its own; rules add up",
            DomainErrorKind::Scheme => "leave the scheme out, or use `http://` or `https://`",
            DomainErrorKind::SchemeWithoutSlashes => {
                "leave it out, or write `http://` or `https://` before the name"
            }
            DomainErrorKind::SchemeWithoutHost => {
                "name a host behind it, as in `https://www.example.com`"
            }
            DomainErrorKind::Port => "leave the port out: the domain is where the movie came from, the ports to connect to are listed apart",
            DomainErrorKind::Path => "leave the path out: a rule admits all movies of a host or none",
            DomainErrorKind::UserInfo => "leave out what stands before the `@`",
            DomainErrorKind::Placeholder => "put the real domain in its place: a template was not filled in, or a program's variable had no value",
            DomainErrorKind::PartialWildcard => {
                "write a rule for each name; `*.example.com` is example.com and everything below it"
            }
            DomainErrorKind::Network => "give each address a rule of its own: players know no networks",
            DomainErrorKind::WildcardInAddress => "give each address a rule of its own",
            DomainErrorKind::WildcardTopLevel => "name the domain below it, as in `*.example.com`",
            DomainErrorKind::International { suggestion: Some(suggestion) } => {
                return format!("write its ASCII form, `{suggestion}`");
            }
            DomainErrorKind::International { suggestion: None } => "write its ASCII form, which begins with `xn--`",
            DomainErrorKind::Host(HostError::Address) => {
                "write an address in full, as in `192.0.2.7` or `2001:db8::7`, or a name"
            }
            DomainErrorKind::Empty | DomainErrorKind::Host(_) => "name a host, as in `www.example.com`",
        }
        .into()
    }
}

impl fmt::Display for DomainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.kind {
            DomainErrorKind::Empty => "expected a domain, found nothing",
            DomainErrorKind::Whitespace => "expected a domain, found spaces around it",
            DomainErrorKind::List => "expected one domain, found several",
            DomainErrorKind::Scheme => {
                "expected a domain, found a URL of another scheme than http and https"
            }
            DomainErrorKind::SchemeWithoutSlashes => {
                "expected `://` behind the scheme, found `:` alone"
            }
            DomainErrorKind::SchemeWithoutHost => "expected a domain after the scheme",
            DomainErrorKind::Port => "expected a domain, found a port behind it",
            DomainErrorKind::Path => "expected a domain, found a path behind it",
            DomainErrorKind::UserInfo => "expected a domain, found a user name before it",
            DomainErrorKind::Placeholder => "expected a domain, found a placeholder",
            DomainErrorKind::PartialWildcard => {
                "expected `*` alone or as the whole first label, found it elsewhere"
            }
            DomainErrorKind::WildcardInAddress => {
                "expected a whole address, found a wildcard in it"
            }
            DomainErrorKind::Network => "expected a whole address, found a network",
            DomainErrorKind::WildcardTopLevel => {
                "expected two labels or more behind `*.`, found one"
            }
            DomainErrorKind::International { .. } => {
                "expected an ASCII domain, found other letters"
            }
            DomainErrorKind::Pasted { found } => {
                return write!(f, "expected a domain, found {}", character(*found));
            }
            DomainErrorKind::Host(error) => return error.fmt(f),
        })
    }
}

impl core::error::Error for DomainError {}
