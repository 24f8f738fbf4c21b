//! `empty-domain`: its page; the parser finds it.

use crate::Severity;
use crate::lint::rule::{BY_PARSER, Group, Rule};

pub(crate) static RULE: Rule = Rule {
    name: "empty-domain",
    severity: Severity::Error,
    group: Group::Domains,
    page: r#"## What it finds

A `domain` with nothing in it.

## Why it matters

It matches no movie.

## What Flash does

The value is a host name, an address, `*.` and a name, or `*`. No version is known to differ; socket policies,
with domains as they are now, exist since 7.0.19.

## Example

```xml
<cross-domain-policy>
  <allow-access-from domain="" to-ports="9339"/>
</cross-domain-policy>
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
