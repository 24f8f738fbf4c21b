//! The addresses of pages, scripts and movies, and references between them.

use std::fmt;

use flash_policy::{Host, Scheme};

use super::url::{ProxyUrl, UrlFault, WebOrigin, default_port, encoded, located, stripped};

/// An `http:` or `https:` URL without its fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebUrl {
    pub(crate) secure: bool,
    pub(crate) host: Host,
    pub(crate) port: u16,
    /// Path and query, beginning with a slash, as in a request.
    pub(crate) path: String,
}

impl WebUrl {
    /// Reads the URL of a page, with a host that can be part of an origin.
    pub fn page(text: &str) -> Result<Self, UrlFault> {
        let origin = WebOrigin::read(text)?;
        let secure = origin.scheme == Scheme::Https;
        let mut url = Self::read(text)?;
        url.host = origin.host;
        url.port = origin.port.unwrap_or(default_port(secure));
        Ok(url)
    }

    /// Reads a URL as browsers do.
    pub fn read(text: &str) -> Result<Self, UrlFault> {
        let text = stripped(text);
        let text = text.split('#').next().unwrap_or_default();
        let (scheme, rest) = text.split_once("://").ok_or(UrlFault::NoScheme)?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return Err(UrlFault::NotWeb(scheme.to_owned())),
        };
        let (host, port, path) = located(rest)?;
        let port = port.unwrap_or(default_port(secure));
        Ok(Self {
            secure,
            host,
            port,
            path: normal(&path),
        })
    }

    /// The URL that a reference in this document means.
    pub(crate) fn join(&self, reference: &str) -> Result<Self, UrlFault> {
        let reference = stripped(reference);
        let reference = reference.split('#').next().unwrap_or_default();
        if let Some(scheme) = scheme_of(reference) {
            return match scheme.to_ascii_lowercase().as_str() {
                "http" | "https" => Self::read(reference),
                _ => Err(UrlFault::NotWeb(scheme.to_owned())),
            };
        }
        if reference.starts_with("//") || reference.starts_with("\\\\") {
            let rest = reference.get(2..).unwrap_or_default();
            return Self::read(&format!("{}://{rest}", self.scheme()));
        }
        let path = self.path.split('?').next().unwrap_or_default();
        let folder = path.rfind('/').and_then(|at| path.get(..=at));
        let path = match reference.chars().next() {
            None => self.path.clone(),
            Some('/' | '\\') => encoded(reference),
            Some('?') => format!("{path}{}", encoded(reference)),
            Some(_) => format!("{}{}", folder.unwrap_or("/"), encoded(reference)),
        };
        Ok(Self {
            path: normal(&path),
            ..self.clone()
        })
    }

    /// The same address over TLS, as Ruffle asks it. A port other than 80 stays.
    pub(crate) fn upgraded(&self) -> Self {
        Self {
            secure: true,
            port: if self.port == 80 { 443 } else { self.port },
            ..self.clone()
        }
    }

    /// A file over plain HTTP.
    pub(crate) fn in_clear(host: &Host, port: u16, path: &str) -> Self {
        Self {
            secure: false,
            host: host.clone(),
            port,
            path: path.to_owned(),
        }
    }

    /// The origin of documents from here.
    pub fn origin(&self) -> WebOrigin {
        WebOrigin {
            scheme: if self.secure {
                Scheme::Https
            } else {
                Scheme::Http
            },
            host: self.host.clone(),
            port: (self.port != default_port(self.secure)).then_some(self.port),
        }
    }

    pub(crate) const fn scheme(&self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }

    /// The host as in the `Host` header.
    pub(crate) fn authority(&self) -> String {
        if self.port == default_port(self.secure) {
            self.host.to_string()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// The page's own host and scheme, where a bridge with this URL would be.
    pub(crate) fn of_bridge(url: &ProxyUrl) -> Self {
        Self {
            secure: url.secure,
            host: url.host.clone(),
            port: url.port,
            path: "/".to_owned(),
        }
    }
}

impl fmt::Display for WebUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme(), self.authority(), self.path)
    }
}

/// Whether a URL has a user name, which browsers refuse in a redirect to another origin.
pub(super) fn has_user(text: &str) -> bool {
    let rest = text.split_once("//").map_or("", |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.contains('@')
}

/// The scheme of a reference that has one.
fn scheme_of(reference: &str) -> Option<&str> {
    let (scheme, _) = reference.split_once(':')?;
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    (is_scheme && scheme.chars().all(is_part)).then_some(scheme)
}

/// The path without `.` and `..`. The query stays as it is.
fn normal(path: &str) -> String {
    let (path, query) = path.split_at(path.find('?').unwrap_or(path.len()));
    let mut folders: Vec<&str> = Vec::new();
    let mut ends_in_folder = false;
    for part in path.split('/').skip(1) {
        ends_in_folder = matches!(part, "." | "..");
        match part {
            "." => {}
            ".." => {
                folders.pop();
            }
            _ => folders.push(part),
        }
    }
    let slash = if ends_in_folder && !folders.is_empty() {
        "/"
    } else {
        ""
    };
    format!("/{}{slash}{query}", folders.join("/"))
}

#[cfg(test)]
mod tests {
    use super::{WebUrl, has_user};

    #[test]
    fn references() {
        let page = WebUrl::page("http://WWW.a.test:8000/games/chess/?lang=en#top").unwrap();
        assert_eq!(
            page.to_string(),
            "http://www.a.test:8000/games/chess/?lang=en"
        );
        for (reference, expected) in [
            ("game.swf", "http://www.a.test:8000/games/chess/game.swf"),
            (
                "../go/./a b.swf?x=../y",
                "http://www.a.test:8000/games/go/a%20b.swf?x=../y",
            ),
            ("../../../x/..", "http://www.a.test:8000/"),
            ("..", "http://www.a.test:8000/games/"),
            ("/ruffle.js", "http://www.a.test:8000/ruffle.js"),
            ("?v=2", "http://www.a.test:8000/games/chess/?v=2"),
            ("", "http://www.a.test:8000/games/chess/?lang=en"),
            ("//cdn.test/x.js", "http://cdn.test/x.js"),
            (" HTTPS://[::1]:443/x\n.js", "https://[::1]/x.js"),
            (
                "data:text/javascript,1",
                "expected `http` or `https` before `://`, found `data`",
            ),
        ] {
            let found = page.join(reference);
            let found = found.map_or_else(|why| why.to_string(), |url| url.to_string());
            assert_eq!(found, expected, "{reference}");
        }
        assert_eq!(
            page.upgraded().to_string(),
            "https://www.a.test:8000/games/chess/?lang=en"
        );
        assert_eq!(page.origin().to_string(), "http://www.a.test:8000");
        assert!(has_user("https://a:b@c.test/") && !has_user("https://c.test/a@b"));
    }
}
