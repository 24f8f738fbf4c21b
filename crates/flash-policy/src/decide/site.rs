//! The meta-policy of a web server: in its `/crossdomain.xml`, and in the header of the responses.

use super::header::SITE_ROOT;
use crate::decide::{Known, Location, Place, PolicyAnswer, Request};
use crate::{Policy, Port, SiteControl};

/// Where a place is on the target's host.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Address<'a> {
    Socket(Port),
    /// A path on HTTP port 80.
    Http(&'a str),
}

/// What the target's web server said so far.
#[derive(Clone, Copy)]
pub(super) struct SiteAnswers<'a> {
    pub(super) request: &'a Request,
    pub(super) known: &'a Known,
}

impl SiteAnswers<'_> {
    /// The place for which the site's `/crossdomain.xml` was asked.
    pub(super) fn root(&self) -> Option<Place> {
        let (request, known) = (self.request, self.known);
        let is_root = |location: &Location| {
            let is_file = matches!(location, Location::Http { path, .. } if **path == *SITE_ROOT);
            is_file && request.ignores(location).is_none()
        };
        let loaded = request.loaded.iter().enumerate();
        let loaded = loaded.filter(|(_, location)| is_root(location));
        let loaded = loaded.map(|(index, _)| Place::Loaded(index));
        let mut places = core::iter::once(Place::SiteRoot).chain(loaded);
        places.find(|place| known.get(*place).is_some())
    }

    /// Whether the site's `/crossdomain.xml`, or its header, allows other policies on the same web server.
    ///
    /// Meta-policies came with 9.0.115, with `all` as the default for URLs until version 10 (Adobe, *Policy file changes
    /// in Flash Player 9*). Values that depend on the content type count as `master-only` here. The header counts even
    /// if there is no such file: sites can use it instead of one.
    pub(super) fn meta_policy(&self, address: Address<'_>) -> SiteMetaPolicy {
        let is_subject = matches!(address, Address::Http(path) if path != SITE_ROOT);
        if !is_subject || !self.has_meta_policies() {
            return SiteMetaPolicy::Allows;
        }
        let Some(place) = self.root() else {
            return SiteMetaPolicy::Unknown;
        };
        let header = self.known.header(place);
        let sent = header.map(|header| header.site);
        let written = match self.known.get(place) {
            Some(PolicyAnswer::Policy(policy)) if header.is_none_or(|header| header.is_policy) => {
                policy.site_control
            }
            _ => None,
        };
        match sent.max(written) {
            None | Some(SiteControl::All) => SiteMetaPolicy::Allows,
            Some(SiteControl::MasterOnly | SiteControl::None) => SiteMetaPolicy::Forbids,
        }
    }

    fn has_meta_policies(&self) -> bool {
        self.request.player.era().has_master()
    }

    /// Whether a meta-policy forbids the policy that this place answered: its own, or the header of the response.
    pub(super) fn is_void(&self, place: Place, address: Address<'_>, policy: &Policy) -> bool {
        let has_none = policy.site_control == Some(SiteControl::None);
        match address {
            Address::Socket(_) => place == Place::Master && has_none,
            Address::Http(path) => {
                let header = self.known.header(place);
                let is_forbidden = header.is_some_and(|header| !header.allows(path));
                self.has_meta_policies() && (is_forbidden || (path == SITE_ROOT && has_none))
            }
        }
    }
}

/// What a site says about other policies on the same web server.
pub(super) enum SiteMetaPolicy {
    /// It must be fetched.
    Unknown,
    Allows,
    Forbids,
}
