//! Certificates made on the spot.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::pki_types::CertificateDer;
use testkit::folder::Folder;
use testkit::needs;

const NOBODY: u32 = 65_534;

/// A certificate that vouches for itself, and its key.
pub(super) struct Issued {
    pub(super) der: CertificateDer<'static>,
    pub(super) pem: String,
    pub(super) key: String,
}

impl Issued {
    /// For these names, and for `127.0.0.1`.
    pub(super) fn to(names: &[&str]) -> Self {
        Self::with(names, |_| {})
    }

    /// Valid in these years only.
    pub(super) fn between(from: i32, until: i32) -> Self {
        Self::with(&["one.test"], |params| {
            params.not_before = date_time_ymd(from, 1, 2);
            params.not_after = date_time_ymd(until, 3, 4);
        })
    }

    fn with(names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> Self {
        let names = names.iter().copied().chain(["127.0.0.1"]);
        let names: Vec<_> = names.map(str::to_owned).collect();
        let mut params = CertificateParams::new(names).expect("names");
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        Self {
            der: certificate.der().clone(),
            pem: certificate.pem(),
            key: key.serialize_pem(),
        }
    }

    /// Writes it to `NAME.pem`, and its key to `NAME.key`, each by renaming a new file over an old one.
    pub(super) fn write(&self, folder: &Folder, name: &str) {
        replace(folder, &format!("{name}.pem"), &self.pem);
        replace(folder, &format!("{name}.key"), &self.key);
    }
}

/// Puts a file that only its owner may read in the place of another. Started as root, the daemon becomes `nobody`, and
/// goes on reading it.
pub(super) fn replace(folder: &Folder, name: &str, content: &str) {
    let new = folder.file("new", content).expect("a file");
    fs::set_permissions(&new, fs::Permissions::from_mode(0o600)).expect("its rights");
    if needs::root().is_none() {
        chown(&new, Some(NOBODY), Some(NOBODY)).expect("its owner");
    }
    fs::rename(&new, folder.path().join(name)).expect("its name");
}
