//! The options of the linter.

use alloc::string::String;
use alloc::vec::Vec;

use super::PolicyKind;
use super::serving::{Elsewhere, PolicyReader, Serving};
use crate::document::{LARGEST, LARGEST_LINTED};
use crate::{Port, PortSet};

/// Whether to report hints in addition to warnings and errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Hints {
    /// Report hints, warnings and errors.
    Wanted,
    /// Report only warnings and errors.
    LeftOut,
}

/// The options of the linter.
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
    /// What the kind was detected from, if it was not specified.
    detected: Option<Detected>,
    pub(crate) clients: Vec<PolicyReader>,
    pub(crate) used_ports: Option<PortSet>,
    /// Ports of servers, each with the port that players connect to for it.
    pub(crate) server_ports: Vec<(Port, Port)>,
    pub(crate) hints: Hints,
    pub(crate) limit: usize,
    pub(crate) elsewhere: Elsewhere,
    /// The rules that report nothing.
    allowed: Vec<String>,
}

/// The kind was detected from the content of a file, and from its name if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Detected {
    file_name: Option<String>,
}

impl Options {
    /// A socket policy for Flash Player, with hints.
    ///
    /// ```
    /// use flash_policy::lint::{Options, Serving, lint_with};
    ///
    /// let file = b"<cross-domain-policy/>";
    /// let report = lint_with(file, &Options::new(Serving::from_unknown_port()));
    /// for finding in &report.findings {
    ///     println!("{finding}");
    /// }
    /// assert_eq!(report.findings[0].rule, "no-rules");
    /// ```
    #[must_use]
    pub const fn new(serving: Serving) -> Self {
        Self {
            serving,
            kind: PolicyKind::Socket,
            detected: None,
            clients: Vec::new(),
            used_ports: None,
            server_ports: Vec::new(),
            hints: Hints::Wanted,
            limit: LARGEST_LINTED,
            elsewhere: Elsewhere::Never,
            allowed: Vec::new(),
        }
    }

    /// For a server that serves the file, perhaps from other ports too: no hints, and nothing about a file that is too
    /// large to serve.
    ///
    /// ```
    /// use flash_policy::lint::{LARGEST_LINTED, Options, Serving, lint_with};
    ///
    /// let large = vec![b' '; LARGEST_LINTED - 1];
    /// let report = lint_with(&large, &Options::for_service(Serving::from_unknown_port()));
    /// assert_eq!(report.findings.len(), 1);
    /// assert_eq!(report.findings[0].rule, "file-too-large");
    /// ```
    #[must_use]
    pub const fn for_service(serving: Serving) -> Self {
        let mut options = Self::new(serving);
        options.hints = Hints::LeftOut;
        options.limit = LARGEST;
        options.elsewhere = Elsewhere::Perhaps;
        options
    }

    /// The file is served only from ports for which the same findings apply, so a rule without an effect there has
    /// none at all.
    ///
    /// ```
    /// use flash_policy::Port;
    /// use flash_policy::lint::{Options, Serving, lint_with};
    ///
    /// let file = b"<cross-domain-policy><allow-access-from domain='a.test' to-ports='80'/></cross-domain-policy>";
    /// // On port 5000, the rule has no effect. If the file is also served from port 843, it may be for that port.
    /// let options = Options::for_service(Serving::from_port(Port::new(5000)?));
    /// assert!(!lint_with(file, &options).has_errors());
    /// assert!(lint_with(file, &options.nowhere_else()).has_errors());
    /// # Ok::<(), flash_policy::ports::PortError>(())
    /// ```
    #[must_use]
    pub const fn nowhere_else(mut self) -> Self {
        self.elsewhere = Elsewhere::Never;
        self
    }

    /// Sets the kind of the file.
    ///
    /// ```
    /// use flash_policy::lint::{Options, PolicyKind, Serving, lint_with};
    ///
    /// let file = b"<cross-domain-policy><allow-access-from domain='a.test'/></cross-domain-policy>";
    /// let options = Options::new(Serving::from_unknown_port());
    /// assert_eq!(lint_with(file, &options).findings[0].rule, "missing-to-ports");
    /// assert!(!lint_with(file, &options.kind(PolicyKind::Url)).has_errors());
    /// ```
    #[must_use]
    pub fn kind(mut self, kind: PolicyKind) -> Self {
        self.kind = kind;
        self.detected = None;
        self
    }

    /// Detects the kind from the content and the name of the file, see [`PolicyKind::detect`].
    ///
    /// Fixes don't change the detected kind of the file.
    ///
    /// ```
    /// use flash_policy::lint::{Options, Serving, lint_with};
    ///
    /// let file = b"<cross-domain-policy><allow-access-from domain='a.test'/></cross-domain-policy>";
    /// let options = Options::new(Serving::from_unknown_port());
    /// let options = options.detected_kind(file, Some("crossdomain.xml"));
    /// assert!(!lint_with(file, &options).has_errors()); // only socket policies need `to-ports`
    /// ```
    #[must_use]
    pub fn detected_kind(mut self, bytes: &[u8], file_name: Option<&str>) -> Self {
        self.kind = PolicyKind::detect(bytes, file_name);
        self.detected = Some(Detected {
            file_name: file_name.map(String::from),
        });
        self
    }

