//! What `/ruffle.js` does to a page, in whatever order its scripts are loaded.

use browser::{RUFFLE, TestMovie};
use serde_json::{Value, json};

use super::{Way, machine};

/// A script in the page itself.
fn inline(text: &str) -> String {
    format!("data:text/javascript,{text}")
}

#[test]
fn merges_and_leaves_the_rest_alone() {
    let Some(machine) = machine(Way::Bridge, "play.test", "") else {
        return;
    };
    let theirs = inline(
        "window.RufflePlayer = { config: { letterbox: 'on', socketProxy: [\
         { host: 'other.test', port: 1, proxyUrl: 'ws://other.test/' },\
         { host: 'game.test', port: '9339', proxyUrl: 'ws://old.test/' }] } };",
    );
    let own = inline(
        "window.RufflePlayer = { config: { socketProxy: [\
         { host: 'null', port: '9339', proxyUrl: 'ws://theirs.test/' },\
         { host: 'play.test', port: 9339, proxyUrl: 'ws://theirs.test/' },\
         { host: 'play.test', port: 1, proxyUrl: 'ws://other.test/' }] } };",
    );
    let entry =
        |host: &str, port: u16, url: &str| json!({ "host": host, "port": port, "proxyUrl": url });
    let of_ours = |host: &str| entry(host, 9339, "ws://game.test:8080/9339");
    let (ours, unnamed, page) = (of_ours("game.test"), of_ours("null"), of_ours("play.test"));
    let other = entry("other.test", 1, "ws://other.test/");
    let merged = json!({ "letterbox": "on", "socketProxy": [ours, other, unnamed, page] });
    let alone = json!({ "socketProxy": [ours, unnamed, page] });
    let kept = json!({ "socketProxy": [
        ours,
        { "host": "null", "port": "9339", "proxyUrl": "ws://theirs.test/" },
        entry("play.test", 9339, "ws://theirs.test/"),
        entry("play.test", 1, "ws://other.test/"),
    ] });
    let (ruffle, script) = (RUFFLE.to_owned(), machine.script.clone());
    for (scripts, expected) in [
        (vec![ruffle.clone(), script.clone()], &alone),
        (vec![script.clone(), ruffle.clone(), script.clone()], &alone),
        (
            vec![theirs.clone(), script.clone(), ruffle.clone()],
            &merged,
        ),
        (
            vec![theirs, ruffle.clone(), script.clone(), script.clone()],
            &merged,
        ),
        // The page's entry for its own host stays, whatever the order.
        (vec![own, script.clone(), ruffle, script], &kept),
    ] {
        let mut visit = machine.visit_with(TestMovie::Socket, &scripts);
        let config = visit.wait_for("config").expect("a page");
        let config: Value = serde_json::from_str(&config).expect("JSON");
        assert_eq!(&config, expected, "{scripts:?}");
        // Ruffle has used the entry, whenever it read the config.
        let events = visit.kinds_until("connect").expect("a movie that starts");
        assert_eq!(events, ["started", "connect"]);
    }
}
