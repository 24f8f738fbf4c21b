//! What the linter is to assume: how the file is served, what kind it is, who reads it.

use alloc::string::String;
use alloc::vec::Vec;

use super::PolicyKind;
use crate::document::{LARGEST, LARGEST_LINTED};
use crate::{Port, PortSet};

/// How a policy reaches the player; some rules depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Serving {
    port: Option<Port>,
}

impl Serving {
    /// From this port, as the player dials it.
    #[must_use]
    pub const fn from_port(port: Port) -> Self {
        Self { port: Some(port) }
    }

    /// From a port that is not known; what depends on it is not judged.
    #[must_use]
    pub const fn from_unknown_port() -> Self {
        Self { port: None }
    }

    /// The port, if it is known.
    #[must_use]
    pub const fn port(self) -> Option<Port> {
        self.port
    }
}

/// A program that reads policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PolicyReader {
    /// Flash Player; it is always judged for.
    Flash,
    /// Unity's web player.
    Unity,
    /// Silverlight and Moonlight.
    Silverlight,
    /// Lightspark.
    Lightspark,
}

/// Whether a file is also served from other ports than the one it is judged for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Elsewhere {
    Never,
    Perhaps,
}

/// Whether hints are wanted, beside warnings and errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hints {
    /// All that there is to say.
    Wanted,
    /// Warnings and errors alone.
    LeftOut,
}

/// What the linter is to assume.
///
/// ```
/// use flash_policy::lint::{Options, PolicyKind, PolicyReader, Serving, lint_with};
/// use flash_policy::Port;
///
/// let options = Options::new(Serving::from_port(Port::MASTER)).clients(&[PolicyReader::Unity]);
/// let file = br#"<cross-domain-policy><allow-access-from domain="a.test" to-ports="9339"/></cross-domain-policy>"#;
/// let report = lint_with(file, &options);
/// assert!(report.findings.iter().any(|finding| finding.rule == "unity-named-domain"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub(crate) serving: Serving,
    pub(crate) kind: PolicyKind,
    /// What told the kind, where it was not named.
    detected: Option<Detected>,
    pub(crate) clients: Vec<PolicyReader>,
    pub(crate) used_ports: Option<PortSet>,
    pub(crate) hints: Hints,
    pub(crate) limit: usize,
    pub(crate) elsewhere: Elsewhere,
}

/// The kind was told by the content of a file, and by its name if it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Detected {
    file_name: Option<String>,
}

impl Options {
    /// A socket policy for Flash Player, served like that; hints are wanted.
    #[must_use]
    pub const fn new(serving: Serving) -> Self {
        Self {
            serving,
            kind: PolicyKind::Socket,
            detected: None,
            clients: Vec::new(),
            used_ports: None,
            hints: Hints::Wanted,
            limit: LARGEST_LINTED,
            elsewhere: Elsewhere::Never,
        }
    }

    /// What is to be said to somebody who serves the file, perhaps from other ports, too: no hints, and nothing about a
    /// file too large to serve.
    #[must_use]
    pub const fn for_service(serving: Serving) -> Self {
        let mut options = Self::new(serving);
        options.hints = Hints::LeftOut;
        options.limit = LARGEST;
        options.elsewhere = Elsewhere::Perhaps;
        options
    }

    /// The file is served from nowhere else, or from such ports only of which the same is to be said: what is dead there
    /// is dead.
    #[must_use]
    pub const fn nowhere_else(mut self) -> Self {
        self.elsewhere = Elsewhere::Never;
        self
    }

    /// Which kind of file it is.
    #[must_use]
    pub fn kind(mut self, kind: PolicyKind) -> Self {
        self.kind = kind;
        self.detected = None;
        self
    }

    /// The kind that content and name of a file tell, see [`PolicyKind::detect`].
    ///
    /// Fixes leave what tells it in place: the mended file is of the same kind.
    #[must_use]
    pub fn detected_kind(mut self, bytes: &[u8], file_name: Option<&str>) -> Self {
        self.kind = PolicyKind::detect(bytes, file_name);
        self.detected = Some(Detected {
            file_name: file_name.map(String::from),
        });
        self
    }

    /// Whether these bytes are of the kind that is assumed, as far as that was told by what a file holds.
    pub(crate) fn keeps_kind(&self, bytes: &[u8]) -> bool {
        let detected = self.detected.as_ref();
        detected.is_none_or(|by| PolicyKind::detect(bytes, by.file_name.as_deref()) == self.kind)
    }

    /// Whether its content outweighed its name, which is that of a web server's file.
    pub(crate) fn was_taken_for_a_socket_policy_despite_its_name(&self) -> bool {
        let name = self
            .detected
            .as_ref()
            .and_then(|by| by.file_name.as_deref());
        self.kind == PolicyKind::Socket && name.is_some_and(super::kind::is_crossdomain_xml)
    }

    /// Who reads it beside Flash Player.
    #[must_use]
    pub fn clients(mut self, clients: &[PolicyReader]) -> Self {
        self.clients = clients.to_vec();
        self
    }

    /// The ports on which something listens; a grant of others is then remarked on.
    #[must_use]
    pub fn used_ports(mut self, ports: PortSet) -> Self {
        self.used_ports = Some(ports);
        self
    }

    /// Whether hints are wanted, beside warnings and errors.
    #[must_use]
    pub const fn hints(mut self, hints: Hints) -> Self {
        self.hints = hints;
        self
    }

    pub(crate) fn judges_for(&self, client: PolicyReader) -> bool {
        self.clients.contains(&client)
    }
}
