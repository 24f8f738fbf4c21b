//! `blanks-in-domain`: its page; the parser finds it.

use crate::Severity;
use crate::lint::rule::{BY_PARSER, Group, Rule};

pub(crate) static RULE: Rule = Rule {
    name: "blanks-in-domain",
    severity: Severity::Error,
    group: Group::Domains,
    page: r#"## What it finds

Whitespace before or after a domain.

## Why it matters

No host name contains whitespace, so the text as it stands matches no movie.

## What Flash does

The specification does not mention whitespace here; what players do with them is not known. No version is known to
differ; socket policies, with domains as they are now, exist since 7.0.19.

## Example

```xml
<cross-domain-policy>
  <allow-access-from domain=" www.example.com" to-ports="9339"/>
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
