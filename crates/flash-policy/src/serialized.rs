//! The shapes that the feature `serde` gives to values. This module has no code to call.
//!
//! Values are texts as a policy file has them. That includes the ports of a rule, even if there is only one; a
//! [`Port`](crate::Port) by itself is a number. Structs are maps with the names of their fields, and the variants of enums are words in
//! kebab-case. Fields and words keep their meaning; later versions may add some.
//!
//! | type | shape | is read back |
//! |---|---|---|
//! | [`Port`](crate::Port) | `843` | yes |
//! | [`PortSet`], [`PortRange`](crate::PortRange) | `"*"`, `"80,9000-9010"` | `PortSet` |
//! | [`DomainPattern`] | `"*.example.com"` | yes, except placeholders |
//! | [`Host`], [`Origin`] | `"www.example.com"`, `"http://www.example.com"` | yes |
//! | [`PlayerVersion`] | `"9.0.124"` | yes |
//! | [`SiteControl`], [`Secure`] | `"master-only"`, `"https-only"` | yes |
//! | [`Rule`] | `{"domain": "*", "ports": "843", "secure": "any"}` | yes |
//! | [`HeaderSet`] | `"SOAPAction,X-Game-*"` | yes |
//! | [`HeaderRule`] | `{"domain": "*", "headers": "*", "secure": "as-served"}` | yes |
//! | [`Policy`] | `{"site_control": null, "rules": [], "header_rules": [], "profile": "socket"}` | yes |
//! | [`Span`] | `{"start": 0, "end": 22}` | yes |
//! | [`Severity`] | `"error"`, `"warning"`, `"hint"` | yes |
//! | [`Diagnostic`] and its parts | maps | no |
//! | [`Decision`](crate::decide::Decision) | `{"allowed": {"reason": "granted", "place": "master", "rule": 0}}`, also `denied` and `ask` | no |
//! | `player::Outcome` and its parts | maps; verdicts, reasons and choices are their codes | no |
//!
//! The keys of a [`Policy`], and `secure`, may be left out. Unknown keys are errors, and so are ports that are empty.
//! Ports may also be a number or a list of numbers, as in [`Policy::allow`]. In formats that don't describe themselves,
//! such as postcard, they must be a text.
//!
//! A [`DomainPattern`] is read as in a policy file, so `hostname`, `domain` and other words of templates are refused. Only
//! a pattern that was made from a [`Host`] can have such a name. A [`Span`] must not end before its start.
//!
//! ```
//! use flash_policy::Policy;
//!
//! let policy: Policy = serde_json::from_str(r#"{"rules": [{"domain": "*.example.com", "ports": 9339}]}"#)?;
//! assert_eq!(policy, Policy::new().allow("*.example.com", 9339).expect("a rule"));
//! # Ok::<(), serde_json::Error>(())
//! ```

use alloc::string::String;
use alloc::vec::Vec;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};

use crate::diagnostic::{Edit, Fix, Label, Repeat};
use crate::policy::{HeaderRule, HeaderSet};
use crate::{
    Diagnostic, DomainPattern, Host, Origin, PlayerVersion, Policy, PortSet, Profile, Rule, Secure,
    Severity, SiteControl, Span,
};

mod decision;
#[cfg(feature = "player")]
mod player;
mod ports;

/// Types that are their text.
macro_rules! texts {
    ($($type:ty),*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }
    )*};
}

texts!(
    DomainPattern,
    HeaderSet,
    Host,
    Origin,
    PlayerVersion,
    SiteControl
);

/// Structs with their fields. A field that is missing here is a compile error.
macro_rules! structs {
    ($($type:ident { $($field:ident),* })*) => {$(
        impl serde::ser::Serialize for $type {
            fn serialize<S: serde::ser::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeStruct as _;

                let Self { $($field),* } = self;
                let length = [$(stringify!($field)),*].len();
                let mut fields = serializer.serialize_struct(stringify!($type), length)?;
                $(fields.serialize_field(stringify!($field), $field)?;)*
                fields.end()
            }
        }
    )*};
}

/// Enums that are their codes.
macro_rules! codes {
    ($($type:ty),*) => {$(
        impl serde::ser::Serialize for $type {
            fn serialize<S: serde::ser::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.code())
            }
        }
    )*};
}

use codes;
use structs;

structs! {
    Span { start, end }
    Label { span, text }
    Edit { span, text }
    Fix { title, edits }
    Repeat { span, edits }
    Diagnostic { rule, severity, message, label, secondary, notes, help, fix, repeats, more }
    Policy { site_control, rules, header_rules, profile }
    Rule { domain, ports, secure }
    HeaderRule { domain, headers, secure }
}

/// Enums without data, with their words.
macro_rules! words {
    ($($type:ident: $($variant:ident $word:literal),*;)*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(match self {
                    $(Self::$variant => $word,)*
                })
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = String::deserialize(deserializer)?;
                match word.as_str() {
                    $($word => Ok(Self::$variant),)*
                    other => Err(D::Error::unknown_variant(other, &[$($word),*])),
                }
            }
        }
    )*};
}

words! {
    Profile: Socket "socket", Url "url";
    Severity: Hint "hint", Warning "warning", Error "error";
    Secure: HttpsOnly "https-only", Any "any", AsServed "as-served";
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "Span")]
struct SpanFields {
    start: usize,
    end: usize,
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let SpanFields { start, end } = Deserialize::deserialize(deserializer)?;
        if start > end {
            let reason = format_args!(
                "expected a span that does not end before its start, found {start} to {end}"
            );
            return Err(D::Error::custom(reason));
        }
        Ok(Self { start, end })
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "Policy")]
struct PolicyFields {
    #[serde(default)]
    site_control: Option<SiteControl>,
    #[serde(default)]
    rules: Vec<Rule>,
    #[serde(default)]
    header_rules: Vec<HeaderRule>,
    #[serde(default)]
    profile: Profile,
}

impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let PolicyFields {
            site_control,
            rules,
            header_rules,
            profile,
        } = Deserialize::deserialize(deserializer)?;
        Ok(Self {
            site_control,
            rules,
            header_rules,
            profile,
        })
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "Rule")]
struct RuleFields {
    domain: DomainPattern,
    ports: PortSet,
    #[serde(default)]
    secure: Secure,
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let RuleFields {
            domain,
            ports,
            secure,
        } = Deserialize::deserialize(deserializer)?;
        Ok(Self {
            domain,
            ports,
            secure,
        })
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "HeaderRule")]
struct HeaderRuleFields {
    domain: DomainPattern,
    headers: HeaderSet,
    #[serde(default = "as_served")]
    secure: Secure,
}

/// What a header rule without `secure` means.
const fn as_served() -> Secure {
    Secure::AsServed
}

impl<'de> Deserialize<'de> for HeaderRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let HeaderRuleFields {
            domain,
            headers,
            secure,
        } = Deserialize::deserialize(deserializer)?;
        let mut rule = Self::new(domain, headers);
        rule.secure = secure;
        Ok(rule)
    }
}
