//! Whether Ruffle can load the movie itself. Ruffle uses the page's `fetch`, so CORS and mixed content apply.

use flash_policy::{Diagnostic, Host};

use crate::findings::FindingId;
use crate::judge::{judge_tls, unchecked};
use crate::shown::{shown, shown_text};
use crate::tls::TlsFault;
use crate::web::{CorsFault, LoadFault, LoadScene, RedirectFault, WebUrl, is_local};

pub(super) fn judge(movie: &LoadScene, page: &WebUrl) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    match &movie.result {
        Err(fault) => found.push(not_loaded(movie, fault, page)),
        Ok(document) => found.extend(not_swf(movie, &document.body)),
    }
    for exchange in &movie.exchanges {
        if let Some(fault) = &exchange.overlooked {
            found.push(unchecked(fault, &exchange.url.authority()));
        }
    }
    found.extend(local(movie, page));
    found
}

fn not_loaded(movie: &LoadScene, fault: &LoadFault, page: &WebUrl) -> Diagnostic {
    let url = &movie.url;
    let finding = match fault {
        LoadFault::Cors(fault) => cors(movie, fault, page),
        LoadFault::MixedContent => mixed(movie, page),
        LoadFault::Tls(TlsFault::NotTls | TlsFault::HungUp | TlsFault::Silence) => {
            FindingId::MovieUnreachable
                .error(format!(
                    "{} does not speak TLS, so Ruffle can't load {url}",
                    url.authority()
                ))
                .help("serve the movie over HTTPS, or from the page's own site")
        }
        LoadFault::Tls(fault) => judge_tls(fault, &url.authority(), FindingId::MovieUnreachable),
        LoadFault::BlockedPort(port) => FindingId::BlockedPort
            .error(format!(
                "browsers block requests to port {port}, so Ruffle can't load {url}"
            ))
            .help("serve the movie on a port that browsers allow, such as 443"),
        LoadFault::Status(code, reason) => FindingId::MovieHttpError
            .error(format!(
                "the server answers {code} {} for the movie {url}",
                shown_text(reason)
            ))
            .note("Ruffle says that it failed to load the SWF file, because it no longer exists")
            .help(status_help(*code)),
        LoadFault::Name(fault) => unreachable(url, &fault.to_string(), fault.help()),
        LoadFault::Redirect(fault) => unreachable(url, &fault.to_string(), redirect_help(fault)),
        LoadFault::NoConnection
        | LoadFault::Silence
        | LoadFault::HungUp
        | LoadFault::NotHttp
        | LoadFault::Encoded(_) => {
            let help = "check the movie's URL, and that its web server runs";
            unreachable(url, &fault.to_string(), help)
        }
    };
    on_the_way(finding, movie, page)
}

fn unreachable(url: &WebUrl, why: &str, help: &str) -> Diagnostic {
    FindingId::MovieUnreachable
        .error(format!("Ruffle can't load the movie {url}: {why}"))
        .help(help)
}

const fn redirect_help(fault: &RedirectFault) -> &'static str {
    match fault {
        RedirectFault::TooMany => "let the server answer with the movie: it redirects in a circle",
        RedirectFault::NoLocation | RedirectFault::Location(..) | RedirectFault::User => {
            "correct the redirect in the web server's config"
        }
    }
}

/// Says which other URLs the request went through.
fn on_the_way(mut finding: Diagnostic, movie: &LoadScene, page: &WebUrl) -> Diagnostic {
    let first = movie
        .exchanges
        .first()
        .map_or(&movie.url, |first| &first.url);
    if movie.asked != *first {
        finding = finding.note(format!(
            "in a page over HTTPS ({}), Ruffle replaces `http:` by `https:`, unless its setting `upgradeToHttps` is false",
            page.origin()
        ));
    }
    if movie.exchanges.len() > 1 || movie.url != *first {
        finding = finding.note(format!(
            "{} redirects to it",
            movie
                .exchanges
                .first()
                .map_or(&movie.asked, |first| &first.url)
        ));
    }
    finding
}

const fn status_help(code: u16) -> &'static str {
    match code {
        404 | 410 => {
            "check the URL, and that the file is there: names are case-sensitive on most servers"
        }
        401 | 403 => "check the web server's access rules, such as a rule against hotlinking",
        500..=599 => "see the web server's log",
        _ => "let the server answer with 200",
    }
}

fn mixed(movie: &LoadScene, page: &WebUrl) -> Diagnostic {
    let finding = FindingId::MovieMixedContent
        .error(format!(
            "a page on {} can't load {}: the page was loaded over HTTPS, and this URL is `http:`",
            page.origin(),
            movie.url
        ))
        .note("the browser sends no request, and Ruffle says that it failed to load the SWF file");
    finding.help(format!(
        "serve the movie over HTTPS: {}",
        movie.url.upgraded()
    ))
}