    /// Whether these bytes are still of the same kind, if the kind was detected.
    pub(crate) fn keeps_kind(&self, bytes: &[u8]) -> bool {
        let detected = self.detected.as_ref();
        detected.is_none_or(|by| PolicyKind::detect(bytes, by.file_name.as_deref()) == self.kind)
    }

    /// Whether the file is called `crossdomain.xml`, but its content made it a socket policy.
    pub(crate) fn was_taken_for_a_socket_policy_despite_its_name(&self) -> bool {
        self.kind == PolicyKind::Socket && self.is_named_crossdomain_xml()
    }

    /// Whether the file is called `crossdomain.xml`, if the kind was detected.
    pub(crate) fn is_named_crossdomain_xml(&self) -> bool {
        let name = self
            .detected
            .as_ref()
            .and_then(|by| by.file_name.as_deref());
        name.is_some_and(super::kind::is_crossdomain_xml)
    }

    /// Sets the clients that read the policy in addition to Flash Player.
    ///
    /// ```
    /// use flash_policy::lint::{Options, PolicyReader, Serving, lint_with};
    ///
    /// let file = b"<cross-domain-policy><allow-access-from domain='a.test' to-ports='9339'/></cross-domain-policy>";
    /// let options = Options::new(Serving::from_unknown_port()).clients(&[PolicyReader::Unity]);
    /// let report = lint_with(file, &options);
    /// assert!(report.findings.iter().any(|finding| finding.rule == "unity-named-domain"));
    /// ```
    #[must_use]
    pub fn clients(mut self, clients: &[PolicyReader]) -> Self {
        self.clients = clients.to_vec();
        self
    }

    /// Sets the ports that have a listener. Rules that open other ports are then reported.
    ///
    /// ```
    /// use flash_policy::lint::{Options, Serving, lint_with};
    ///
    /// let file = b"<cross-domain-policy><allow-access-from domain='a.test' to-ports='9338'/></cross-domain-policy>";
    /// let options = Options::for_service(Serving::from_unknown_port()).used_ports("843,9339".parse()?);
    /// let report = lint_with(file, &options);
    /// assert_eq!(report.findings[0].message, "nothing listens on 9338");
    /// # Ok::<(), flash_policy::ports::PortSetError>(())
    /// ```
    #[must_use]
    pub fn used_ports(mut self, ports: PortSet) -> Self {
        self.used_ports = Some(ports);
        self
    }

    /// Sets the ports of servers behind other ports, each with the port that players connect to for it. A rule that
    /// opens such a port, which is not among the [used ports](Self::used_ports), is then reported with the port to
    /// write instead.
    ///
    /// ```
    /// use flash_policy::Port;
    /// use flash_policy::lint::{Options, Serving, lint_with};
    ///
    /// // Players connect to port 9339, which forwards to the server on port 5000.
    /// let (server, public) = (Port::new(5000)?, Port::new(9339)?);
    /// let options = Options::for_service(Serving::from_unknown_port())
    ///     .used_ports(public.into())
    ///     .server_ports(vec![(server, public)]);
    /// let file = b"<cross-domain-policy><allow-access-from domain='a.test' to-ports='5000'/></cross-domain-policy>";
    /// assert_eq!(lint_with(file, &options).findings[0].help, ["write `9339`"]);
    /// # Ok::<(), flash_policy::ports::PortError>(())
    /// ```
    #[must_use]
    pub fn server_ports(mut self, ports: Vec<(Port, Port)>) -> Self {
        self.server_ports = ports;
        self
    }

    /// Sets whether to report hints.
    ///
    /// ```
    /// use flash_policy::lint::{Hints, Options, Serving, lint_with};
    ///
    /// let file = b"<cross-domain-policy><allow-access-from domain='a.test' to-ports='80'/></cross-domain-policy>";
    /// let options = Options::new(Serving::from_unknown_port());
    /// assert_eq!(lint_with(file, &options).findings[0].rule, "privileged-ports");
    /// let options = options.hints(Hints::LeftOut);
    /// assert!(lint_with(file, &options).findings.is_empty());
    /// ```
    #[must_use]
    pub const fn hints(mut self, hints: Hints) -> Self {
        self.hints = hints;
        self
    }

    /// Allows what a rule reports: leaves out its findings and doesn't fix them. Other rules are not affected.
    ///
    /// The name is that of a [`LintRule`](super::LintRule); [`rule`](super::rule()) checks it. An unknown name has no
    /// effect.
    ///
    /// ```
    /// use flash_policy::lint::{Options, Serving, lint_with};
    ///
    /// let file = b"<cross-domain-policy><allow-access-from domain='*' to-ports='9339'/></cross-domain-policy>";
    /// let options = Options::new(Serving::from_unknown_port());
    /// assert_eq!(lint_with(file, &options).findings[0].rule, "wildcard-domain");
    ///
    /// let report = lint_with(file, &options.allow("wildcard-domain"));
    /// assert!(report.findings.is_empty());
    /// ```
    #[must_use]
    pub fn allow(mut self, rule: &str) -> Self {
        self.allowed.push(String::from(rule));
        self
    }

    pub(crate) fn allows(&self, rule: &str) -> bool {
        self.allowed.iter().any(|allowed| allowed == rule)
    }

    /// Reports all rules again.
    pub(crate) fn without_allowed(mut self) -> Self {
        self.allowed.clear();
        self
    }

    pub(crate) fn judges_for(&self, client: PolicyReader) -> bool {
        self.clients.contains(&client)
    }
}
