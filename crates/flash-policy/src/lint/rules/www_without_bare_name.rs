//! `www-without-bare-name`: its page and its check.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::Severity;
use crate::diagnostic::quoted;
use crate::findings::Findings;
use crate::lint::coverage;
use crate::lint::rule::{Group, Rule};
use crate::lint::subject::Subject;

pub(crate) static RULE: Rule = Rule {
    name: "www-without-bare-name",
    severity: Severity::Hint,
    group: Group::Domains,
    page: r#"## What it finds

A rule for `www.example.com` and none for `example.com`.

## Why it matters

A user who leaves the `www` out loads the movie from the bare name, and cannot connect. It is the classic "works
here, fails there".

## What Flash does

Names are compared as a whole. `*.example.com` covers the bare name too. Adobe's manuals say so since Flash 8.

## Example

```xml
<cross-domain-policy>
  <allow-access-from domain="www.real-game.net" to-ports="9339"/>
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

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let hosts: Vec<String> = subject
        .rules()
        .map(|(rule, _)| rule.domain.hosts().to_string())
        .collect();
    let known: BTreeSet<&str> = hosts.iter().map(String::as_str).collect();
    for (host, (_, places)) in hosts.iter().zip(subject.rules()) {
        let Some(bare) = host.strip_prefix("www.") else {
            continue;
        };
        let covered = coverage::hosts_over(bare).any(|(other, is_suffix)| {
            if is_suffix {
                known.contains(format!("*.{other}").as_str())
            } else {
                known.contains(other)
            }
        });
        if !covered {
            findings.push(
                RULE.finding(format!(
                    "movies loaded from {} are not admitted",
                    quoted(bare)
                ))
                .at(places.domain, "")
                .note("the player compares names as a whole")
                .help(format!(
                    "write `*.{bare}`, which covers both, if both serve the movie"
                )),
            );
        }
    }
}
