//! The places that Silverlight did not ask: an application asks either port 943 or the web server, never both.

use std::time::Duration;

use flash_policy::decide;
use flash_policy::player::{Client, Outcome, Protocol, Reason, Step};

use crate::converse::{Call, Speech, converse, fixed};
use crate::fetch;
use crate::setting::Setting;
use crate::trace::Trace;

/// The file that Silverlight asks for over HTTP.
pub(crate) const ACCESS_POLICY: &str = "/clientaccesspolicy.xml";

/// The file that it asks for next, if it wants a policy for HTTP requests.
pub(crate) const CROSSDOMAIN: &str = "/crossdomain.xml";

const SILVERLIGHT_REQUEST: &[u8] = b"<policy-file-request/>";

/// The answers of these places, if Silverlight got no policy that allows the connection.
#[derive(Debug, Default)]
pub(crate) struct UnaskedPlaces {
    /// `/clientaccesspolicy.xml`, if port 943 was asked.
    pub(crate) access_policy: Option<Trace>,
    /// Port 943, if the web server was asked.
    pub(crate) socket: Option<Trace>,
    /// `/crossdomain.xml`, if the web server was asked.
    pub(crate) crossdomain: Option<Trace>,
}

/// Asks these places, each for at most this long.
pub(super) async fn ask(
    setting: Setting<'_>,
    outcome: &Outcome,
    steps: &[Step],
    most: Duration,
) -> UnaskedPlaces {
    let is_refused = matches!(
        outcome.reason,
        Reason::Refused(decide::RefusalReason::NoPolicy | decide::RefusalReason::NoRuleMatches)
    );
    let silverlight = setting.config.client == Client::Silverlight && is_refused;
    let Some(step) = steps.first().filter(|_| silverlight) else {
        return UnaskedPlaces::default();
    };
    let web = Call {
        port: 80,
        ..setting.call(step, Speech::Bytes(b""))
    };
    let file = |path| fetch::look(&web, path, setting.clock, most);
    if !matches!(step.fetch.protocol, Protocol::Http { .. }) {
        return UnaskedPlaces {
            access_policy: Some(file(ACCESS_POLICY).await),
            ..UnaskedPlaces::default()
        };
    }
    let call = Call {
        port: setting.config.master().get(),
        ..setting.call(step, Speech::Bytes(SILVERLIGHT_REQUEST))
    };
    let limit = fixed(setting.clock.within(most));
    let socket = converse(&call, setting.clock, limit, |_| ());
    let (socket, crossdomain) = tokio::join!(socket, file(CROSSDOMAIN));
    UnaskedPlaces {
        access_policy: None,
        socket: Some(socket),
        crossdomain: Some(crossdomain),
    }
}
