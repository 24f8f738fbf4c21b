//! An IRC server, the real one.

use testkit::client::TestClient;
use testkit::needs;
use testkit::real_server::{RealServer, missing};
use testkit::websocket::WebSocketClient;

use super::opening::{ORIGIN, allows};
use super::page::{follow, local, public};

fn ngircd() -> RealServer {
    RealServer::start("ngircd", local(6667), |command, folder| {
        // The unprivileged user is called that. tidy: allow(nobody)
        let user = "ServerUID = nobody\nServerGID = nogroup\n";
        let text = format!(
            "[Global]\nName = irc.a.test\nInfo = a test\nPorts = 6667\nListen = 127.0.0.1\nMotdPhrase = welcome\n{user}\
             [Limits]\nMaxConnectionsIP = 0\n\
             [Options]\nNoticeBeforeRegistration = yes\nIdent = no\nDNS = yes\nPAM = no\n"
        );
        let path = folder.file("ngircd.conf", text)?;
        command.arg("--nodaemon").arg("--config").arg(path);
        Ok(())
    })
    .unwrap()
}

#[test]
fn irc() {
    if !needs::met(missing("ngircd")) {
        return;
    }
    follow("recipes/irc.md", |page| {
        let _ngircd = ngircd();
        page.run_rest();
        allows(public(7000), &[7000]);
        // The server speaks first.
        let mut client = TestClient::connect(public(7000)).unwrap();
        let mut greeting = [0; 7];
        client.read_exact(&mut greeting).unwrap();
        assert_eq!(&greeting, b"NOTICE ");
        // A client in a hurry speaks first, and is welcomed too.
        let mut client = WebSocketClient::open(public(7000), "/", Some(ORIGIN)).unwrap();
        assert!(client.say(b"NICK player\r\nUSER player 0 * :a player\r\n"));
        let mut heard = Vec::new();
        while !heard.windows(5).any(|bytes| bytes == b" 001 ") {
            heard.extend(client.read(1).unwrap());
            assert!(heard.len() < 4096, "{}", String::from_utf8_lossy(&heard));
        }
    });
}
