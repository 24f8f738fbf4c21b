//! `domain-with-path`: its page; the parser finds it.

use crate::Severity;
use crate::lint::rule::{BY_PARSER, Group, Rule};

pub(crate) static RULE: Rule = Rule {
    name: "domain-with-path",
    severity: Severity::Error,
    group: Group::Domains,
    page: r#"## What it finds

A domain with a path behind it, mostly a whole URL.

## Why it matters

A rule admits all movies of a host, or none.

## What Flash does

The text as it stands matches no movie. No version is known to differ; socket policies, with domains as they are
now, exist since 7.0.19.

## Example

```xml
<cross-domain-policy>
  <allow-access-from domain="http://www.example.com/game/" to-ports="9339"/>
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
