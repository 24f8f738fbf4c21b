//! `site-control-twice`: its page and its words; the parser finds it.

use crate::document::Element;
use crate::lint::rule::{BY_PARSER, Group, Rule};
use crate::{Diagnostic, Severity, Span};

pub(crate) static RULE: Rule = Rule {
    name: "site-control-twice",
    severity: Severity::Error,
    group: Group::MetaPolicy,
    page: r#"## What it finds

A second `<site-control>`.

## Why it matters

Two meta-policies are one too many, and clients disagree on which counts.

## What Flash does

As the specification is quoted, `none` wins. In Lightspark the first one counts, and nothing after the second is read.
Meta-policies for sockets exist since 9.0.115.

## Example

```xml
<cross-domain-policy>
  <site-control permitted-cross-domain-policies="all"/>
  <site-control permitted-cross-domain-policies="master-only"/>
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

pub(crate) fn found(element: &Element, first: Option<Span>) -> Diagnostic {
    let finding = RULE
        .finding("expected one `<site-control>`, found another")
        .at(element.tag, "")
        .note("of several, `none` wins, then the strictest; Lightspark keeps the first, and reads nothing after the second")
        .help("keep one");
    match first {
        Some(first) => finding.also_at(first, "the one that counts so far"),
        None => finding,
    }
}
