//! Cloudflare, with nginx in its place: it terminates TLS at one of Cloudflare's addresses and adds the same fields.

use testkit::client::fetch;
use testkit::needs;
use testkit::real_server::missing;
use testkit::zoo::Keeper;
use testkit::zoo::ScriptStep::Hold;

use super::opening::allows;
use super::page::{Page, follow_with, local, public};
use super::proxy::{nginx, trust};

/// An address from Cloudflare's list, and a player.
const EDGE: [u8; 4] = [104, 16, 1, 1];
const PLAYER: &str = "192.0.2.77";

/// The status of a WebSocket that a page of another site asks for, with a made-up address in the request.
#[track_caller]
fn evil(page: &Page, more: &str) -> String {
    let fields = "-H 'Origin: https://evil.example' -H 'Connection: Upgrade' -H 'Upgrade: websocket' \
                  -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' \
                  -H 'X-Forwarded-For: 198.51.100.66'";
    let command = format!(
        "curl -s -o status -w '%{{http_code}}' --http1.1 {fields} {more} https://play.example.com/9339"
    );
    let output = page.session.run(&command).unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn cloudflare() {
    if !needs::met(missing("nginx")) {
        return;
    }
    // Here the edge is on the same machine, so flashgate can't have port 443 of every address.
    let beside = |text: String| text.replace("[::]:443", "203.0.113.10:443");
    follow_with("recipes/cloudflare.md", beside, |page| {
        trust(page);
        page.session.name("play.example.com", "104.16.1.1").unwrap();
        let _game = Keeper::start(local(9340), &[&[Hold]]).unwrap();
        page.run(1);
        let _edge = nginx(
            page,
            (EDGE, 443).into(),
            "https://203.0.113.10:443; proxy_bind 104.16.1.1",
        );
        let fields = page
            .session
            .run("curl -sI https://play.example.com/ruffle.json");
        let fields = String::from_utf8(fields.unwrap().stdout).unwrap();
        assert!(fields.contains("Server: nginx"), "{fields}");
        page.run_rest();
        allows(public(9339), &[9339]);
        // Through the edge, and around it: only the edge's word counts.
        let from_player = format!("--interface {PLAYER}");
        assert_eq!(evil(page, &from_player), "403");
        let around = format!("{from_player} --resolve play.example.com:443:203.0.113.10");
        assert_eq!(evil(page, &around), "403");
        let log = page.session.log();
        let refused = log.lines().filter(|line| line.contains("evil.example"));
        let refused: Vec<_> = refused.collect();
        assert_eq!(refused.len(), 2, "{log}");
        for line in refused {
            assert!(
                line.contains(PLAYER) && !line.contains("198.51.100.66"),
                "{line}"
            );
        }
        // The edge passes HTTP only.
        let heard = fetch((EDGE, 443).into()).unwrap();
        assert!(
            !heard.bytes.windows(12).any(|it| it == b"cross-domain"),
            "{heard:?}"
        );
    });
}
