//! `wildcard-top-level-domain`: its page; the parser finds it.

use crate::Severity;
use crate::lint::rule::{BY_PARSER, Group, Rule};

pub(crate) static RULE: Rule = Rule {
    name: "wildcard-top-level-domain",
    severity: Severity::Error,
    group: Group::Domains,
    page: r#"## What it finds

`*.com` and its like: a wildcard before a single label.

## Why it matters

It would admit a large part of the internet, and is outside the format.

## What Flash does

The specification speaks of an explicit second-level domain behind the wildcard. Lightspark honours `*.com`; what
Flash Player does is not known. Adobe's specification, of 2010, names no version for it.

## Example

```xml
<cross-domain-policy>
  <allow-access-from domain="*.com" to-ports="9339"/>
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
