//! `nul-at-end`: its page and its words; the parser finds it.

use crate::lint::rule::{BY_PARSER, Group, Rule};
use crate::{Diagnostic, Severity};

pub(crate) static RULE: Rule = Rule {
    name: "nul-at-end",
    severity: Severity::Warning,
    group: Group::File,
    page: r#"## What it finds

A NUL as the last byte of the file.

## Why it matters

The server adds the NUL that ends the reply; in the file it is in the way of editors and of other servers, which
then send two.

## What Flash does

Flash Player reads up to the first NUL and ignores what follows. flashgate sends one, whether the file has one
or not.

## Example

```xml escaped
<cross-domain-policy>\n  <allow-access-from domain="www.example.com" to-ports="9339"/>\n</cross-domain-policy>\0
```

## Write instead

```xml
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="9339"/>
</cross-domain-policy>
```
"#,
    check: BY_PARSER,
};

pub(crate) fn found(at: usize) -> Diagnostic {
    RULE.finding("the file ends in a NUL")
        .at(at..at + 1, "")
        .note("the NUL that ends the reply is added by the server; it is sent once, not twice")
        .help("remove it from the file")
        .fix("remove the NUL", at..at + 1, "")
}
