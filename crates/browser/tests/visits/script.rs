//! What `/ruffle.js` does to a page, in whatever order its scripts come.

use browser::{Movie, RUFFLE};
use serde_json::{Value, json};

use super::{Way, machine};

/// A script of the page's own.
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
    let ours = json!({ "host": "game.test", "port": 9339, "proxyUrl": "ws://game.test:8080/9339" });
    let other = json!({ "host": "other.test", "port": 1, "proxyUrl": "ws://other.test/" });
    let merged = json!({ "letterbox": "on", "socketProxy": [ours, other] });
    let alone = json!({ "socketProxy": [ours] });
    let (ruffle, script) = (RUFFLE.to_owned(), machine.script.clone());
    for (scripts, expected) in [
        (vec![ruffle.clone(), script.clone()], &alone),
        (vec![script.clone(), ruffle.clone(), script.clone()], &alone),
        (
            vec![theirs.clone(), script.clone(), ruffle.clone()],
            &merged,
        ),
        (vec![theirs, ruffle, script.clone(), script], &merged),
    ] {
        let mut visit = machine.visit_with(Movie::Socket, &scripts);
        let config = visit.wait_for("config").expect("a page");
        let config: Value = serde_json::from_str(&config).expect("JSON");
        assert_eq!(&config, expected, "{scripts:?}");
        // Ruffle has taken the entry, whenever it looked.
        let events = visit.kinds_until("connect").expect("a movie that starts");
        assert_eq!(events, ["started", "connect"]);
    }
}
