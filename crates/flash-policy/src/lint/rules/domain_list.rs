//! `domain-list`: its page; the parser finds it.

use crate::Severity;
use crate::lint::rule::{BY_PARSER, Group, Rule};

pub(crate) static RULE: Rule = Rule {
    name: "domain-list",
    severity: Severity::Error,
    group: Group::Domains,
    page: r#"## What it finds

Several domains in one attribute.

## Why it matters

The whole list is compared as if it were one name, and matches no movie.

## What Flash does

Adobe's specification takes one domain an element. `to-ports` is a list, which misleads. No version is known to
differ; socket policies, with domains as they are now, exist since 7.0.19.

## Example

```xml
<cross-domain-policy>
  <allow-access-from domain="www.example.com,www.example.org" to-ports="9339"/>
</cross-domain-policy>
```

## Write instead

```xml
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="9339"/>
  <allow-access-from domain="www.example.org" to-ports="9339"/>
</cross-domain-policy>
```
"#,
    check: BY_PARSER,
};
