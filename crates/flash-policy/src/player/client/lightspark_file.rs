//! How Lightspark reads a policy file and matches a rule, faults included.
//!
//! Read in its source (`src/parsing/crossdomainpolicy.cpp`, `src/backends/security.cpp`). This is no reader for anybody
//! else: ranges count as their lower end, and one odd element makes the whole file invalid.

use alloc::string::String;
use alloc::vec::Vec;

use crate::decide::{Place, Reason, Sandbox};
use crate::document::{self, Document, Element};
use crate::origin::Scheme;
use crate::player::RuleAt;
use crate::{Port, Span};

/// A policy file, as Lightspark has it.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) meta: Meta,
    rules: Vec<Rule>,
}

/// What a master allows besides itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meta {
    All,
    /// `by-content-type`, `by-ftp-filename`: what the movie loaded, but not the destination port.
    Loaded,
    MasterOnly,
    None,
}

#[derive(Clone, Debug)]
struct Rule {
    tag: Span,
    domain: String,
    ports: Ports,
    https_only: bool,
}

#[derive(Clone, Debug)]
enum Ports {
    All,
    These(Vec<u32>),
}

impl Meta {
    /// The reason that it is where nothing grants.
    pub(super) const fn refusal(self) -> Option<Reason> {
        match self {
            Self::All => None,
            Self::Loaded | Self::MasterOnly => Some(Reason::MetaPolicyMasterOnly),
            Self::None => Some(Reason::MetaPolicyNone),
        }
    }
}

impl File {
    /// The rule that grants, or the reason why none does, with the rule that came near.
    pub(super) fn grants(
        &self,
        sandbox: &Sandbox,
        port: Port,
    ) -> Result<RuleAt, (Reason, Option<RuleAt>)> {
        let (host, https) = match sandbox {
            Sandbox::Remote(origin) => (
                alloc::format!("{}", origin.host),
                origin.scheme == Scheme::Https,
            ),
            Sandbox::LocalWithNetwork
            | Sandbox::LocalWithFile
            | Sandbox::LocalTrusted
            | Sandbox::Application => (String::new(), false),
        };
        let mut refusal = (Reason::NoRuleMatches, None);
        for (index, rule) in self.rules.iter().enumerate() {
            let at = RuleAt {
                index,
                tag: rule.tag,
            };
            if matches_domain(&rule.domain, &host) && rule.ports.contain(port) {
                if https || !rule.https_only {
                    return Ok(at);
                }
                refusal = (Reason::SecureOnly, Some(at));
            }
        }
        Err(refusal)
    }
}

impl Ports {
    fn contain(&self, port: Port) -> bool {
        match self {
            Self::All => true,
            Self::These(ports) => ports.contains(&u32::from(port.get())),
        }
    }
}

fn matches_domain(pattern: &str, host: &str) -> bool {
    let Some(suffix) = pattern.strip_prefix('*') else {
        return pattern == host;
    };
    suffix.is_empty()
        || (suffix.starts_with('.') && (host.ends_with(suffix) || suffix.get(1..) == Some(host)))
}

/// Reads an answer from there; `None` where Lightspark takes it for no policy.
pub(super) fn read(bytes: &[u8], from: Place) -> Option<File> {
    let (last, head) = bytes.split_last()?;
    // The last byte goes, whatever it is. Its XML parser does without the last `>`, and ours would not.
    let body = match last {
        0 | b'\n' => head,
        b'>' => bytes,
        _ => return None,
    };
    let document = tolerantly(body)?;
    if document.root()?.name != "cross-domain-policy" {
        return None;
    }
    let mut meta = None;
    let mut rules = Vec::new();
    let children = document.elements().iter().skip(1);
    for element in children.filter(|element| element.depth == 1) {
        match element.name.as_str() {
            "site-control" if from == Place::Master && meta.is_none() => {
                meta = Some(site_control(element)?);
            }
            "site-control" | "allow-http-request-headers-from" => return None,
            "allow-access-from" => rules.push(rule(element)?),
            _ => {}
        }
    }
    Some(File {
        meta: meta.unwrap_or(Meta::All),
        rules,
    })
}

