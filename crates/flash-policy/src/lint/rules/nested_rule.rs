//! `nested-rule`: its page and its words; the parser finds it.

use crate::document::Element;
use crate::lint::rule::{BY_PARSER, Group, Rule};
use crate::{Diagnostic, Severity};

pub(crate) static RULE: Rule = Rule {
    name: "nested-rule",
    severity: Severity::Error,
    group: Group::Structure,
    page: r#"## What it finds

A rule inside another element than the root.

## Why it matters

It grants nothing there. Mostly the element before it was not closed where it should have been.

## What Flash does

Rules stand directly in `<cross-domain-policy>`; deeper ones have no effect in the clients whose source is
public.

## Example

```xml
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="9339">
    <allow-access-from domain="www.example.org" to-ports="9339"/>
  </allow-access-from>
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

pub(crate) fn found(element: &Element) -> Diagnostic {
    RULE.finding(
        "expected the rule directly in `<cross-domain-policy>`, found it in another element",
    )
    .at(element.tag, "")
    .note("the rule grants nothing in the player")
    .help("move it out of the element around it; check that every element before it is closed")
}
