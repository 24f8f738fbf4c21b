//! Browsers read the same scheme and host from everything that is accepted as a movie's URL or a page's `Origin`.
#![no_main]

use flash_policy::{Host, Movie, Origin};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(origin) = text.parse() {
        is_what_browsers_read(text, &origin);
    }
    if let Ok(Movie::Remote(origin)) = Movie::of_page(Some(text)) {
        is_what_browsers_write(text, &origin);
    }
});

/// The `url` crate parses URLs as browsers do, by the WHATWG standard.
fn is_what_browsers_read(text: &str, origin: &Origin) -> Option<url::Url> {
    let url = match url::Url::parse(text) {
        Ok(url) => url,
        // Rejecting such an invalid name requires Unicode's tables. No page can have one.
        Err(_) if text.to_ascii_lowercase().contains("xn--") => return None,
        Err(error) => panic!("{text:?} is {origin} here; browsers: {error}"),
    };
    assert_eq!(url.scheme(), origin.scheme.as_str(), "{text:?}");
    let host = url.host_str().expect("http URLs have a host");
    // A trailing dot marks a name as complete, which it is anyway.
    let host = host.strip_suffix('.').unwrap_or(host);
    let host: Host = host.parse().expect("a displayed host parses");
    assert_eq!(host, origin.host, "{text:?}");
    Some(url)
}

/// Browsers write an `Origin` in only one way, except for capitals and the scheme's default port.
fn is_what_browsers_write(text: &str, origin: &Origin) {
    let Some(url) = is_what_browsers_read(text, origin) else {
        return;
    };
    let written = url.origin().ascii_serialization();
    let text = text.trim_matches([' ', '\t']).to_ascii_lowercase();
    let own_port = match origin.scheme {
        flash_policy::Scheme::Http => ":80",
        flash_policy::Scheme::Https => ":443",
    };
    let text = text.strip_suffix(own_port).unwrap_or(&text);
    // An IPv6 address can be written in several ways.
    assert!(
        text == written || text.contains('['),
        "{text:?}: {written:?}"
    );
}
