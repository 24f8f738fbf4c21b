//! Flags that no attempt can have together: told before anything is asked.

use flash_policy::PlayerVersion;

use super::{Check, Client, Fault, Format, SandboxName};

/// The first with a `SecureSocket`.
const SECURE_SOCKET: PlayerVersion = PlayerVersion::new(11, 0, 0);

impl Check {
    /// The first of them, if there is one.
    pub(super) fn contradiction(&self) -> Option<Fault> {
        if self.nagios && matches!(self.format, Format::Json) {
            return Some(fault(
                "--nagios prints one status line, and --format json a document",
                "leave one of them out",
            ));
        }
        self.without_secure_socket()
            .or_else(|| self.without_sandbox())
    }

    fn without_secure_socket(&self) -> Option<Fault> {
        if !self.secure_socket {
            return None;
        }
        match self.client {
            Client::Flash if self.player >= SECURE_SOCKET => None,
            Client::Flash => Some(fault(
                &format!("Flash Player {} has no `SecureSocket`", self.player),
                "write `--player 11` or a later one, or leave --secure-socket out",
            )),
            Client::Ruffle => Some(fault(
                "Ruffle in a browser has no `SecureSocket`",
                "write a `wss:` URL for TLS, and leave --secure-socket out",
            )),
            Client::Lightspark | Client::Unity | Client::Silverlight => Some(fault(
                "only Flash Player and AIR have `SecureSocket`",
                "leave --secure-socket out, or --client",
            )),
        }
    }

    fn without_sandbox(&self) -> Option<Fault> {
        let is_airs = matches!(self.sandbox, SandboxName::Application);
        (is_airs && matches!(self.client, Client::Unity | Client::Silverlight)).then(|| {
            fault(
                "the sandbox `application` is AIR's own, and this client has none like it",
                "leave --sandbox out, or --client",
            )
        })
    }
}

fn fault(message: &str, help: &str) -> Fault {
    Fault {
        message: message.to_owned(),
        help: help.to_owned(),
    }
}
