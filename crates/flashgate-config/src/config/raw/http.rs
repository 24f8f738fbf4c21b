//! Reads `[http]`.

use flash_policy::{Diagnostic, Span};

use super::listener::{Example, addresses, only_known, trusted};
use crate::config::tree::text::TextValue;
use crate::config::tree::{At, Table};
use crate::snapshot::ListenAddress;
use crate::snapshot::{MasterFileKind, Network};

/// `[http]` as written.
#[derive(Debug)]
pub(in crate::config) struct RawHttp {
    pub(in crate::config) header: Span,
    /// Empty if there is no `address`, or if a mistake in it was reported.
    pub(in crate::config) addresses: Vec<At<ListenAddress>>,
    pub(in crate::config) accept_proxy: Vec<Network>,
    /// Each file, with the name of its policy.
    pub(in crate::config) files: Vec<(MasterFileKind, TextValue)>,
}

const FILES: [MasterFileKind; 2] = [
    MasterFileKind::CrossDomain,
    MasterFileKind::ClientAccessPolicy,
];

pub(super) fn http(table: &Table<'_>, found: &mut Vec<Diagnostic>) -> RawHttp {
    let before = found.len();
    only_known(table, found);
    let help = "write `address = \"[::]:80\"`, where browsers ask for these files";
    let addresses = match table.get("address") {
        Some(_) => addresses(table, &Example { help, port: 80 }, found),
        None => Vec::new(),
    };
    let accept_proxy = table.get("accept-proxy");
    let accept_proxy = accept_proxy.map_or_else(Vec::new, |value| trusted(&value, found));
    let named = FILES.into_iter().filter_map(|kind| {
        let value = table.get(kind.key())?;
        let before = found.len();
        let name = value.text(found);
        for finding in found.iter_mut().skip(before) {
            finding.help = vec![format!(
                "name a policy, as in `{} = \"default\"`",
                kind.key()
            )];
        }
        Some((kind, name?))
    });
    let files: Vec<_> = named.collect();
    if files.is_empty() && found.len() == before {
        found.push(without_files(table.span));
    }
    RawHttp {
        header: table.span,
        addresses,
        accept_proxy,
        files,
    }
}

fn without_files(place: Span) -> Diagnostic {
    let message = "`[http]` needs `crossdomain` or `clientaccesspolicy`, found neither";
    Diagnostic::error("missing-key", message)
        .at(place, "")
        .help("name a policy, as in `crossdomain = \"default\"`")
}

impl RawHttp {
    /// Whether it is clear which policies are served as files.
    pub(in crate::config) fn is_clear(&self, exists: impl Fn(&str) -> bool) -> bool {
        let mut names = self.files.iter().map(|(_, name)| name.value.as_str());
        !self.files.is_empty() && names.all(exists)
    }

    /// Whether this policy is served as one of the files.
    pub(in crate::config) fn serves(&self, policy: &str) -> bool {
        self.files.iter().any(|(_, name)| name.value == policy)
    }
}
