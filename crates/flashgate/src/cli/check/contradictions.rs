//! Flags that no attempt can have together: told before anything is asked.

use flash_policy::PlayerVersion;

use super::{Check, CheckFault, CheckFormat, ClientName, SandboxName};

/// The first with a `SecureSocket`.
const SECURE_SOCKET: PlayerVersion = PlayerVersion::new(11, 0, 0);

impl Check {
    /// The first of them, if there is one.
    pub(super) fn contradiction(&self) -> Option<CheckFault> {
        if self.nagios && matches!(self.format, CheckFormat::Json) {
            return Some(fault(
                "--nagios prints one status line, and --format json a document",
                "leave one of them out",
            ));
        }
        self.without_secure_socket()
            .or_else(|| self.without_version())
            .or_else(|| self.without_policy())
            .or_else(|| self.without_sandbox())
    }

    fn without_secure_socket(&self) -> Option<CheckFault> {
        if !self.secure_socket {
            return None;
        }
        match self.client {
            ClientName::Flash if self.version() >= SECURE_SOCKET => None,
            ClientName::Flash => Some(fault(
                &format!("Flash Player {} has no `SecureSocket`", self.version()),
                "write `--player 11` or a later one, or leave --secure-socket out",
            )),
            ClientName::Ruffle => Some(fault(
                "Ruffle in a browser has no `SecureSocket`",
                "write a `wss:` URL for TLS, and leave --secure-socket out",
            )),
            ClientName::Lightspark | ClientName::Unity | ClientName::Silverlight => Some(fault(
                "only Flash Player and AIR have `SecureSocket`",
                "leave --secure-socket out, or --client",
            )),
        }
    }

    /// The versions are Flash Player's.
    fn without_version(&self) -> Option<CheckFault> {
        (self.player.is_some() && self.client != ClientName::Flash).then(|| {
            fault(
                "--player is a version of Flash Player, and --client is another program",
                "leave one of the two out",
            )
        })
    }

    /// What Ruffle in a browser has no use for: it asks for no policy, and knows no sandboxes.
    fn without_policy(&self) -> Option<CheckFault> {
        if self.client != ClientName::Ruffle {
            return None;
        }
        let flags = [
            ("--load-policy", !self.load_policy.is_empty()),
            ("--master-port", self.master_port.is_some()),
            ("--sandbox", self.sandbox.is_some()),
        ];
        let (flag, _) = flags.into_iter().find(|(_, given)| *given)?;
        Some(fault(
            &format!("Ruffle in a browser asks for no policy, so {flag} changes nothing"),
            &format!("leave {flag} out, or --client"),
        ))
    }

    fn without_sandbox(&self) -> Option<CheckFault> {
        let is_airs = matches!(self.sandbox, Some(SandboxName::Application));
        (is_airs && matches!(self.client, ClientName::Unity | ClientName::Silverlight)).then(|| {
            fault(
                "the sandbox `application` is AIR's own, and this client has none like it",
                "leave --sandbox out, or --client",
            )
        })
    }
}

fn fault(message: &str, help: &str) -> CheckFault {
    CheckFault::new(message, help)
}
