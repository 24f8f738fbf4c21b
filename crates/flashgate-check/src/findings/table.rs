//! A row for each finding.

macro_rules! findings {
    ($($group:ident $title:literal, $see:literal {
        $($name:ident $id:literal: $meaning:literal, $fix:literal;)*
    })*) => {
        /// A kind of finding. The meaning of its id never changes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum FindingId {
            $($(#[doc = $meaning] $name,)*)*
        }

        /// The section of the documentation that has a finding.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum FindingGroup {
            $(#[doc = $title] $group,)*
        }

        impl FindingGroup {
            /// The title, and the pages of the book to read, in Markdown.
            pub(super) const fn heading(self) -> (&'static str, &'static str) {
                match self {
                    $(Self::$group => ($title, $see),)*
                }
            }
        }

        impl FindingId {
            /// All findings, by group.
            pub(super) const ALL: &'static [Self] = &[$($(Self::$name,)*)*];

            /// The id in reports.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self {
                    $($(Self::$name => $id,)*)*
                }
            }

            /// What it means, and what to do.
            pub(super) const fn texts(self) -> (&'static str, &'static str) {
                match self {
                    $($(Self::$name => ($meaning, $fix),)*)*
                }
            }

            pub(super) const fn group(self) -> FindingGroup {
                match self {
                    $($(Self::$name => FindingGroup::$group,)*)*
                }
            }
        }
    };
}

