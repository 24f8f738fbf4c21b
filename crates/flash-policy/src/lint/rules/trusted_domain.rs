//! `trusted-domain`: its page and its check.

use alloc::format;

use crate::Severity;
use crate::diagnostic::quoted;
use crate::findings::Findings;
use crate::lint::rule::{Group, Rule};
use crate::lint::subject::Subject;

pub(crate) static RULE: Rule = Rule {
    name: "trusted-domain",
    severity: Severity::Hint,
    group: Group::Url,
    page: r#"## What it finds

A rule that trusts another site.

## Why it matters

Whoever controls that site, or buys its name when it lapses, reads what your users can read here. nmap's
`http-cross-domain-policy` reports every such rule; it is a list to go through from time to time.

## What Flash does

Movies of that site may send requests here with the user's cookies, and read the answers. Policies over HTTP are
older than those over sockets: Adobe dates them to Player 6 in one text and to Player 7 in another.

## Example

```xml as=url
<cross-domain-policy>
  <allow-access-from domain="www.example.com"/>
</cross-domain-policy>
```

## Write instead

```xml as=url
<cross-domain-policy>
  <site-control permitted-cross-domain-policies="none"/>
</cross-domain-policy>
```
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let rules = subject.url_elements("allow-access-from");
    let headers = subject.url_elements("allow-http-request-headers-from");
    let domains = rules
        .chain(headers)
        .filter_map(|element| element.attribute("domain"));
    let silverlight = subject.silverlight_elements("domain");
    let uris = silverlight.filter_map(|element| element.attribute("uri"));
    for attribute in domains
        .chain(uris)
        .filter(|attribute| attribute.value.contains('.'))
    {
        findings.push(
            RULE.finding(format!("{} is trusted here", quoted(&attribute.value)))
                .at(attribute.value_span, "")
                .help("see that the site is yours still, and needs this"),
        );
    }
}
