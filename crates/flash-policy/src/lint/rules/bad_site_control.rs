//! `bad-site-control`: its page and its words; the parser finds it.

use alloc::string::String;

use crate::lint::rule::{BY_PARSER, Group, Rule};
use crate::{Diagnostic, Profile, Severity, Span};

pub(crate) static RULE: Rule = Rule {
    name: "bad-site-control",
    severity: Severity::Error,
    group: Group::MetaPolicy,
    page: r#"## What it finds

A meta-policy that sockets do not have.

## Why it matters

`by-content-type` and `by-ftp-filename` are about HTTP and FTP, and are copied from there; others are misspelt.
A player that does not know the value may take it for `none`, which switches everything off.

## What Flash does

For sockets there are `all`, `master-only` and `none`, since 9.0.115. Lightspark and others take an unknown
value for `none`.

## Example

```xml
<cross-domain-policy>
  <site-control permitted-cross-domain-policies="by-content-type"/>
  <allow-access-from domain="www.example.com" to-ports="9339"/>
</cross-domain-policy>
```

## Write instead

```xml
<cross-domain-policy>
  <site-control permitted-cross-domain-policies="master-only"/>
  <allow-access-from domain="www.example.com" to-ports="9339"/>
</cross-domain-policy>
```
"#,
    check: BY_PARSER,
};

pub(crate) fn found(message: String, place: Span, profile: Profile) -> Diagnostic {
    let help = match profile {
        Profile::Socket => "write `all`, `master-only` or `none`",
        Profile::Url => {
            "write `all`, `by-content-type`, `by-ftp-filename`, `master-only` or `none`"
        }
    };
    RULE.finding(message).at(place, "").help(help)
}
