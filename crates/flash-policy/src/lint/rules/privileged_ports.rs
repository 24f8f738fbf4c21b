//! `privileged-ports`: its page and its check.

use alloc::format;

use crate::Severity;
use crate::findings::Findings;
use crate::lint::rule::{Group, Rule};
use crate::lint::subject::Subject;

pub(crate) static RULE: Rule = Rule {
    name: "privileged-ports",
    severity: Severity::Hint,
    group: Group::Ports,
    page: r#"## What it finds

A grant of ports below 1024.

## Why it matters

That is where a machine's own services listen: remote shells, mail, web, file shares. A movie can speak to them
in the name of whoever watches it.

## What Flash does

Such a grant counts only in a policy served from a port below 1024, such as 843. So it is since 7.0.19, the first
version with socket policies.

## Example

```xml
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="25"/>
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

const SERVICES: [(u16, &str); 14] = [
    (21, "FTP"),
    (22, "SSH"),
    (23, "Telnet"),
    (25, "mail"),
    (53, "DNS"),
    (80, "HTTP"),
    (110, "mail"),
    (139, "file shares"),
    (143, "mail"),
    (389, "LDAP"),
    (443, "HTTPS"),
    (445, "file shares"),
    (465, "mail"),
    (587, "mail"),
];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let serves_high = subject
        .options
        .serving
        .port()
        .is_some_and(|port| !port.is_low());
    for (range, span) in subject.port_ranges() {
        if serves_high || !range.low().is_low() {
            continue;
        }
        let (low, high) = (range.low().get(), range.high().get());
        let mut services = SERVICES
            .iter()
            .filter(|(port, _)| (low..=high).contains(port));
        let finding = RULE
            .finding("this opens ports below 1024, where a machine's own services listen")
            .at(span, "")
            .help("leave them out unless movies connect there");
        findings.push(match services.next() {
            Some((port, name)) => {
                finding.note(format!("among them {port}, which is usually {name}"))
            }
            None => finding,
        });
    }
}
