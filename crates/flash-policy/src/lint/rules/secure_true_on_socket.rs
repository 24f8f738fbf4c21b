//! `secure-true-on-socket`: its page and its check.

use crate::findings::Findings;
use crate::lint::Kind;
use crate::lint::rule::{Group, Rule};
use crate::lint::subject::Subject;
use crate::{Secure, Severity};

pub(crate) static RULE: Rule = Rule {
    name: "secure-true-on-socket",
    severity: Severity::Warning,
    group: Group::Secure,
    page: r#"## What it finds

`secure="true"` in a socket policy.

## Why it matters

It shuts out every movie that was loaded over plain HTTP, and protects nothing: the socket itself is not
encrypted by it.

## What Flash does

It is honoured. Adobe advises against it but for local sockets, and the Debug Player writes a warning into its
policy log, since 9.0.115.

## Example

```xml
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="9339" secure="true"/>
</cross-domain-policy>
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

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if !subject.is(Kind::Socket) {
        return;
    }
    for (rule, places) in subject.rules() {
        if let (Secure::HttpsOnly, Some(span)) = (rule.secure, places.secure) {
            findings.push(
                RULE.finding("only movies loaded over HTTPS may connect")
                    .at(span, "")
                    .note("the socket itself is not encrypted by this; Adobe advises against it but for local sockets")
                    .help("keep it if that is meant; without it, movies loaded over plain HTTP may connect too"),
            );
        }
    }
}