/// Its XML parser's errors are ignored: an answer that was cut after a tag counts as far as it goes.
fn tolerantly(body: &[u8]) -> Option<Document> {
    let whole = document::read(body).0;
    whole.or_else(|| document::read(&[body, b"</cross-domain-policy>"].concat()).0)
}

fn site_control(element: &Element) -> Option<Meta> {
    let [attribute] = element.attributes.as_slice() else {
        return None;
    };
    if attribute.name != "permitted-cross-domain-policies" || attribute.value.is_empty() {
        return None;
    }
    Some(match attribute.value.as_str() {
        "all" => Meta::All,
        "by-content-type" | "by-ftp-filename" => Meta::Loaded,
        "master-only" => Meta::MasterOnly,
        _ => Meta::None,
    })
}

fn rule(element: &Element) -> Option<Rule> {
    let value = |name| {
        let attribute = element.attribute(name)?;
        Some(attribute.value.as_str()).filter(|value| !value.is_empty())
    };
    if element.attributes.len() > 3 {
        return None;
    }
    Some(Rule {
        tag: element.tag,
        domain: value("domain")?.to_ascii_lowercase(),
        ports: ports(value("to-ports")?),
        https_only: value("secure") == Some("true"),
    })
}

/// The search for a dash begins at the next comma, and where it finds one, the number before that dash's own item is
/// taken: in effect every range is its lower end.
fn ports(text: &str) -> Ports {
    let mut ports = Vec::new();
    let mut rest = text;
    loop {
        let (item, next) = match rest.split_once(',') {
            Some((item, next)) => (item, Some(next)),
            None => (rest, None),
        };
        // A dash further on makes `*` one of several characters that are no number.
        let whole = next.is_none_or(|next| !next.contains('-'));
        if item == "*" && whole {
            return Ports::All;
        }
        ports.push(leading_number(item));
        match next {
            Some(next) => rest = next,
            None => return Ports::These(ports),
        }
    }
}

/// C's `atoi`, kept to the 16 bits of a port; 0 is no port.
fn leading_number(text: &str) -> u32 {
    let text = text.trim_start_matches(char::is_whitespace);
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .map_or(text, |end| text.split_at(end).0);
    digits.parse().map_or(0, |number: u32| number & 0xFFFF)
}

#[cfg(test)]
mod tests {
    use super::{leading_number, matches_domain, ports, read};
    use crate::Port;
    use crate::decide::Place;

    #[test]
    fn ranges_are_their_lower_end() {
        let contain = |text, port| ports(text).contain(Port::new(port).unwrap());
        assert!(contain("1024-65535", 1024) && !contain("1024-65535", 5000));
        assert!(contain("80,90-95,*", 5000) && contain("80,90-95", 90) && !contain("80,90-95", 91));
        assert!(contain("*", 1) && contain("*,80", 1) && !contain("*,80-90", 1));
        assert_eq!((leading_number(" 70000"), leading_number("x")), (4464, 0));
    }

    #[test]
    fn domains_and_files() {
        assert!(matches_domain("*.com", "a.com") && matches_domain("*.a.test", "a.test"));
        assert!(!matches_domain("*a.test", "a.test") && !matches_domain("http://a.test", "a.test"));
        let file = |text: &str, from| read(text.as_bytes(), from).is_some();
        let rule = "<allow-access-from domain='*' to-ports='*'/>";
        let policy = alloc::format!("<cross-domain-policy>{rule}");
        assert!(file(&policy, Place::Destination), "cut after a tag");
        assert!(
            !file(&policy[..policy.len() - 1], Place::Destination),
            "cut within a tag"
        );
        let control = "<site-control permitted-cross-domain-policies='all'/>";
        let policy = alloc::format!("<cross-domain-policy>{control}{rule}</cross-domain-policy>\0");
        assert!(file(&policy, Place::Master) && !file(&policy, Place::Destination));
    }
}
