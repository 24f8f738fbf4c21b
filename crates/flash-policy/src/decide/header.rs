//! The meta-policy that a web server sends in a header.

use crate::SiteControl;

/// Where the site's policy is, and where old players fetch it.
pub(crate) const SITE_ROOT: &str = "/crossdomain.xml";

/// The header `X-Permitted-Cross-Domain-Policies` of an HTTP response: the site's meta-policy, as in `<site-control>`.
///
/// Flash Player is assumed to know it from 9.0.115 on, which introduced meta-policies. Source: Adobe, *Cross Domain Policy
/// File Specification*, as quoted by MDN. That the strictest value counts, also together with a file's, is assumed.
///
/// ```
/// use flash_policy::SiteControl;
/// use flash_policy::decide::MetaPolicyHeader;
///
/// let header = MetaPolicyHeader::read("all, none");
/// assert_eq!(header.site, SiteControl::None);
/// assert!(!header.allows("/crossdomain.xml"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct MetaPolicyHeader {
    /// The site's meta-policy: of several values, the strictest.
    pub site: SiteControl,
    /// Whether the response can be a policy file: without `none-this-response`.
    pub is_policy: bool,
}

impl MetaPolicyHeader {
    /// Reads the value of the header. Several headers are joined with commas, as usual in HTTP.
    ///
    /// As in a file, `by-content-type` and `by-ftp-filename` mean `master-only`, and unknown values mean `none`. Upper
    /// and lower case are the same.
    ///
    /// ```
    /// use flash_policy::SiteControl;
    /// use flash_policy::decide::MetaPolicyHeader;
    ///
    /// let header = MetaPolicyHeader::read("none-this-response");
    /// assert_eq!((header.site, header.is_policy), (SiteControl::All, false));
    /// ```
    #[must_use]
    pub fn read(value: &str) -> Self {
        let mut header = Self {
            site: SiteControl::All,
            is_policy: true,
        };
        for value in values(value) {
            let is = |name: &str| value.eq_ignore_ascii_case(name);
            if is(NOT_THIS) {
                header.is_policy = false;
            } else if ["master-only", "by-content-type", "by-ftp-filename"]
                .into_iter()
                .any(is)
            {
                header.site = header.site.max(SiteControl::MasterOnly);
            } else if !is("all") {
                header.site = SiteControl::None;
            }
        }
        header
    }

    /// Whether the response that has this header can be a policy, if it is the file at this path.
    ///
    /// ```
    /// use flash_policy::decide::MetaPolicyHeader;
    ///
    /// let header = MetaPolicyHeader::read("master-only");
    /// assert!(header.allows("/crossdomain.xml"));
    /// assert!(!header.allows("/other.xml"));
    /// ```
    #[must_use]
    pub fn allows(self, path: &str) -> bool {
        self.is_policy
            && match self.site {
                SiteControl::All => true,
                SiteControl::MasterOnly => path == SITE_ROOT,
                SiteControl::None => false,
            }
    }
}

#[cfg(feature = "player")]
impl MetaPolicyHeader {
    /// Whether it could forbid any policy.
    pub(crate) const fn restricts(self) -> bool {
        !self.is_policy || !matches!(self.site, SiteControl::All)
    }
}

const NOT_THIS: &str = "none-this-response";

fn values(header: &str) -> impl Iterator<Item = &str> {
    let values = header.split(',').map(str::trim);
    values.filter(|value| !value.is_empty())
}

/// Whether it has a value whose meaning is assumed.
#[cfg(feature = "player")]
pub(crate) fn has_odd_value(header: &str) -> bool {
    let plain = ["all", "master-only", "none", NOT_THIS];
    values(header).any(|value| !plain.contains(&value))
}
