//! Settings of Ruffle that change how it loads movies.

use super::code::ScriptCode;
use super::literal;
use crate::web::{Credentials, WebUrl};

/// Settings of Ruffle that change how it loads movies. The defaults are Ruffle's.
#[derive(Clone, Debug, Default)]
pub struct RuffleSettings {
    /// `upgradeToHttps: false`: `http:` URLs stay, also in a page over HTTPS.
    keeps_http: bool,
    /// `credentialAllowList`: where cookies are sent.
    with_credentials: Vec<String>,
}

const UPGRADE: &str = "upgradeToHttps";

const COOKIES: &str = "credentialAllowList";

impl RuffleSettings {
    /// Finds the settings in a config, a page or a script.
    pub fn read(text: &str) -> Self {
        if !text.contains(UPGRADE) && !text.contains(COOKIES) {
            return Self::default();
        }
        let text = super::config::live(text);
        let script = ScriptCode::of(&text);
        let code = &script.code;
        let mut places = code.match_indices(UPGRADE);
        let keeps_http = places.any(|(at, name)| {
            let rest = code.get(at + name.len()..).unwrap_or_default();
            let rest = rest.trim_start_matches(['"', '\'', ']']).trim_start();
            let value = rest.strip_prefix([':', '=']).map(str::trim_start);
            value.is_some_and(|value| value.starts_with("false") || value.starts_with("!1"))
        });
        let list = literal::named(&script, 0..code.len(), COOKIES);
        let list = list.as_ref().and_then(serde_json::Value::as_array);
        let origins = list
            .into_iter()
            .flatten()
            .filter_map(|origin| origin.as_str());
        Self {
            keeps_http,
            with_credentials: origins.map(str::to_owned).collect(),
        }
    }

    /// With those of another script.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.keeps_http |= other.keeps_http;
        self.with_credentials.extend(other.with_credentials);
        self
    }

    /// Where Ruffle requests a movie. In a page over HTTPS it replaces `http:`, even for the local machine
    /// (web/src/navigator.rs, `pre_process_url`; `upgradeToHttps` is true by default).
    pub(super) fn requested(&self, movie: &WebUrl, page: &WebUrl) -> WebUrl {
        if page.secure && !movie.secure && !self.keeps_http {
            movie.upgraded()
        } else {
            movie.clone()
        }
    }

    /// Ruffle compares the scheme and the host, without the port (the same file, `fetch`).
    pub(super) fn credentials(&self, movie: &WebUrl) -> Credentials {
        let origin = format!("{}://{}", movie.scheme(), movie.host);
        if self.with_credentials.contains(&origin) {
            Credentials::Included
        } else {
            Credentials::Omitted
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RuffleSettings;
    use crate::web::{Credentials, WebUrl};

    #[test]
    fn movies() {
        let page = WebUrl::page("https://www.a.test/").unwrap();
        let movie = WebUrl::read("http://cdn.test/x.swf").unwrap();
        for (text, url, credentials) in [
            ("", "https://cdn.test/x.swf", Credentials::Omitted),
            (
                "c.upgradeToHttps = false",
                "http://cdn.test/x.swf",
                Credentials::Omitted,
            ),
            (
                "{\"upgradeToHttps\": false}",
                "http://cdn.test/x.swf",
                Credentials::Omitted,
            ),
            (
                "// upgradeToHttps: false",
                "https://cdn.test/x.swf",
                Credentials::Omitted,
            ),
            (
                "c.upgradeToHttps!==false",
                "https://cdn.test/x.swf",
                Credentials::Omitted,
            ),
            (
                "credentialAllowList: ['https://cdn.test']",
                "https://cdn.test/x.swf",
                Credentials::Included,
            ),
        ] {
            let settings = RuffleSettings::read(text);
            let requested = settings.requested(&movie, &page);
            assert_eq!(requested.to_string(), url, "{text}");
            assert_eq!(settings.credentials(&requested), credentials, "{text}");
        }
    }
}
