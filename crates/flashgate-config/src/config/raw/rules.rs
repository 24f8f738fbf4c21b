//! Reads the `rules` of a policy, and suggests how to write rules in another form.

use flash_policy::Diagnostic;

use super::{RawPorts, RawRule};
use crate::config::applies_to::AppliesTo;
use crate::config::tree::text::TextValue;
use crate::config::tree::{At, Table, Value};
use crate::config::{keys, meant};

/// All rules, or nothing if one is not a table: findings about an incomplete policy would be wrong.
pub(super) fn rules(value: &Value<'_>, found: &mut Vec<Diagnostic>) -> Option<Vec<RawRule>> {
    if !value.is_list() {
        let finding = value.wrong_type("a list of rules");
        found.push(finding.help(format!("write `rules = [{}]`", example(value))));
        return None;
    }
    let items = value.items("a list of rules", found);
    let read = |item: &Value<'_>| {
        let table = item.table_like(&keys::RULE, &example(item), found)?;
        Some(rule(&table, found))
    };
    let rules: Vec<_> = items.iter().map(read).collect();
    rules.into_iter().collect()
}

/// A suggestion for a rule in the form of `--allow`, or for a table outside a list.
fn example(value: &Value<'_>) -> String {
    if value.is_table()
        && let Some(written) = value.written().filter(|text| text.starts_with('{'))
    {
        return written.to_owned();
    }
    meant::rule(value.as_str().unwrap_or_default())
}

fn rule(table: &Table<'_>, found: &mut Vec<Diagnostic>) -> RawRule {
    table.only_known(found);
    let domain = table.get("domain");
    if domain.is_none() {
        let help = "write `domain = \"www.example.com\"`, the host that the movie is loaded from";
        found.extend(table.missing("domain", help));
    }
    let secure = table.get("secure").and_then(|value| {
        let span = value.span;
        value.boolean(found).map(|value| At { value, span })
    });
    let applies_to = table.get("applies-to");
    RawRule {
        span: table.span,
        domain: domain.and_then(|value| {
            if value.is_list() {
                let finding = value.wrong_type("a string");
                found.push(finding.help("write a rule for each domain"));
                return None;
            }
            value.text_or_number(found)
        }),
        ports: match table.get("ports") {
            Some(value) => ports(&value, found),
            None if table.may_have("ports") => RawPorts::Faulty,
            None => RawPorts::OfGates,
        },
        secure,
        headers: table
            .get("headers")
            .map_or_else(Vec::new, |value| headers(&value, found)),
        applies_to: applies_to.and_then(|value| applies_to_one(&value, found)),
    }
}

/// One of the two. Without the key, it is both.
fn applies_to_one(value: &Value<'_>, found: &mut Vec<Diagnostic>) -> Option<At<AppliesTo>> {
    if value.is_list() {
        let finding = value.wrong_type("a string");
        found.push(finding.help("remove the key: without it, a rule applies to both"));
        return None;
    }
    value.choice(&keys::APPLIES_TO, found)
}

/// Names of request headers, or patterns.
fn headers(value: &Value<'_>, found: &mut Vec<Diagnostic>) -> Vec<TextValue> {
    let before = found.len();
    let texts = value.strings(found);
    if texts.is_empty() && found.len() == before {
        let message = "expected a request header, found an empty list";
        found.push(
            Diagnostic::error("missing-key", message)
                .at(value.span, "")
                .help("write the headers that the content may send, as in `headers = [\"SOAPAction\"]`, or remove the key"),
        );
    }
    texts
}

/// A string, or the number of one port.
fn ports(value: &Value<'_>, found: &mut Vec<Diagnostic>) -> RawPorts {
    if let Some(joined) = value.joined() {
        let finding = value.wrong_type("a string like `\"9339,9400-9410\"`");
        found.push(finding.help(format!("write `ports = \"{joined}\"`")));
        return RawPorts::Faulty;
    }
    let text = value.text_or_number(found);
    text.map_or(RawPorts::Faulty, RawPorts::Written)
}
