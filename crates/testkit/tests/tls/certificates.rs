//! Certificates made on the spot.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, IsCa, Issuer,
    KeyPair, date_time_ymd,
};
use rustls::pki_types::CertificateDer;
use testkit::folder::Folder;
use testkit::needs;

const NOBODY: u32 = 65_534;

/// A certificate, by default one that vouches for itself, and its key.
#[derive(Clone)]
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

/// Somebody who vouches for others.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(super) pem: String,
}

impl Authority {
    /// A root, which vouches for itself.
    pub(super) fn new(name: &str) -> Self {
        let params = Self::params(name);
        let key = KeyPair::generate().expect("a key");
        let pem = params.self_signed(&key).expect("a certificate").pem();
        let issuer = Issuer::new(params, key);
        Self { issuer, pem }
    }

    fn params(name: &str) -> CertificateParams {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
    }

    /// One below this one.
    pub(super) fn authority(&self, name: &str) -> Self {
        self.authority_with(name, |_| {})
    }

    pub(super) fn authority_with(
        &self,
        name: &str,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Self {
        let mut params = Self::params(name);
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let pem = certificate.pem();
        let issuer = Issuer::new(params, key);
        Self { issuer, pem }
    }

    /// A server's, for `one.test`, as public authorities make them: it says where its issuer's can be had.
    pub(super) fn issue(&self, change: impl FnOnce(&mut CertificateParams)) -> Issued {
        let mut params = CertificateParams::new(vec!["one.test".to_owned()]).expect("a name");
        params.distinguished_name = DistinguishedName::new();
        params.custom_extensions = vec![CustomExtension::from_oid_content(
            &[1, 3, 6, 1, 5, 5, 7, 1, 1],
            ISSUER_IS_AT.to_vec(),
        )];
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        Issued {
            der: certificate.der().clone(),
            pem: certificate.pem(),
            key: key.serialize_pem(),
        }
    }
}

/// `id-ad-caIssuers` at `http://a.test` (RFC 5280, section 4.2.2.1).
const ISSUER_IS_AT: &[u8] =
    b"\x30\x1b\x30\x19\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x02\x86\x0dhttp://a.test";

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
