//! `missing-domain`: its page and its words; the parser finds it.

use crate::document::Element;
use crate::lint::rule::{BY_PARSER, Group, Rule};
use crate::{Diagnostic, Severity};

pub(crate) static RULE: Rule = Rule {
    name: "missing-domain",
    severity: Severity::Error,
    group: Group::Domains,
    page: r#"## What it finds

A rule without `domain`.

## Why it matters

A rule says which movies may connect, by the host they were loaded from; without it the rule is for nobody.

## What Flash does

The attribute is required, in every version.

## Example

```xml
<cross-domain-policy>
  <allow-access-from to-ports="9339"/>
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

pub(crate) fn found(element: &Element) -> Diagnostic {
    RULE.finding("expected `domain`, found none: the rule grants nothing")
        .at(element.tag, "")
        .help("write `domain=\"www.example.com\"`, the host that the movie is loaded from")
}
