//! `trusted-domain`: its page and its check.

use alloc::format;
use alloc::string::ToString as _;

use crate::diagnostic::quoted;
use crate::findings::Findings;
use crate::lint::rule::{Group, Rule};
use crate::lint::rules::{loopback_domain, unspecified_address};
use crate::lint::subject::Subject;
use crate::{DomainPattern, Severity};

pub(crate) static RULE: Rule = Rule {
    name: "trusted-domain",
    severity: Severity::Hint,
    group: Group::Url,
    page: r#"## What it finds

A rule that trusts another site. What is faulty, or the user's own machine, is not reported here.

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
        .filter(|attribute| attribute.value.contains('.') && is_somebody_elses(&attribute.value))
    {
        findings.push(
            RULE.finding(format!("{} is trusted here", quoted(&attribute.value)))
                .at(attribute.value_span, "")
                .help("see that the site is yours still, and needs this"),
        );
    }
}

/// Whether another site is named, as far as can be told: what is to be replaced or removed anyway, another finding says.
fn is_somebody_elses(value: &str) -> bool {
    // Silverlight ends an address in a slash.
    let Ok(pattern) = value.trim_end_matches('/').parse::<DomainPattern>() else {
        return false;
    };
    let host = pattern.hosts().to_string();
    !loopback_domain::is_loopback(&host) && !unspecified_address::is_unspecified(&host)
}
