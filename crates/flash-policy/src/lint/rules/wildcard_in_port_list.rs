//! `wildcard-in-port-list`: its page; the parser finds it.

use crate::Severity;
use crate::lint::rule::{BY_PARSER, Group, Rule};

pub(crate) static RULE: Rule = Rule {
    name: "wildcard-in-port-list",
    severity: Severity::Error,
    group: Group::Ports,
    page: r#"## What it finds

A `*` beside other ports.

## Why it matters

It is outside the format: some clients take it for all ports, others for none.

## What Flash does

`*` stands alone. What Flash Player makes of `*,80` is not known; Lightspark takes it for all. No version is known
to differ; socket policies, and with them `to-ports`, exist since 7.0.19.

## Example

```xml
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="*,80"/>
</cross-domain-policy>
```

## Write instead

```xml
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="80,9339"/>
</cross-domain-policy>
```
"#,
    check: BY_PARSER,
};
