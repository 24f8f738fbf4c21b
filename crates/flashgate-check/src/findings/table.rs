//! The table: a row for each finding.

macro_rules! findings {
    ($($group:ident $title:literal, $see:literal {
        $($name:ident $id:literal: $meaning:literal, $fix:literal;)*
    })*) => {
        /// A kind of finding. Its id never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum FindingId {
            $($(#[doc = $meaning] $name,)*)*
        }

        /// Where the documentation has a finding.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum FindingGroup {
            $(#[doc = $title] $group,)*
        }

        impl FindingGroup {
            /// Its title, and the pages of the book to read, in Markdown.
            pub(super) const fn heading(self) -> (&'static str, &'static str) {
                match self {
                    $(Self::$group => ($title, $see),)*
                }
            }
        }

        impl FindingId {
            /// All of them, by group.
            pub(super) const ALL: &'static [Self] = &[$($(Self::$name,)*)*];

            /// As reports name it.
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
            "No place that the player asks serves a policy. The message names them, and says whether the port is the game itself or only closes.",
            "Serve one where the player asks, or put a gate in front of the game.";
        LoadPolicyIgnored "load-policy-ignored":
            "A policy from `--load-policy` does not count. The reason is another host, the player's version, a folder, or an HTTP port other than 80.",
            "Load one that counts.";
        MasterFiltered "master-filtered":
            "A firewall drops port 843. Every player waits 3 seconds there at every connect.",
            "Serve a policy there, or reject the port instead of dropping it.";
        PolicyPortFiltered "policy-port-filtered":
            "A firewall drops another policy port.",
            "Open the port.";
        NoReply "no-reply":
            "The port accepts and sends nothing (`SecureSocket`: not even in the TLS handshake). It may be waiting for a line feed.",
            "Read up to the NUL, and answer.";
        ClosedWithoutReply "closed-without-reply":
            "The port accepts and closes.",
            "Check what listens there.";
        ResetWithoutReply "reset-without-reply":
            "The port accepts and resets, as a forwarder does when its server is down.",
            "Check what is behind it.";
        ReplyTooLate "reply-too-late":
            "The reply, or its end, came after the player's 3 seconds.",
            "Find out what the server waits for.";
        SlowReply "slow-reply":
            "The reply took more than one second.",
            "Find out what the server waits for.";
        ReplyLostAtTimes "intermittent-reply":
            "Of up to 20 fetches, some brought nothing or something else. The message says if only the first was answered.",
            "Look for a bad server behind a load balancer, a limit, an early close, or a server that serves only once.";
        Timeout "timeout":
            "Nothing arrived in the time for the whole attempt.",
            "Find out what the server waits for.";
    }
    NotAPolicy "The answer is not a policy", "[Policy files](../decide/policy-files.md), [TLS](../run/tls.md)" {
        HttpOnPolicyPort "http-on-policy-port":
            "A web server has the port. Since Flash Player 9.0.124, no `crossdomain.xml` opens sockets.",
            "Move one of the two.";
        TlsOnPolicyPort "tls-on-policy-port":
            "The port wants TLS, and the player asks in plain text.",
            "Answer in plain text too.";
        NoTlsOnPolicyPort "no-tls-on-policy-port":
            "A `SecureSocket` asks over TLS, and the port answers in plain text only.",
            "Answer over TLS too.";
        MalformedPolicy "malformed-policy":
            "The reply is not a policy. Lint findings follow.",
            "Send the document and one NUL.";
        EndlessReply "endless-reply":
            "The reply has more than 64 KiB without a NUL.",
            "Check what listens there.";
    }
    Delivery "The reply is sent the wrong way", "[The random #2048](../random-2048.md), [Players](../decide/players.md#what-an-answer-must-look-like)" {
        ReplyWithoutNul "reply-without-nul":
            "The reply has no NUL at its end. If the connection also stays open, the player waits until its time is over.",
            "End the reply with one NUL.";
        ReplyInPieces "reply-in-pieces":
            "The reply comes in several writes. Unity and Lightspark take the first as the whole.",
            "Use one write.";
        ResetAfterReply "reset-after-reply":
            "A reset follows the reply, or cuts it. On Windows the reply is sometimes lost.",
            "Read the whole request, then close in order. See The random #2048.";
        ReplyBeforeRequest "reply-before-request":
            "The server answers before it was asked. That ends in a reset too.",
            "Read the request first.";
        BytesAfterNul "bytes-after-nul":
            "Something follows the NUL.",
            "End the reply with one NUL.";
        WellKnownPolicyPort "well-known-policy-port":
            "The policy is on a port such as 22 or 143. Flash Player 7 to 9 are said to fetch none from there.",
            "Use port 843, or a port of its own.";
    }
    Meaning "The policy does not allow it", "[How Flash decides](../decide/how-flash-decides.md), [Policy files](../decide/policy-files.md)" {
        NoRuleMatches "no-rule-matches":
            "No rule names the movie's host and the port.",
            "Add one.";
        GrantsANeighbour "similar-domain-granted":
            "A similar domain is allowed: `www.example.com`, for example, and the movie is from `example.com`.",
            "Add a rule, or write `*.example.com`.";
        SchemeNotGranted "scheme-not-granted":
            "`http://www.example.com` is allowed and the movie came over `https`, or the reverse.",
            "Leave the scheme out.";
        PortNotGranted "port-not-granted":
            "The site is allowed, for other ports.",
            "Add the port.";
        ShadowedByMaster "shadowed-by-master":
            "The port's own policy would allow it, and the master policy says not to ask it.",
            "Set `site-control` of the master policy to `all`. If it is `master-only`, adding the rule to the master policy works too.";
        MetaPolicyNone "meta-policy-none":
            "The master policy says `none`, or something that counts as that. No rule counts.",
            "Set it to `master-only` or `all`.";
        MetaPolicyMasterOnly "meta-policy-master-only":
            "Only rules of the master policy count.",
            "Add a rule there, or set it to `all`.";
        PortAuthority "port-authority":
            "A policy from port 1024 or higher cannot open a port below 1024.",
            "Serve it from a port below 1024.";
        SecureOnly "secure-only":
            "The rule is for movies loaded over `https`.",
            "Load the movie over `https`, or drop `secure`.";
        Sandbox "sandbox":
            "The movie's sandbox has no sockets.",
            "Load the movie from a site.";
        AddressesDiffer "addresses-differ":
            "The addresses of the name do not behave alike.",
            "Serve the same on each.";
        MoreFindings "more-findings":
            "The policy has more mistakes than are listed.",
            "Fix those that are listed, or save the policy and run `flashgate lint` on it.";
    }
    Target "The port can't be reached", "[Gates](../run/gates.md), [What `check` can't see](../trouble/check.md#what-check-cant-see), [ports that Flash Player blocks](rules/blocked-ports.md)" {
        TargetRefused "target-refused":
            "Nothing listens on the port.",
            "Start the server. Check its address.";
        TargetFiltered "target-filtered":
            "A firewall drops the port.",
            "Open it.";
        BlockedByPlayer "port-blocked-by-player":
            "Flash Player 24 and later are said to open no socket to this port, whatever a policy says.",
            "Move the server to another port.";
        TargetSilent "target-silent":
            "A `SecureSocket` connects, and the port sends nothing in the TLS handshake.",
            "Offer TLS.";
        BackendDown "backend-down":
            "flashgate accepts, and reports that the server behind it is down.",
            "Start the server, or correct `backend`.";
        TargetClosesLate "target-closes-late":
            "The port closes every connection after some seconds without an answer, as a gate does whose server does not answer.",
            "Check the server behind it.";
        TargetClosesAtOnce "target-closes-immediately":
            "The port closes within half a second. It is an error if every connection ends so.",
            "Check the server behind it.";
        ServerNotKnown "backend-unknown":
            "It can't be told whether a server is behind the port.",
            "Check the server behind it.";
        NoTlsOnTarget "no-tls-on-target":
            "A `SecureSocket` connects, and the port does not speak TLS.",
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
            "`--insecure` accepted a certificate that clients refuse.",
            "Leave `--insecure` out.";
        NoTrustedRoots "no-trusted-roots":
            "This machine trusts no authority.",
            "Install `ca-certificates`, or use `--cacert`.";
        TlsFailed "tls-failed":
            "The TLS handshake failed for another reason.",
            "The message names it.";
    }
    Clients "Only for some clients", "[Player versions and other clients](../decide/players.md#other-clients)" {
        UnityNeedsWildcard "unity-needs-wildcard":
            "Unity accepts only rules for `*`.",
            "Add a rule for `*`, for the game's ports only.";
        UnityReads5000 "unity-policy-truncated":
            "Unity reads 5,000 bytes, and the policy is longer.",
            "Make the policy shorter.";
        LightsparkWaitsForPort "lightspark-waits-for-port":
            "Lightspark also asks the game's port, whatever port 843 says, and the port accepts and does not answer.",
            "Set `master-only` in the policy on port 843, or put a gate in front of the game.";
        Ipv6Target "ipv6-target":
            "The target is an IPv6 address, which Lightspark and Unity refuse.",
            "Use a name, or an IPv4 address.";
        SilverlightPort "silverlight-port":
            "Silverlight connects to ports 4502 to 4534 only.",
            "Move the server to one of them.";
    }
    Ruffle "Ruffle and its WebSocket", "[Pages with Ruffle](../run/ruffle-pages.md), [Behind nginx, HAProxy, or Caddy](../run/reverse-proxies.md)" {
        EntryMatchesNoMovie "unused-proxy-entry":
            "The `host` of an entry has a port, a scheme, a path or a `*`. Ruffle compares it letter by letter with the movie's host.",
            "Write the host as the movie does.";
        MixedContent "mixed-content":
            "The page is `https` and the URL is `ws:`.",
            "Use a `wss:` URL: turn on TLS, or put a proxy in front.";
        BlockedPort "port-blocked-by-browser":
            "Browsers open no WebSocket to this port.",
            "Use another port, or [`[bridge]`](../run/ruffle-pages.md).";
        OriginRefused "origin-refused":
            "The bridge answers 403 to this Origin.",
            "Add a rule for the page's host and the port.";
        HandshakeRefused "websocket-refused":
            "The answer is neither 101 nor 403. The message has the status, and says whether flashgate or a proxy before it answered.",
            "Correct the URL or the proxy.";
        HandshakeUnanswered "websocket-no-response":
            "The port accepts and does not answer the WebSocket or TLS handshake. A port that speaks no HTTP is given up after 3 seconds.",
            "Put a gate or the bridge there.";
        NoWebsocket "no-websocket":
            "The port has no WebSocket server, or answers 101 without the headers that browsers need.",
            "Put a gate or the bridge there, or correct the proxy.";
        SubprotocolAnswered "unexpected-subprotocol":
            "The server names a subprotocol that was not offered. Browsers fail the connection.",
            "Turn it off in the server.";
        ExtensionAnswered "unexpected-extension":
            "The server names an extension that was not offered. Browsers fail the connection.",
            "Turn it off in the server.";
        NoAddress "no-address":
            "The name in an entry does not resolve. The other entries are still checked.",
            "Correct the name, or add it to the DNS.";
        BridgeClosesAtOnce "bridge-closes-immediately":
            "The WebSocket opens and closes within half a second. The message has the code.",
            "Check the server behind the bridge.";
        TextFrame "text-frame":
            "The server sends text frames, which Ruffle drops.",
            "Have it send binary frames.";
        LocalNetworkAccess "local-network-access":
            "The bridge is on a local network and the page is not. Chrome 147 and later asks the user.",
            "Serve the bridge from a public address.";
        NoTlsOnBridge "no-tls-on-bridge":
            "The URL is `wss:`, and the port does not speak TLS.",
            "Turn on TLS, or use a `ws:` URL.";
    }
}
