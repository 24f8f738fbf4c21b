//! `lightspark-refused-file`: its page and its check.

use alloc::vec::Vec;

use crate::document::Element;
use crate::lint::rule::{Group, Rule};
use crate::lint::subject::Subject;
use crate::lint::{Client, Kind};
use crate::parse::SITE_CONTROL;
use crate::{Diagnostic, Severity};

pub(crate) static RULE: Rule = Rule {
    name: "lightspark-refused-file",
    severity: Severity::Warning,
    group: Group::Clients,
    page: r#"## What it finds

Something for which Lightspark refuses the whole file, where it is to be served (`--client lightspark`): a rule
with more than three attributes, or without a domain or ports; a `<site-control>` with another attribute than its
own; a header rule.

## Why it matters

What other clients skip costs every rule of the file there.

## What Flash does

Flash Player ignores what it does not know, as far as is known. No version is known to do otherwise.

## Example

```xml client=lightspark
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="9339" secure="false" id="game"/>
</cross-domain-policy>
```

## Write instead

```xml client=lightspark
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="9339" secure="false"/>
</cross-domain-policy>
```
"#,
    check,
};

/// As Lightspark's `crossdomainpolicy.cpp` does; an attribute without a value counts as missing there.
fn is_refused(element: &Element) -> bool {
    let count = element.attributes.len();
    let lacks = |name| {
        let attribute = element.attribute(name);
        attribute.is_none_or(|attribute| attribute.value.is_empty())
    };
    match element.name.as_str() {
        "site-control" => count != 1 || lacks(SITE_CONTROL),
        "allow-access-from" => count > 3 || lacks("domain") || lacks("to-ports"),
        "allow-http-request-headers-from" => true,
        _ => false,
    }
}

fn check(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    if !subject.options.judges_for(Client::Lightspark) || !subject.is(Kind::Socket) {
        return;
    }
    for element in subject
        .elements()
        .iter()
        .filter(|element| element.depth == 1)
    {
        if is_refused(element) {
            findings.push(
                RULE.finding("Lightspark refuses the whole file for this element")
                    .at(element.tag, "")
                    .note("a rule has `domain`, `to-ports` and at most `secure` there; header rules are not taken at all")
                    .help("remove what is too much, or add what is missing"),
            );
        }
    }
}
