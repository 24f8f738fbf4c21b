//! `low-ports-from-high-port`: its page and its check.

use alloc::format;
use alloc::vec::Vec;

use crate::lint::rule::{Group, Rule};
use crate::lint::subject::Subject;
use crate::{Diagnostic, PortSet, Severity};

pub(crate) static RULE: Rule = Rule {
    name: "low-ports-from-high-port",
    severity: Severity::Warning,
    group: Group::Ports,
    page: r#"## What it finds

A grant of ports below 1024 in a policy that is served from port 1024 or above.

## Why it matters

Whoever may open a high port need not be the machine's owner, so such a policy has no say over low ports. That
part of the grant is dead.

## What Flash does

Since 7.0.19: a policy served from a port of 1024 and above opens ports from 1024 up only.

## Example

```xml port=5000
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="80,5000"/>
</cross-domain-policy>
```

## Write instead

```xml port=5000
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="5000"/>
</cross-domain-policy>
```
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    let Some(port) = subject.options.serving.port().filter(|port| !port.is_low()) else {
        return;
    };
    for (rule, places) in subject.rules() {
        let PortSet::List(ranges) = &rule.ports else {
            continue;
        };
        let Some(span) = places
            .to_ports
            .filter(|_| ranges.iter().any(|range| range.low().is_low()))
        else {
            continue;
        };
        findings.push(
            RULE.finding(format!("served from port {port}, a policy opens no port below 1024"))
                .at(span, "")
                .note("players take such grants from ports below 1024 only, 843 among them")
                .help("serve this policy on port 843, or leave the low ports out, unless players dial this port as a low one"),
        );
    }
}
