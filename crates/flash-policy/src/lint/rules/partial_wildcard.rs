//! `partial-wildcard`: its page; the parser finds it.

use crate::Severity;
use crate::lint::rule::{BY_PARSER, Group, Rule};

pub(crate) static RULE: Rule = Rule {
    name: "partial-wildcard",
    severity: Severity::Error,
    group: Group::Domains,
    page: r#"## What it finds

A `*` that is neither alone nor the whole first label.

## Why it matters

`*example.com`, `www.*.com` and `www.example.*` look as if they worked; they match no movie.

## What Flash does

There are two wildcards: `*` alone, and `*.` before a name, which stands for the name itself and everything below
it. Adobe's manuals say so since Flash 8.

## Example

```xml
<cross-domain-policy>
  <allow-access-from domain="*example.com" to-ports="9339"/>
</cross-domain-policy>
```

## Write instead

```xml
<cross-domain-policy>
  <allow-access-from domain="*.example.com" to-ports="9339"/>
</cross-domain-policy>
```
"#,
    check: BY_PARSER,
};
