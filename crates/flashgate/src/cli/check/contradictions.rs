//! Conflicting flags, reported before the check connects to anything.

use super::fault::CheckFault;
use super::{Check, CheckFormat, ClientName, SandboxName};

/// The first major version of Flash Player with `SecureSocket`.
const SECURE_SOCKET: u16 = 11;

impl Check {
    /// The first conflict, if there is one.
    pub(super) fn contradiction(&self) -> Option<CheckFault> {
        if self.nagios && matches!(self.format, CheckFormat::Json) {
            return Some(fault(
                "--nagios conflicts with --format json",
                "remove one of them",
            ));
        }
        self.without_secure_socket()
            .or_else(|| self.without_version())
            .or_else(|| self.without_policy())
            .or_else(|| self.without_page())
            .or_else(|| self.without_sandbox())
    }

    fn without_secure_socket(&self) -> Option<CheckFault> {
        if !self.secure_socket {
            return None;
        }
        match self.client {
            ClientName::Flash if self.version().major() >= SECURE_SOCKET => None,
            ClientName::Flash => Some(fault(
                &format!("Flash Player {} has no `SecureSocket`", self.version()),
                "use `--player 11` or later, or remove --secure-socket",
            )),
            ClientName::Ruffle => Some(fault(
                "Ruffle in a browser has no `SecureSocket`",
                "use a `wss:` URL for TLS, and remove --secure-socket",
            )),
            ClientName::Lightspark | ClientName::Unity | ClientName::Silverlight => Some(fault(
                "only Flash Player and AIR have `SecureSocket`",
                "remove --secure-socket or --client",
            )),
        }
    }

    /// `--player` is only for Flash Player.
    fn without_version(&self) -> Option<CheckFault> {
        (self.player.is_some() && self.client != ClientName::Flash).then(|| {
            fault(
                "--player sets the Flash Player version, but --client is another program",
                "remove one of them",
            )
        })
    }

    /// Flags that don't apply to Ruffle in a browser, which does not ask for policies and has no sandboxes.
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
            &format!("Ruffle in a browser does not ask for policies, so {flag} has no effect"),
            &format!("remove {flag} or --client"),
        ))
    }

    /// `--swf` is only for Ruffle: for Flash Player, a movie's file plays no part.
    fn without_page(&self) -> Option<CheckFault> {
        (self.swf.is_some() && self.client != ClientName::Ruffle).then(|| {
            fault(
                "--swf is only for Ruffle, which loads the movie through the page",
                "add `--client ruffle`; or pass the movie's URL in --from, which decides for other clients",
            )
        })
    }

    fn without_sandbox(&self) -> Option<CheckFault> {
        let is_airs = matches!(self.sandbox, Some(SandboxName::Application));
        (is_airs && matches!(self.client, ClientName::Unity | ClientName::Silverlight)).then(|| {
            fault(
                "only AIR has the sandbox `application`; this client does not",
                "remove --sandbox or --client",
            )
        })
    }
}

fn fault(message: &str, help: &str) -> CheckFault {
    CheckFault::new(message, help)
}
