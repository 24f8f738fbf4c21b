//! `bad-to-ports`: its page; the parser finds it.

use crate::Severity;
use crate::lint::rule::{BY_PARSER, Group, Rule};

pub(crate) static RULE: Rule = Rule {
    name: "bad-to-ports",
    severity: Severity::Error,
    group: Group::Ports,
    page: r#"## What it finds

Something in `to-ports` that is no port and no range: a word, a surplus comma, a semicolon.

## Why it matters

The rule grants nothing, its good ports included.

## What Flash does

The grammar is `*`, or ports and `low-high` ranges with commas between them. What players make of other texts is
not stated. No version is known to differ; socket policies, and with them `to-ports`, exist since 7.0.19.

## Example

```xml
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="9339;9340"/>
</cross-domain-policy>
```

## Write instead

```xml
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="9339,9340"/>
</cross-domain-policy>
```
"#,
    check: BY_PARSER,
};
