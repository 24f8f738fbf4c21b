//! Master policy files that are served over HTTP: their bytes, and which pages may read them.

use flash_policy::decide::{may_load, may_send};
use flash_policy::silverlight::AccessPolicy;
use flash_policy::{Movie, Policy, Scheme};

/// The master policy files of a listener.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MasterFiles(pub(crate) Vec<MasterFile>);

/// A file at the root of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MasterFile {
    /// Which file it is.
    pub kind: MasterFileKind,
    /// The name of its policy.
    pub policy: String,
    over_http: MasterFileContent,
    over_https: MasterFileContent,
    meta_policy: Option<&'static str>,
    grants: FileGrants,
}

/// What a file means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FileGrants {
    /// It is a Flash policy, or made from the same rules as one.
    Flash(Policy),
    /// It is a Silverlight policy.
    Silverlight(AccessPolicy),
}

/// The two master files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MasterFileKind {
    /// `/crossdomain.xml`, for Flash Player, and for Silverlight if the other file is missing.
    CrossDomain,
    /// `/clientaccesspolicy.xml`, for Silverlight.
    ClientAccessPolicy,
}

/// What is sent over one scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MasterFileContent {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Identifies the bytes, in quotes.
    pub tag: String,
}

/// The pages that may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileReaders {
    /// All pages.
    Everyone,
    /// The page that asks. Another may not.
    ThisPage,
    /// The page that asks may not. Another may.
    NotThisPage,
}

impl MasterFileKind {
    /// Its path.
    pub const fn path(self) -> &'static str {
        match self {
            Self::CrossDomain => "/crossdomain.xml",
            Self::ClientAccessPolicy => "/clientaccesspolicy.xml",
        }
    }

    /// Its key in `[http]`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::CrossDomain => "crossdomain",
            Self::ClientAccessPolicy => "clientaccesspolicy",
        }
    }

    /// Its content type. Flash Player takes a policy file with this one even if the meta-policy is `by-content-type`.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::CrossDomain => "text/x-cross-domain-policy",
            Self::ClientAccessPolicy => "text/xml",
        }
    }
}

impl MasterFiles {
    /// The file at a path.
    pub fn at(&self, path: &str) -> Option<&MasterFile> {
        self.0.iter().find(|file| file.kind.path() == path)
    }

    /// Their paths, for the log.
    pub fn paths(&self) -> String {
        let paths: Vec<_> = self.each().map(|file| file.kind.path()).collect();
        paths.join(",")
    }

    /// The files, in the order of their keys.
    pub fn each(&self) -> impl Iterator<Item = &MasterFile> {
        self.0.iter()
    }
}

impl MasterFile {
    /// A file that is sent like this over each scheme, and means this.
    pub(crate) fn new(
        kind: MasterFileKind,
        policy: String,
        bytes: impl Fn(Scheme) -> Option<Vec<u8>>,
        meta_policy: Option<&'static str>,
        grants: FileGrants,
    ) -> Option<Self> {
        Some(Self {
            kind,
            policy,
            over_http: MasterFileContent::new(bytes(Scheme::Http)?),
            over_https: MasterFileContent::new(bytes(Scheme::Https)?),
            meta_policy,
            grants,
        })
    }

    /// What is sent over a scheme.
    pub const fn over(&self, scheme: Scheme) -> &MasterFileContent {
        match scheme {
            Scheme::Http => &self.over_http,
            Scheme::Https => &self.over_https,
        }
    }

    /// The value of `X-Permitted-Cross-Domain-Policies`, if it is sent. It is what players since Flash Player 10 assume
    /// if the file has no meta-policy.
    pub const fn meta_policy(&self) -> Option<&'static str> {
        match self.kind {
            MasterFileKind::CrossDomain => self.meta_policy,
            MasterFileKind::ClientAccessPolicy => None,
        }
    }

    /// Which pages may read the file that is sent over a scheme, if one with this `Origin` asks. The policy decides as
    /// for content from the page's host.
    pub fn readers(&self, scheme: Scheme, origin: Option<&[u8]>) -> FileReaders {
        // Only a rule for every site allows these.
        if let FileGrants::Flash(policy) = &self.grants
            && may_load(policy, scheme, &Movie::Hostless).is_ok()
        {
            return FileReaders::Everyone;
        }
        let Ok(movie @ Movie::Remote(_)) = Movie::of_page(origin) else {
            return FileReaders::NotThisPage;
        };
        let is_allowed = match &self.grants {
            FileGrants::Flash(policy) => may_load(policy, scheme, &movie).is_ok(),
            FileGrants::Silverlight(policy) => policy.loads(&movie, self.kind.path(), None).is_ok(),
        };
        if is_allowed {
            FileReaders::ThisPage
        } else {
            FileReaders::NotThisPage
        }
    }
}

impl MasterFile {
    /// Those of these request headers that a page of this `Origin` may add when it asks for the file over a scheme. The
    /// policy decides as for content from the page's host.
    pub fn sendable<'a>(
        &self,
        scheme: Scheme,
        origin: Option<&[u8]>,
        headers: impl Iterator<Item = &'a str>,
    ) -> Vec<&'a str> {
        let Ok(movie) = Movie::of_page(origin) else {
            return Vec::new();
        };
        let may_send = |header: &str| match &self.grants {
            FileGrants::Flash(policy) => may_send(policy, scheme, &movie, header).is_ok(),
            FileGrants::Silverlight(policy) => {
                let path = self.kind.path();
                policy.loads(&movie, path, Some(header)).is_ok()
            }
        };
        headers.filter(|header| may_send(header)).collect()
    }
}

impl MasterFileContent {
    fn new(bytes: Vec<u8>) -> Self {
        Self {
            tag: tag(&bytes),
            bytes,
        }
    }
}

/// A strong entity tag: the length and a 64-bit FNV-1a hash, which is the same in every process and version.
fn tag(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("\"{:x}-{hash:016x}\"", bytes.len())
}
