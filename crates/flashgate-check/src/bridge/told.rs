//! Why something can't be loaded, as a sentence.

use crate::findings::FindingId;
use crate::judge::judge_tls;
use crate::web::{LoadFault, WebUrl};

/// Why something can't be loaded, as a sentence.
pub(super) fn told(fault: &LoadFault, url: &WebUrl) -> String {
    match fault {
        LoadFault::Tls(fault) => {
            judge_tls(fault, &url.authority(), FindingId::NoTlsOnBridge).message
        }
        LoadFault::Name(_)
        | LoadFault::NoConnection
        | LoadFault::Silence
        | LoadFault::HungUp
        | LoadFault::NotHttp
        | LoadFault::Status(..)
        | LoadFault::Encoded(_)
        | LoadFault::Redirect(_)
        | LoadFault::MixedContent
        | LoadFault::BlockedPort(_)
        | LoadFault::Cors(_) => fault.to_string(),
    }
}