fn cors(movie: &LoadScene, fault: &CorsFault, page: &WebUrl) -> Diagnostic {
    let (url, origin) = (&movie.url, movie.origin().unwrap_or_default());
    let site = page.origin();
    let start = format!("a page on {site} can't read {url} from another origin (CORS): ");
    let (id, why) = match fault {
        CorsFault::Missing => (
            FindingId::CorsMissing,
            "the answer has no `Access-Control-Allow-Origin`".to_owned(),
        ),
        CorsFault::Several(found) => (
            FindingId::CorsMismatch,
            format!("`Access-Control-Allow-Origin` has several values ({}), but browsers accept only one", shown_text(found)),
        ),
        CorsFault::Other(found) => (
            FindingId::CorsMismatch,
            format!("`Access-Control-Allow-Origin` is {}, but the request's `Origin` is {}", shown_text(found), shown_text(origin)),
        ),
        CorsFault::WildcardWithCredentials => (
            FindingId::CorsMismatch,
            "`Access-Control-Allow-Origin` is `*`, which does not count with cookies (`credentialAllowList`)".to_owned(),
        ),
        CorsFault::CredentialsNotAllowed => (
            FindingId::CorsMismatch,
            "with cookies (`credentialAllowList`), it needs `Access-Control-Allow-Credentials: true`".to_owned(),
        ),
    };
    let mut finding = id
        .error(format!("{start}{why}"))
        .note("Ruffle says that access to fetch has likely been blocked by CORS policy; Flash Player's `crossdomain.xml` has no effect in Ruffle");
    if origin == "null" {
        finding = finding.note(
            "after a redirect from one foreign origin to another, browsers send `Origin: null`",
        );
    }
    let is_wide = !matches!(
        fault,
        CorsFault::WildcardWithCredentials | CorsFault::CredentialsNotAllowed
    );
    let finding = if is_wide {
        finding.help(remedy(fault))
    } else {
        finding.help(format!("answer with `Access-Control-Allow-Origin: {site}` and `Access-Control-Allow-Credentials: true`, or remove the movie's host from `credentialAllowList`"))
    };
    finding.help(format!(
        "or serve the movie from {site} itself, which needs no header"
    ))
}

/// The line for each web server. A movie that anyone may download may be open to every page.
fn remedy(fault: &CorsFault) -> &'static str {
    match fault {
        CorsFault::Several(_) => {
            "send the header once: the web server and the program behind it both add it"
        }
        CorsFault::Missing
        | CorsFault::Other(_)
        | CorsFault::WildcardWithCredentials
        | CorsFault::CredentialsNotAllowed => {
            "let its web server send the header: nginx `add_header Access-Control-Allow-Origin * always;`, Caddy `header Access-Control-Allow-Origin *`, Apache `Header always set Access-Control-Allow-Origin \"*\"`"
        }
    }
}

/// The first bytes of a movie: plain, or compressed with zlib or LZMA (SWF specification, "SWF header"). Ruffle looks at
/// them, and not at the content type.
const SIGNATURES: [&[u8]; 3] = [b"FWS", b"CWS", b"ZWS"];

fn not_swf(movie: &LoadScene, body: &[u8]) -> Option<Diagnostic> {
    if SIGNATURES
        .iter()
        .any(|signature| body.starts_with(signature))
    {
        return None;
    }
    let coding = movie.document()?.head.field("content-encoding");
    if coding.is_some_and(|coding| !coding.eq_ignore_ascii_case("identity")) {
        // The browser decodes it. These bytes show nothing.
        return None;
    }
    let url = &movie.url;
    let begins = body.get(..body.len().min(16)).unwrap_or_default();
    let finding = FindingId::MovieNotSwf.error(if body.is_empty() {
        format!("{url} is empty, not a SWF file")
    } else {
        format!("{url} is not a SWF file: it begins with {}", shown(begins))
    });
    let finding =
        finding.note("SWF files begin with `FWS`, `CWS` or `ZWS`; Ruffle ignores the content type");
    Some(if body.trim_ascii_start().starts_with(b"<") {
        finding.help("check the URL: the server answers with a page, perhaps its start page or an error page with status 200")
    } else {
        finding
            .help("check the file on the server: was it uploaded as a whole, and in binary mode?")
    })
}

/// A movie on the visitor's own network.
fn local(movie: &LoadScene, page: &WebUrl) -> Option<Diagnostic> {
    let last = movie.exchanges.last()?;
    let address = last.addresses.iter().find(|address| is_local(**address))?;
    if page.origin().is_local() || last.url.host == page.host {
        return None;
    }
    let shown = match &last.url.host {
        Host::Address(_) => String::new(),
        Host::Name(_) => format!(" ({address})"),
    };
    Some(
        FindingId::LocalNetworkAccess
            .warning(format!(
                "the movie's host {} is on a local network{shown}, but the page is not: Chrome asks the user first",
                last.url.host
            ))
            .note("from a page over plain HTTP, Chrome blocks such requests")
            .help("serve the movie at a public address"),
    )
}
