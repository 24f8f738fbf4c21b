//! `wildcard-domain`: its page and its check.

use alloc::format;

use crate::Severity;
use crate::diagnostic::quoted;
use crate::findings::Findings;
use crate::lint::rule::{Group, Rule};
use crate::lint::subject::Subject;

pub(crate) static RULE: Rule = Rule {
    name: "wildcard-domain",
    severity: Severity::Warning,
    group: Group::Domains,
    page: r#"## What it finds

A rule for `*`: movies from every site.

## Why it matters

Any page that a player's user visits may then open connections to these ports, from the user's machine and with
the user's address. That is how internal services are reached from outside. All scanners for web servers flag
it: nmap's `http-cross-domain-policy`, ZAP's rule 20016, Nikto, and OWASP's WSTG-CONF-08.

## What Flash does

`*` matches every host and every address. It is also the only domain that admits movies that were loaded from a
local file. The first is in Adobe's manuals since Flash MX 2004.

## Example

```xml
<cross-domain-policy>
  <allow-access-from domain="*" to-ports="9339"/>
</cross-domain-policy>
```

## Write instead

```xml
<cross-domain-policy>
  <allow-access-from domain="*.example.com" to-ports="9339"/>
</cross-domain-policy>
```
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (rule, places) in subject.rules() {
        if rule.domain.is_any() {
            findings.push(
                RULE.finding("`*` admits movies from every site, and local ones")
                    .at(places.domain, "")
                    .note("any page that a player's user visits may then talk to these ports with the user's address")
                    .help("name the hosts that your movies are loaded from, as in `*.example.com`"),
            );
        }
    }
    let url_rules = subject.url_elements("allow-http-request-headers-from");
    let headers = url_rules.filter_map(|element| element.attribute("domain"));
    let silverlight = subject.silverlight_elements("domain");
    let uris = silverlight.filter_map(|element| element.attribute("uri"));
    for attribute in headers
        .chain(uris)
        .filter(|attribute| is_everyone(&attribute.value))
    {
        findings.push(
            RULE.finding(format!("{} admits every site", quoted(&attribute.value)))
                .at(attribute.value_span, "")
                .note("any page that somebody visits may then use what this grants, in that person's name")
                .help("name the hosts that your content is loaded from"),
        );
    }
}

/// What scanners take for a wildcard, too.
fn is_everyone(value: &str) -> bool {
    matches!(
        value,
        "*" | "http://" | "https://" | "http://*" | "https://*"
    )
}
