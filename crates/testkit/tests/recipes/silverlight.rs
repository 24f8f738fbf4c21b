//! Silverlight: what works without flashgate on port 943.

use testkit::client::{StreamEnd, TestClient};
use testkit::needs;
use testkit::zoo::Keeper;
use testkit::zoo::ScriptStep::Hold;

use super::page::{follow, public};

#[test]
fn silverlight() {
    if !needs::met(needs::program("/usr/bin/python3")) {
        return;
    }
    follow("recipes/silverlight.md", |page| {
        let _server = Keeper::start(public(4502), &[&[Hold]]).unwrap();
        page.run_rest();
        // 22 bytes without an end, and an answer without a NUL.
        let mut client = TestClient::connect(public(943)).unwrap();
        client.send(b"<policy-file-request/>");
        let heard = client.hear();
        assert_eq!(heard.end, StreamEnd::Fin);
        let text = String::from_utf8(heard.bytes).unwrap();
        assert!(text.ends_with("</access-policy>\n"), "{text:?}");
        // The page says so until it is no longer true.
        let config = "[policy.p]\nrules = [{ domain = \"a.test\", ports = \"4502\" }]\n\
                      [[listen]]\naddress = \"[::]:943\"\ndialect = \"silverlight\"\n";
        page.session.folder().file("later.toml", config).unwrap();
        let output = page
            .session
            .run("flashgate serve --check --config later.toml");
        let stderr = String::from_utf8(output.unwrap().stderr).unwrap();
        assert!(stderr.contains("not supported yet"), "{stderr}");
    });
}
