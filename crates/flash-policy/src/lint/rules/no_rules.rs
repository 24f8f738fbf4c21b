//! `no-rules`: its page and its check.

use alloc::vec::Vec;

use crate::diagnostic::any_error;
use crate::lint::Kind;
use crate::lint::rule::{Group, Rule};
use crate::lint::subject::Subject;
use crate::{Diagnostic, Severity};

pub(crate) static RULE: Rule = Rule {
    name: "no-rules",
    severity: Severity::Warning,
    group: Group::Structure,
    page: r#"## What it finds

A policy in which no rule takes effect.

## Why it matters

It grants nothing, to nobody. That may be meant: a master policy whose meta-policy is `all` leaves everything to
other ports.

## What Flash does

A policy without rules is valid. On port 843 it still counts as the master policy, with the meta-policy `all` if
it names none.

## Example

```xml
<cross-domain-policy/>
```

## Write instead

```xml
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="9339"/>
</cross-domain-policy>
```
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    let empty = subject.policy.is_some_and(|policy| policy.rules.is_empty());
    if !empty || any_error(subject.found) {
        return;
    }
    let help = if subject.is(Kind::Url) {
        "add a rule: `<allow-access-from domain=\"www.example.com\"/>`"
    } else {
        "add a rule: `<allow-access-from domain=\"www.example.com\" to-ports=\"9339\"/>`"
    };
    let finding = RULE
        .finding("no rule of this policy takes effect: it grants nothing, to nobody")
        .help(help);
    findings.push(match subject.places.root {
        Some(root) => finding.at(root, ""),
        None => finding,
    });
}
