//! `unknown-element`: its page and its words; the parser finds it.

use alloc::format;

use crate::document::Element;
use crate::lint::rule::{BY_PARSER, Group, Rule};
use crate::spelling::nearest;
use crate::{Diagnostic, Severity};

pub(crate) static RULE: Rule = Rule {
    name: "unknown-element",
    severity: Severity::Warning,
    group: Group::Structure,
    page: r#"## What it finds

An element that the format does not have, in the policy or inside one of its elements.

## Why it matters

Mostly it is misspelt, and the rule that it was meant to be is not there. A misspelt `<allow-access-from>` is an error.

## What Flash does

What Flash Player does with it is not stated; the clients whose source is public skip it, with everything in it.
No version is known to differ; socket policies exist since 7.0.19.

## Example

```xml
<cross-domain-policy>
  <allow-acces-from domain="www.example.com" to-ports="9339"/>
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

/// A misspelt rule grants nothing, as one without ports does.
pub(crate) fn severity(meant: &str) -> Severity {
    if meant == "allow-access-from" {
        Severity::Error
    } else {
        Severity::Warning
    }
}

/// For an element that is none of these, not even in another case.
pub(crate) fn found(element: &Element, known: &[&str]) -> Diagnostic {
    let meant = nearest(&element.name, known);
    let severity = match meant {
        Some(name) => severity(name),
        None => RULE.severity,
    };
    let message = format!("a policy has no element {}", element.quoted_tag());
    let finding = Diagnostic::new(RULE.name, severity, message)
        .at(element.name_span(), "")
        .note("players ignore it, with everything in it; names are case-sensitive");
    match meant {
        Some(name) => finding.help(format!("did you mean `{name}`?")),
        None => finding.help("remove it"),
    }
}
