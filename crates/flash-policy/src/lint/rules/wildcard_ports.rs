//! `wildcard-ports`: its page and its check.

use alloc::vec::Vec;

use crate::lint::options::Elsewhere;
use crate::lint::rule::{Group, Rule};
use crate::lint::subject::Subject;
use crate::{Diagnostic, PortSet, Severity};

pub(crate) static RULE: Rule = Rule {
    name: "wildcard-ports",
    severity: Severity::Warning,
    group: Group::Ports,
    page: r#"## What it finds

A rule for every port.

## Why it matters

It opens everything that listens on this machine to these movies: mail, databases, remote desktop. A movie needs
one port or two.

## What Flash does

`*` means all 65,535 ports; from a policy served from port 1024 up, all from 1024 up.

## Example

```xml
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="*"/>
</cross-domain-policy>
```

## Write instead

```xml
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="9339,9400-9410"/>
</cross-domain-policy>
```
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    let port = subject.options.serving.port();
    // Where several ports serve it, one finding for all of them is enough.
    let high =
        subject.options.elsewhere == Elsewhere::Never && port.is_some_and(|port| !port.is_low());
    let message = if high {
        "`*` opens every port of this machine from 1024 up, databases and remote desktop among them"
    } else {
        "`*` opens every port of this machine, mail and remote desktop among them"
    };
    for (rule, places) in subject.rules() {
        if let (PortSet::All, Some(span)) = (&rule.ports, places.to_ports) {
            findings.push(
                RULE.finding(message)
                    .at(span, "")
                    .help("list the ports that movies connect to, as in `9339,9400-9410`"),
            );
        }
    }
}
