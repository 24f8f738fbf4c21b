//! Recognizes placeholders: values from templates and examples, and what programs print for a variable without a value.
//!
//! It must never take a possible machine name for a placeholder: `server`, `game-host` and `myserver` are names.

/// What programs print for a variable without a value.
const UNSET: [&str; 8] = [
    "none",
    "null",
    "nil",
    "undefined",
    "nan",
    "(null)",
    "(none)",
    "[object object]",
];

/// Words which say that a value must be filled in.
const TO_FILL_IN: [&str; 8] = ["your", "my", "insert", "enter", "put", "here", "ip", "xxx"];

/// Words for the value to fill in.
const WHAT: [&str; 18] = [
    "server", "domain", "hostname", "host", "name", "address", "addr", "ports", "port", "site",
    "website", "web", "public", "external", "the", "game", "url", "of",
];

/// Words that are placeholders on their own.
const ALONE: [&str; 7] = [
    "domain",
    "hostname",
    "ip",
    "address",
    "port",
    "ports",
    "domainname",
];

/// Whether a value is or contains a placeholder. The special characters appear in no name and no list of ports, and no
/// host is named `__NAME__`.
pub(crate) fn is_in(value: &str) -> bool {
    // A trailing dot does not change the name.
    let name = value.strip_suffix('.').unwrap_or(value);
    let between = |mark: &str| {
        let body = name
            .strip_prefix(mark)
            .and_then(|rest| rest.strip_suffix(mark));
        body.is_some_and(|body| !body.trim_matches(['@', '_']).is_empty())
    };
    let marked = value.contains(['%', '{', '}', '$', '<', '>']) || between("@") || between("__");
    marked || is_unset(name) || is_to_fill_in(name)
}

/// Whether a value is what a program prints for a variable without a value, or contains it as a label.
fn is_unset(value: &str) -> bool {
    let host = without_scheme(value);
    let host = host.strip_prefix("*.").unwrap_or(host);
    let mut labels = host.split('.');
    UNSET.iter().any(|unset| host.eq_ignore_ascii_case(unset))
        || labels.any(|label| label.eq_ignore_ascii_case("undefined"))
}

/// Whether a value consists of words for what to write in its place.
fn is_to_fill_in(value: &str) -> bool {
    let host = without_scheme(value);
    is_address_of_letters(host)
        || ALONE.iter().any(|word| host.eq_ignore_ascii_case(word))
        || is_made_of_words(host)
}

fn without_scheme(value: &str) -> &str {
    value.split_once("://").map_or(value, |(_, host)| host)
}

/// `x.x.x.x`, `192.168.x.x`, `xxx.xxx.xxx.xxx`, `aaa.bbb.ccc.ddd`.
fn is_address_of_letters(host: &str) -> bool {
    let is_number =
        |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_digit());
    let is_x =
        |label: &str| !label.is_empty() && label.bytes().all(|byte| matches!(byte, b'x' | b'X'));
    let fits = host.split('.').all(|label| is_number(label) || is_x(label));
    let four = host.split('.').count() == 4;
    (four && fits && host.split('.').any(is_x)) || host.eq_ignore_ascii_case("aaa.bbb.ccc.ddd")
}

/// Whether a name consists only of these words, and one of them says that it must be filled in. A name with dots counts
/// only if its last word is not a top-level domain.
fn is_made_of_words(host: &str) -> bool {
    // Longer values are not placeholders. The limit also bounds the work.
    if host.len() > 64 {
        return false;
    }
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_dotted = last.len() < host.len();
    if is_dotted
        && !["ip", "address", "here", "host", "hostname", "server"]
            .contains(&last.to_ascii_lowercase().as_str())
    {
        return false;
    }
    let (mut says_so, mut count) = (false, 0);
    for part in host.split(['-', '_', '.', ' ']) {
        let lower = part.to_ascii_lowercase();
        let mut rest = lower.as_str();
        while !rest.is_empty() {
            let fill = TO_FILL_IN.iter().find(|word| rest.starts_with(**word));
            let Some(word) = fill.or_else(|| WHAT.iter().find(|word| rest.starts_with(**word)))
            else {
                return false;
            };
            says_so |= fill.is_some();
            count += 1;
            rest = rest.get(word.len()..).unwrap_or_default();
        }
    }
    let lower = host.to_ascii_lowercase();
    let is_name = lower.starts_with("my") && !lower.contains("ip") && !lower.contains("domain");
    says_so && count > 1 && !is_name
}
