//! Whatever is accepted as a movie's URL, or as a page's `Origin`, browsers read to the same scheme and host.
#![no_main]

use flash_policy::{Host, Origin};
use flashgate_wire::http::{HeadReader, HeadVerdict, RequestOrigin};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(origin) = text.parse() {
        is_what_browsers_read(text, &origin);
    }
    if text.contains(['\r', '\n']) {
        // A line of its own, and another field behind it.
        return;
    }
    let head = format!("GET / HTTP/1.1\r\nHost: a.test\r\nOrigin: {text}\r\n\r\n");
    if let (HeadVerdict::Request(request), _) = HeadReader::default().feed(head.as_bytes())
        && let RequestOrigin::At(origin) = RequestOrigin::of(&request)
    {
        is_what_browsers_write(text, &origin);
    }
});

/// The `url` crate reads URLs as the WHATWG standard says, so as browsers do.
fn is_what_browsers_read(text: &str, origin: &Origin) -> Option<url::Url> {
    let url = match url::Url::parse(text) {
        Ok(url) => url,
        // Only Unicode's tables tell that such a name stands for nothing. No page can have one.
        Err(_) if text.to_ascii_lowercase().contains("xn--") => return None,
        Err(error) => panic!("{text:?} is {origin} here; browsers: {error}"),
    };
    assert_eq!(url.scheme(), origin.scheme.as_str(), "{text:?}");
    let host = url.host_str().expect("http URLs have a host");
    // The dot at the end of a name says that it is whole, which it is anyway.
    let host = host.strip_suffix('.').unwrap_or(host);
    let host: Host = host.parse().expect("a host is read back");
    assert_eq!(host, origin.host, "{text:?}");
    Some(url)
}

/// An `Origin` is written in one way only, but for capitals and the scheme's own port.
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
    // An IPv6 address has several spellings of one meaning.
    assert!(
        text == written || text.contains('['),
        "{text:?}: {written:?}"
    );
}
