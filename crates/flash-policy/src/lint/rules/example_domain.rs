//! `example-domain`: its page and its check.

use alloc::format;
use alloc::string::ToString as _;

use crate::Severity;
use crate::findings::Findings;
use crate::lint::rule::{Group, Rule};
use crate::lint::subject::Subject;

pub(crate) static RULE: Rule = Rule {
    name: "example-domain",
    severity: Severity::Hint,
    group: Group::Domains,
    page: r#"## What it finds

A domain that stands for one's own in documentation: `example.com`, `yourdomain.com`, `your.net`.

## Why it matters

It was mostly left in when the policy was copied, and the domain that was meant is missing. Some of these
domains belong to somebody, who is then let in.

## What Flash does

It matches the movies of that domain, as any other. No version is known to differ; socket policies, with domains
as they are now, exist since 7.0.19.

## Example

```xml
<cross-domain-policy>
  <allow-access-from domain="*.yourdomain.com" to-ports="9339"/>
</cross-domain-policy>
```

## Write instead

```xml
<cross-domain-policy>
  <allow-access-from domain="*.real-game.net" to-ports="9339"/>
</cross-domain-policy>
```
"#,
    check,
};

const EXAMPLES: [&str; 16] = [
    "example.com",
    "example.net",
    "example.org",
    "domain.com",
    "domain.tld",
    "foo.com",
    "foobar.com",
    "mydomain.com",
    "mysite.com",
    "somedomain.com",
    "trusteddomain.com",
    "your.net",
    "yourdomain.com",
    "yourserver.com",
    "yoursite.com",
    "your-domain.com",
];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (rule, places) in subject.rules() {
        let host = rule.domain.hosts().to_string();
        let left = |known: &&str| {
            let head = host.strip_suffix(*known);
            head.is_some_and(|head| head.is_empty() || head.ends_with('.'))
        };
        if let Some(known) = EXAMPLES.iter().find(|known| left(known)) {
            findings.push(
                RULE.finding(format!(
                    "`{known}` is what examples write for one's own domain"
                ))
                .at(places.domain, "")
                .note("was it left in when the policy was copied?")
                .help("write the host that your movies are loaded from"),
            );
        }
    }
}
