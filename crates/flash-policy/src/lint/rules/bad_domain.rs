//! `bad-domain`: its page; the parser finds it.

use crate::Severity;
use crate::lint::rule::{BY_PARSER, Group, Rule};

pub(crate) static RULE: Rule = Rule {
    name: "bad-domain",
    severity: Severity::Error,
    group: Group::Domains,
    page: r#"## What it finds

A domain that is no host name and no address.

## Why it matters

No movie can have been loaded from there, so the rule is for nobody.

## What Flash does

The player compares names letter by letter, without case, and looks nothing up. No version is known to differ;
socket policies, with domains as they are now, exist since 7.0.19.

## Example

```xml
<cross-domain-policy>
  <allow-access-from domain="www..example.com" to-ports="9339"/>
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
