//! `stray-text`: its page and its check.

use alloc::format;

use crate::Severity;
use crate::diagnostic::quoted;
use crate::document::Document;
use crate::findings::Findings;
use crate::lint::rule::{Group, Rule};
use crate::lint::subject::Subject;
use crate::xml::is_placeholder;

pub(crate) static RULE: Rule = Rule {
    name: "stray-text",
    severity: Severity::Warning,
    group: Group::Structure,
    page: r#"## What it finds

Text between the tags.

## Why it matters

A policy consists of elements alone. Text is mostly what is left of a tag that lost its `<`, or of a comment
that lost its `<!--`; or a rule that somebody wrote without tags.

## What Flash does

Text is ignored, as far as is known. No version is known to differ; socket policies exist since 7.0.19.

## Example

```xml
<cross-domain-policy>
  allow-access-from domain="www.example.com" to-ports="9339"/>
  <allow-access-from domain="www.example.com" to-ports="9340"/>
</cross-domain-policy>
```

## Write instead

```xml
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="9339"/>
  <allow-access-from domain="www.example.com" to-ports="9340"/>
</cross-domain-policy>
```
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let texts = subject.document.map_or(&[][..], Document::texts);
    let strays = texts.iter().filter(|text| !is_placeholder(&text.text));
    for text in strays {
        let finding = RULE
            .finding(format!(
                "expected only elements here, found {}",
                quoted(&text.text)
            ))
            .at(text.span, "")
            .note("players ignore text: whatever it was meant for has no effect");
        findings.push(if text.text.contains("allow-access-from") {
            finding.help("put a `<` before it to make it a rule")
        } else {
            finding.help("remove it, or put it between `<!--` and `-->`")
        });
    }
}