#[rustfmt::skip]
findings! {
    NoPolicy "No policy arrives", "[Port 843 without root](../run/port-843.md), [Gates](../run/gates.md), [Firewalls](../run/firewalls.md)" {
        NoPolicy "no-policy":
            "None of the ports that the player asks serves a policy. The message lists them. It also says whether the port looks like the game itself or only closes connections.",
            "Serve a policy on one of these ports, or put a gate in front of the game.";
        LoadPolicyIgnored "load-policy-ignored":
            "A policy from `--load-policy` does not count, because of its host, folder, HTTP port (not 80) or the player's version.",
            "Load a policy from a URL that counts. The message has one.";
        MasterFiltered "master-filtered":
            "A firewall drops packets to port 843, so every player waits 3 seconds at every connect.",
            "Serve a policy there, or let the firewall reject connections instead of dropping packets.";
        PolicyPortFiltered "policy-port-filtered":
            "A firewall drops packets to a policy port other than 843.",
            "Open the port in the firewall.";
        NoReply "no-reply":
            "The port accepts connections but sends nothing (`SecureSocket`: not even in the TLS handshake). It may be waiting for a line feed.",
            "Let the server read up to the NUL, and answer.";
        ClosedWithoutReply "closed-without-reply":
            "The port accepts connections and closes them without an answer.",
            "Check what listens there.";
        ResetWithoutReply "reset-without-reply":
            "The port accepts connections and resets them, like a forwarder whose server is down.",
            "Check the server behind it.";
        ReplyTooLate "reply-too-late":
            "The reply, or the end of it, arrived after the player's limit of 3 seconds.",
            "Find out what the server waits for.";
        SlowReply "slow-reply":
            "The reply took more than one second.",
            "Find out what the server waits for.";
        ReplyLostAtTimes "intermittent-reply":
            "Up to 20 fetches had different results: some got no reply, or a different one. The message says if only the first got a reply.",
            "Look for a bad server behind a load balancer, a connection limit, a server that closes too early, or one that serves only once.";
        Timeout "timeout":
            "Nothing arrived before the time limit of the whole attempt.",
            "Find out what the server waits for.";
    }
    NotAPolicy "The answer is not a policy", "[Policy files](../decide/policy-files.md), [TLS](../run/tls.md)" {
        HttpOnPolicyPort "http-on-policy-port":
            "A web server listens on the port. Since Flash Player 9.0.124, a `crossdomain.xml` on a web server does not allow sockets.",
            "Move the web server or the policy server to another port.";
        TlsOnPolicyPort "tls-on-policy-port":
            "The port expects TLS, but the player asks in plain text.",
            "Answer in plain text too.";
        NoTlsOnPolicyPort "no-tls-on-policy-port":
            "A `SecureSocket` asks over TLS, but the port answers only in plain text.",
            "Answer over TLS too.";
        MalformedPolicy "malformed-policy":
            "The reply is not a policy. Lint findings follow.",
            "Send the document, then one NUL.";
        WrongKind "wrong-kind-of-policy":
            "The reply is a policy of another kind: Flash's for sockets, Flash's for URLs (`crossdomain.xml`), or Silverlight's. The message says what it is, and what this client needs.",
            "Serve the right policy in this place. The message has a command for it.";
        WebPage "web-page-as-policy":
            "The reply is a web page (HTML), often a web server's error page.",
            "Serve a policy in this place.";
        EmptyPolicy "empty-policy":
            "The reply is empty: only a NUL, or an HTTP response without a body.",
            "Serve a policy in this place. Check that the file is not empty.";
        EndlessReply "endless-reply":
            "The reply is longer than 64 KiB and contains no NUL.",
            "Check what listens there.";
    }
    OverHttp "Policies over HTTP", "[Silverlight](../recipes/silverlight.md), [Player versions and other clients](../decide/players.md)" {
        HttpPolicyMissing "http-policy-missing":
            "The web server does not have the file, does not send all of it, or compresses it; or there is no web server on port 80. The message has the reason.",
            "Serve the file on port 80, as it is.";
        HttpPolicyRedirected "http-policy-redirected":
            "The web server redirects the request for the policy. For sockets, a policy counts only from port 80 of the same host, in the root folder.",
            "Serve the file itself, without a redirect.";
        HttpPolicyType "http-policy-content-type":
            "The `Content-Type` of the file is missing, or is not one that the client accepts for policies.",
            "Let the web server send `text/xml`, or `text/x-cross-domain-policy` for Flash.";
        HttpPolicyForbidden "http-policy-forbidden":
            "The header `X-Permitted-Cross-Domain-Policies` of the file forbids it. Its value is `none`, `none-this-response`, or `master-only` for a file other than `/crossdomain.xml`. Flash Player has known the header since 9.0.115.",
            "Let the web server send `master-only` with `/crossdomain.xml`, or `all` if the movie loads another file.";
        SilverlightFallback "silverlight-crossdomain-xml":
            "There is no `/clientaccesspolicy.xml`, only a `/crossdomain.xml`. Silverlight uses that for HTTP requests at most, never for sockets.",
            "Serve a `/clientaccesspolicy.xml`.";
        SilverlightOtherProtocol "silverlight-other-protocol":
            "A Silverlight application asks either port 943 or `/clientaccesspolicy.xml`. The policy is in the place that it does not ask.",
            "Serve the policy in both places, or change `SocketClientAccessPolicyProtocol` in the application.";
    }
    Delivery "The reply is sent the wrong way", "[The random #2048](../random-2048.md), [Players](../decide/players.md#what-an-answer-must-look-like)" {
        ReplyWithoutNul "reply-without-nul":
            "The reply does not end with a NUL. If the connection also stays open, the player waits until its time limit.",
            "End the reply with one NUL.";
        ReplyInPieces "reply-in-pieces":
            "The server sends the reply in several writes. Unity and Lightspark use only the first, and so does Silverlight (Moonlight).",
            "Send the reply in one write.";
        SilverlightNotClosed "silverlight-not-closed":
            "The policy's length is a multiple of 256 bytes, and the connection stays open. Silverlight reads 256 bytes at a time, and waits for more.",
            "Close the connection after the policy.";
        SilverlightNul "silverlight-nul":
            "The server ends Silverlight's policy with a NUL, as for Flash. Whether Silverlight accepts it is not known.",
            "Send the document without a NUL.";
        ResetAfterReply "reset-after-reply":
            "The server resets the connection during or after the reply. On Windows, the reply is sometimes lost.",
            "Read the whole request, then close the connection cleanly. See The random #2048.";
        ReplyBeforeRequest "reply-before-request":
            "The server sends the reply before it has read the request. This also causes a reset.",
            "Read the request first.";
        BytesAfterNul "bytes-after-nul":
            "The server sends more bytes after the NUL.",
            "End the reply with one NUL.";
        WellKnownPolicyPort "well-known-policy-port":
            "The policy is on a port such as 22 or 143. Flash Player 7 to 9 reportedly don't fetch policies from such ports.",
            "Use port 843, or a port that no other protocol uses.";
    }
    Meaning "The policy does not allow it", "[How Flash decides](../decide/how-flash-decides.md), [Policy files](../decide/policy-files.md)" {
        NoRuleMatches "no-rule-matches":
            "No rule covers the movie's host and the port.",
            "Add a rule for the movie's host and the port: `<allow-access-from domain=\"www.example.com\" to-ports=\"9339\"/>`, or `--allow 'www.example.com:9339'`.";
        GrantsANeighbour "similar-domain-granted":
            "A similar domain is allowed. For example, a rule allows `www.example.com`, but the movie is from `example.com`.",
            "Add a rule, or write `*.example.com`.";
        SchemeNotGranted "scheme-not-granted":
            "`http://www.example.com` is allowed, but the movie was loaded over `https`, or the reverse.",
            "Remove the scheme from the rule.";
        PortNotGranted "port-not-granted":
            "The site is allowed, but only for other ports.",
            "Add the port to the rule.";
        ShadowedByMaster "shadowed-by-master":
            "The port's own policy would allow it, but the master policy stops the player from asking there.",
            "Set `site-control` of the master policy to `all`. If it is `master-only`, adding the rule to the master policy works too.";
        MetaPolicyNone "meta-policy-none":
            "The `site-control` of the master policy is `none`, or counts as `none`. Then all rules are ignored.",
            "Set `site-control` to `master-only` or `all`.";
        MetaPolicyMasterOnly "meta-policy-master-only":
            "Only rules in the master policy count.",
            "Add a rule there, or set its `site-control` to `all`.";
        PortAuthority "port-authority":
            "A policy from port 1024 or higher cannot open a port below 1024.",
            "Serve it from a port below 1024.";
        SecureOnly "secure-only":
            "The rule is for movies loaded over `https`.",
            "Load the movie over `https`, or remove `secure` from the rule.";
        Sandbox "sandbox":
            "The movie's sandbox does not allow sockets.",
            "Load the movie from a website.";
        AddressesDiffer "addresses-differ":
            "The host has several addresses, and they behave differently.",
            "Serve the same on each address.";
        MoreFindings "more-findings":
            "The policy has more mistakes than the report lists.",
            "Fix those that are listed, or save the policy and run `flashgate lint` on it.";
    }
    Target "The port can't be reached", "[Gates](../run/gates.md), [What `check` can't see](../trouble/check.md#what-check-cant-see), [ports that Flash Player blocks](rules/blocked-ports.md)" {
        TargetRefused "target-refused":
            "Nothing listens on the port.",
            "Start the server, and check the address that it listens on.";
        TargetFiltered "target-filtered":
            "A firewall drops packets to the port.",
            "Open the port in the firewall.";
        BlockedByPlayer "port-blocked-by-player":
            "Flash Player 24 and later reportedly block sockets to this port. No policy can change that.",
            "Move the server to another port.";
        TargetSilent "target-silent":
            "A `SecureSocket` connects, but the port sends nothing in the TLS handshake.",
            "Offer TLS.";
        BackendDown "backend-down":
            "flashgate accepts the connection, but reports that the server behind it is down.",
            "Start the server, or correct `backend`.";
        TargetClosesLate "target-closes-late":
            "The port closes every connection after a few seconds without an answer, like a gate whose server does not answer.",
            "Check the server behind it.";
        TargetClosesAtOnce "target-closes-immediately":
            "The port closes the connection within half a second. This is an error if it closes every connection.",
            "Check the server behind it.";
        ServerNotKnown "backend-unknown":
            "The check can't find out whether a server is behind the port.",
            "Check the server behind it.";
        NoTlsOnTarget "no-tls-on-target":
            "A `SecureSocket` connects, but the port does not speak TLS.",
            "Offer TLS.";
    }
    Certificates "Certificates", "[TLS](../run/tls.md), [certificates in a check](../trouble/check.md#certificates)" {
        CertificateForAnotherName "certificate-name-mismatch":
            "The certificate is for other names, which the message lists.",
            "Replace the certificate.";
        CertificateExpired "certificate-expired":
            "The certificate has expired. The message has the date.",
            "Replace the certificate.";
        CertificateNotYetValid "certificate-not-yet-valid":
            "The certificate is not valid yet. The message has the date.",
            "Check this machine's clock, or replace the certificate.";
        CertificateNotTrusted "certificate-untrusted":
            "The certificate is self-signed, a CA certificate, or not signed by a trusted authority.",
            "Serve the full chain. For tests, see Certificates.";
        CertificateNotChecked "certificate-unverified":
            "`--insecure` accepted a certificate that clients reject.",
            "Check again without `--insecure`, and fix the certificate.";
        NoTrustedRoots "no-trusted-roots":
            "This machine has no trusted certificate authorities.",
            "Install `ca-certificates`, or use `--cacert`.";
        TlsFailed "tls-failed":
            "The TLS handshake failed for another reason.",
            "See the reason in the message.";
    }
    Clients "Only for some clients", "[Player versions and other clients](../decide/players.md#other-clients)" {
        UnityNeedsWildcard "unity-needs-wildcard":
            "Unity accepts only rules for `*`, and the policy has none.",
            "Add a rule for `*`, for the game's ports only.";
        UnityReads5000 "unity-policy-truncated":
            "The policy is longer than the 5,000 bytes that Unity reads.",
            "Make the policy shorter.";
        LightsparkWaitsForPort "lightspark-waits-for-port":
            "Lightspark also asks the game's port, even if port 843 has a policy. The port accepts the connection but does not answer.",
            "Set `master-only` in the policy on port 843, or put a gate in front of the game.";
        Ipv6Target "ipv6-target":
            "The target is an IPv6 address, which Lightspark and Unity reject.",
            "Use a host name or an IPv4 address.";
        SilverlightPort "silverlight-port":
            "Silverlight connects only to ports 4502 to 4534.",
            "Move the server to one of these ports.";
    }
    Ruffle "Ruffle and its WebSocket", "[Pages with Ruffle](../run/ruffle-pages.md), [Behind nginx, HAProxy, or Caddy](../run/reverse-proxies.md)" {
        EntryMatchesNoMovie "unused-proxy-entry":
            "The `host` of an entry contains a port, a scheme, a path or a `*`. Ruffle compares it letter by letter with the movie's host.",
            "Write the host as the movie does.";
        MixedContent "mixed-content":
            "The page was loaded over `https`, but the URL is `ws:`.",
            "Use a `wss:` URL: turn on TLS, or put a proxy in front.";
        BlockedPort "port-blocked-by-browser":
            "Browsers block connections to this port, for WebSockets and for movies.",
            "Use another port, or [`[bridge]`](../run/ruffle-pages.md).";
        OriginRefused "origin-refused":
            "The bridge answers 403 to the page's Origin.",
            "Add a rule for the page's host and the port.";
        HandshakeRefused "websocket-refused":
            "The answer is neither 101 nor 403. The message has the status, and says whether flashgate or a proxy in front of it answered.",
            "Correct the URL or the proxy.";
        HandshakeUnanswered "websocket-no-response":
            "The port accepts the connection but does not answer the WebSocket or TLS handshake. For a port that does not speak HTTP, the check stops waiting after 3 seconds.",
            "Put a gate or the bridge on the port.";
        NoWebsocket "no-websocket":
            "The port has no WebSocket server, or answers 101 without the headers that browsers need.",
            "Put a gate or the bridge on the port, or correct the proxy.";
        SubprotocolAnswered "unexpected-subprotocol":
            "The server answers with a subprotocol that was not offered. Browsers fail the connection.",
            "Turn it off in the server.";
        ExtensionAnswered "unexpected-extension":
            "The server answers with an extension that was not offered. Browsers fail the connection.",
            "Turn it off in the server.";
        NoAddress "no-address":
            "The host name in an entry has no address. The other entries are still checked.",
            "Correct the name, or add it to the DNS.";
        BridgeClosesAtOnce "bridge-closes-immediately":
            "The WebSocket opens, but closes within half a second. The message has the close code.",
            "Check the server behind the bridge.";
        TextFrame "text-frame":
            "The server sends text frames, which Ruffle drops.",
            "Let it send binary frames.";
        LocalNetworkAccess "local-network-access":
            "The bridge or the movie is on a local network, but the page is not. Chrome asks the user for permission (for WebSockets since version 147).",
            "Serve it from a public address.";
        NoTlsOnBridge "no-tls-on-bridge":
            "The URL is `wss:`, but the port does not speak TLS.",
            "Add `[tls]` with a certificate to flashgate's config file, or use a `ws:` URL.";
        ConfigOverwritten "config-overwritten":
            "A script of the page replaces `RufflePlayer.config` after another one has put entries into its `socketProxy`. Those entries are lost.",
            "Load flashgate's `/ruffle.js` after every script that sets `RufflePlayer.config`.";
        ScriptNotLoaded "script-not-loaded":
            "A script of the page could not be read: Ruffle's or flashgate's can't be loaded, or any is too late or compressed. This is an error if the page then has no entries.",
            "Correct the script's URL, or start its server.";
        WebsocketNotChecked "websocket-not-checked":
            "The time limit passed before these WebSockets could be checked. They do not count in the verdict, unless no other one was checked.",
            "Allow more time with `--timeout`, or check their URLs one by one.";
        ScriptMixedContent "script-mixed-content":
            "The page was loaded over `https`, but it loads a script over `http`. Browsers block it.",
            "Load the script over `https`.";
    }
    Movie "Ruffle and the movie's file", "[CORS and mixed content](../run/cors.md)" {
        CorsMissing "cors-header-missing":
            "The movie is on another origin, and its server or a redirect sends no `Access-Control-Allow-Origin`. The browser doesn't let Ruffle read it.",
            "Send the header: nginx `add_header Access-Control-Allow-Origin * always;`, Caddy `header Access-Control-Allow-Origin *`. Or serve the movie from the page's own origin.";
        CorsMismatch "cors-origin-mismatch":
            "`Access-Control-Allow-Origin` is for another origin, or is not exactly one origin without a slash. After a redirect between two other origins, the page's origin is `null`.",
            "Send `*`, or exactly the page's origin, once.";
        MovieMixedContent "movie-mixed-content":
            "The page was loaded over `https`, but the movie's URL, or a redirect to it, is `http`. Browsers block it.",
            "Serve the movie over `https`.";
        MovieHttpError "movie-http-error":
            "The server answers the movie's URL with an error, such as 404 or 403.",
            "Correct the URL, or the web server's access rules.";
        MovieUnreachable "movie-unreachable":
            "The movie's web server can't be reached, does not answer over HTTP or TLS, or its redirects lead nowhere.",
            "Check the movie's URL and its web server.";
        MovieNotSwf "movie-not-swf":
            "The movie's URL answers with something else than a SWF file, such as a web page. SWF files begin with `FWS`, `CWS` or `ZWS`. The content type does not matter.",
            "Correct the URL, or upload the file again.";
    }
}
