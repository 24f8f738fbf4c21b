//! Addresses of flags and variables that can't be used together.

use std::collections::HashSet;
use std::sync::Arc;

use flashgate_config::config::ConfigFindings;
use flashgate_config::config::backend::PlannedAddresses;
use flashgate_config::config::flags;
use flashgate_config::snapshot::{ListenAddress, Plan};
use flashgate_report::render::PlainError;

use super::gate::GateFlag;
use super::given::GivenValue;
use super::settings::Settings;

/// An address, and what asks for it.
struct FlagAddress {
    address: ListenAddress,
    /// As the user gave it.
    quote: String,
    kind: AskedKind,
    /// The range that it is part of, if any.
    range: Option<Arc<str>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum AskedKind {
    Listen,
    Gate,
    Bridge,
}

/// Every address of flashgate itself.
struct OwnAddresses {
    each: Vec<ListenAddress>,
    planned: PlannedAddresses,
}

impl OwnAddresses {
    fn new(each: Vec<ListenAddress>) -> Self {
        let planned = PlannedAddresses::new(each.iter().copied());
        Self { each, planned }
    }
}

/// The ranges of which a port was reported. What is wrong with every port of a range is reported once.
#[derive(Default)]
struct ReportedRanges(HashSet<Arc<str>>);

impl ReportedRanges {
    fn is_new(&mut self, range: Option<&Arc<str>>) -> bool {
        range.is_none_or(|range| self.0.insert(Arc::clone(range)))
    }
}

/// An error for each address that conflicts with another one, and for each gate that forwards to flashgate itself.
pub(super) fn faults(settings: &Settings) -> ConfigFindings {
    let all = all(settings);
    let mut faults: Vec<_> = Vec::new();
    let mut reported = ReportedRanges::default();
    for (index, asked) in all.iter().enumerate() {
        let (before, _) = all.split_at(index);
        let conflict = conflict(asked, before, &all);
        faults.extend(conflict.filter(|_| reported.is_new(asked.range.as_ref())));
    }
    let own = all.iter().map(|asked| asked.address);
    let admin = settings.admin.iter().map(|it| it.value);
    let own = OwnAddresses::new(own.chain(admin).collect());
    let gates = &settings.pages.gate;
    let mut reported = ReportedRanges::default();
    faults.extend(gates.value.iter().filter_map(|gate| {
        let fault = to_itself(gates, gate, &own)?;
        reported.is_new(gate.range.as_ref()).then_some(fault)
    }));
    let faults: ConfigFindings = faults.into_iter().collect();
    let players = all.iter().map(|asked| (asked.address, asked.quote.clone()));
    let admin = settings.admin.as_ref();
    match admin.and_then(|admin| of_admin(admin, players)) {
        Some(admin) => faults.and(admin),
        None => faults,
    }
}

/// The errors for an admin address that a config file's listeners don't allow.
pub(super) fn beside_config(
    admin: &GivenValue<ListenAddress>,
    plan: &Plan,
) -> Option<ConfigFindings> {
    let addresses = plan.listeners.iter().flat_map(|it| &it.addresses);
    let players = addresses.map(|address| (*address, format!("`{address}` in the config file")));
    let taken = of_admin(admin, players);
    let backends = PlannedAddresses::new([admin.value]);
    let mut gates = plan.gates();
    taken.or_else(|| {
        let gate = gates.find(|gate| backends.holds(&gate.backend).is_some())?;
        let message = format!(
            "the backend of gate `{}` is flashgate itself ({})",
            gate.name,
            admin.quote(admin.value)
        );
        Some(PlainError::new(&message, &[OTHER_ADMIN]).into())
    })
}

const OTHER_ADMIN: &str = "give it its own port";

fn all(settings: &Settings) -> Vec<FlagAddress> {
    let (listen, pages) = (&settings.listen, &settings.pages);
    let asked = |address, quote, kind| FlagAddress {
        address,
        quote,
        kind,
        range: None,
    };
    let listeners = listen.value.iter();
    let listeners = listeners.map(|it| asked(*it, listen.quote(it), AskedKind::Listen));
    let gates = pages.gate.value.iter().map(|it| FlagAddress {
        range: it.range.clone(),
        ..asked(it.listen, pages.gate.quote(it), AskedKind::Gate)
    });
    let bridge = pages.bridge.value.iter();
    let bridge = bridge.map(|it| asked(*it, pages.bridge.quote(it), AskedKind::Bridge));
    listeners.chain(gates).chain(bridge).collect()
}

fn conflict(
    asked: &FlagAddress,
    before: &[FlagAddress],
    all: &[FlagAddress],
) -> Option<PlainError> {
    let (address, quote) = (asked.address, &asked.quote);
    if address.port() == 0 {
        return None;
    }
    if let Some(first) = before.iter().find(|other| other.address == address) {
        return Some(twice(asked, first));
    }
    let is_listen = |other: &&FlagAddress| other.kind == AskedKind::Listen;
    let mut wide = all.iter().filter(is_listen);
    let wide = wide.find(|other| is_listen(&asked) && other.address.covers(address))?;
    let wide = &wide.quote;
    Some(PlainError::new(
        &format!("{quote} conflicts with {wide}, which covers it"),
        &["remove one of them"],
    ))
}

fn twice(asked: &FlagAddress, first: &FlagAddress) -> PlainError {
    let (address, quote, other) = (asked.address, &asked.quote, &first.quote);
    if asked.kind == AskedKind::Listen {
        let message = format!("{quote} is given twice");
        return PlainError::new(&message, &["remove one of them"]);
    }
    let help = match (asked.kind, first.kind) {
        (AskedKind::Gate, AskedKind::Listen) => {
            "a gate also answers policy requests: remove the other one"
        }
        (AskedKind::Bridge, _) => "give the bridge its own address or port",
        _ => "give each gate its own address or port",
    };
    let message = format!("{quote} can't listen on {address}: {other} already uses it");
    PlainError::new(&message, &[help])
}

fn to_itself(
    given: &GivenValue<Vec<GateFlag>>,
    gate: &GateFlag,
    own: &OwnAddresses,
) -> Option<PlainError> {
    let ours = own.each.get(own.planned.holds(&gate.backend)?)?;
    let message = format!(
        "the backend of {} is flashgate itself (it listens on {ours})",
        given.quote(gate)
    );
    let help = "move the server to another port or address, and use that as the backend";
    Some(PlainError::new(&message, &[help]))
}

/// The error for an admin address that others can reach, or that is for players.
fn of_admin(
    admin: &GivenValue<ListenAddress>,
    players: impl IntoIterator<Item = (ListenAddress, String)>,
) -> Option<ConfigFindings> {
    let address = admin.value;
    let public = flags::public_admin(address, &admin.text());
    public.or_else(|| {
        let overlaps = |(other, _): &(ListenAddress, String)| {
            let same = *other == address && address.port() != 0;
            same || other.covers(address) || address.covers(*other)
        };
        let (_, other) = players.into_iter().find(overlaps)?;
        let quote = admin.quote(address);
        let message = format!("{quote} can't listen on {address}: {other} is for players");
        Some(PlainError::new(&message, &[OTHER_ADMIN]).into())
    })
}
