//! `site-control-off-master`: its page and its check.

use alloc::format;

use crate::findings::Findings;
use crate::lint::Kind;
use crate::lint::rule::{Group, Rule};
use crate::lint::subject::Subject;
use crate::{Port, Severity};

pub(crate) static RULE: Rule = Rule {
    name: "site-control-off-master",
    severity: Severity::Warning,
    group: Group::MetaPolicy,
    page: r#"## What it finds

A `<site-control>` in a policy that is not served from port 843.

## Why it matters

It has no effect where it is, and to Lightspark the whole file is void.

## What Flash does

Meta-policies count in the master policy, the one on port 843, since 9.0.115. Elsewhere the element is ignored.

## Example

```xml port=9339
<cross-domain-policy>
  <site-control permitted-cross-domain-policies="master-only"/>
  <allow-access-from domain="www.example.com" to-ports="9339"/>
</cross-domain-policy>
```

## Write instead

```xml port=9339
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="9339"/>
</cross-domain-policy>
```
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let port = subject
        .options
        .serving
        .port()
        .filter(|port| *port != Port::MASTER);
    let (Some(port), Some(span)) = (port, subject.places.site_control) else {
        return;
    };
    if subject.is(Kind::Url) {
        return;
    }
    findings.push(
        RULE.finding(format!(
            "a meta-policy counts on port 843 only, and this is port {port}"
        ))
        .at(span, "")
        .note("Flash Player ignores it here; to Lightspark the whole file is void")
        .help("remove the element from what is served on this port, unless players dial it as 843"),
    );
}
