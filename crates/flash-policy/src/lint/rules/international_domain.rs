//! `international-domain`: its page; the parser finds it.

use crate::Severity;
use crate::lint::rule::{BY_PARSER, Group, Rule};

pub(crate) static RULE: Rule = Rule {
    name: "international-domain",
    severity: Severity::Warning,
    group: Group::Domains,
    page: r#"## What it finds

A domain with letters beyond ASCII.

## Why it matters

Browsers load such a site under its ASCII form, and that is the name that the player compares.

## What Flash does

The player compares ASCII names; the rule as it stands matches no movie. No version is known to differ; socket
policies, with domains as they are now, exist since 7.0.19.

## Example

```xml
<cross-domain-policy>
  <allow-access-from domain="bücher.example" to-ports="9339"/>
</cross-domain-policy>
```

## Write instead

```xml
<cross-domain-policy>
  <allow-access-from domain="xn--bcher-kva.example" to-ports="9339"/>
</cross-domain-policy>
```
"#,
    check: BY_PARSER,
};
