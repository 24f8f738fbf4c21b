//! `domain-with-scheme`: its page; the parser finds it.

use crate::Severity;
use crate::lint::rule::{BY_PARSER, Group, Rule};

pub(crate) static RULE: Rule = Rule {
    name: "domain-with-scheme",
    severity: Severity::Error,
    group: Group::Domains,
    page: r#"## What it finds

A domain with a scheme other than `http://` and `https://`, without the slashes, or with nothing but `*` behind
them.

## Why it matters

The domain is where the movie was loaded from, and that is a web server.

## What Flash does

The specification has `http://*.example.com`, which narrows a name to movies loaded that way; nothing else.
Adobe's specification, of 2010, names no version for it.

## Example

```xml
<cross-domain-policy>
  <allow-access-from domain="xmlsocket://www.example.com" to-ports="9339"/>
</cross-domain-policy>
```

## Write instead

```xml
<cross-domain-policy>
  <allow-access-from domain="www.example.com" to-ports="9339"/>
</cross-domain-policy>
```
"#,
    check: BY_PARSER,
};
