//! `empty-to-ports`: its page; the parser finds it.

use crate::Severity;
use crate::lint::rule::{BY_PARSER, Group, Rule};

pub(crate) static RULE: Rule = Rule {
    name: "empty-to-ports",
    severity: Severity::Error,
    group: Group::Ports,
    page: r#"## What it finds

A `to-ports` with nothing in it.

## Why it matters

The rule grants nothing.

## What Flash does

The value is `*`, or a list of ports and ranges. No version is known to differ; socket policies, and with them
`to-ports`, exist since 7.0.19.

## Example

```xml
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports=""/>
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
