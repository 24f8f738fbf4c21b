//! Silverlight: flashgate on port 943.

use testkit::client::{StreamEnd, TestClient, fetch};
use testkit::zoo::Keeper;
use testkit::zoo::ScriptStep::Hold;

use super::page::{follow, public};

#[test]
fn silverlight() {
    follow("recipes/silverlight.md", |page| {
        let _server = Keeper::start(public(4502), &[&[Hold]]).unwrap();
        page.run_rest();
        // 22 bytes without an end, and an answer without a NUL.
        let mut client = TestClient::connect(public(943)).unwrap();
        client.send(b"<policy-file-request/>");
        let heard = client.hear();
        assert_eq!(heard.end, StreamEnd::Fin);
        let text = String::from_utf8(heard.bytes).unwrap();
        assert!(text.ends_with("</access-policy>"), "{text:?}");
        // What the page says about Flash players.
        assert_eq!(fetch(public(943)).unwrap().bytes, text.as_bytes());
    });
}
