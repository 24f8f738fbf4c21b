//! Game servers. Each stand-in expects the real client's first message, and gives the real server's first answer.

use testkit::client::TestClient;
use testkit::needs;
use testkit::real_server::missing;
use testkit::zoo::Keeper;
use testkit::zoo::ScriptStep::{Expect, Hold, Read, Send};

use super::opening::{Opening, allows};
use super::page::{follow, follow_with, local, only_the_config, public};
use super::proxy::{nginx, trust};

/// `SmartFoxServer` 1.x: XML, each message ends with a NUL.
const SMARTFOX: Opening = Opening {
    client: b"<msg t='sys'><body action='verChk' r='0'><ver v='166' /></body></msg>\0",
    server: b"<msg t='sys'><body action='apiOK' r='0'></body></msg>\0",
};

/// `SmartFoxServer` 2X: a byte of flags (0x80: binary), a length, and an object.
const SMARTFOX_2X: Opening = Opening {
    client: b"\x80\0I\x12\0\x03\0\x01p\x12\0\x02\0\x03api\x08\0\x051.7.3\0\x02cl\x08\0!FlashPlayer:PlugIn:WIN 32,0,0,465\
              \0\x01a\x03\0\0\0\x01c\x02\0",
    server: b"\x80\0M\x12\0\x03\0\x01p\x12\0\x03\0\x02ct\x04\0\0\x04\0\0\x02ms\x04\0\x07\xa1 \0\x02tk\x08\0 \
              0123456789abcdef0123456789abcdef\0\x01a\x03\0\0\0\x01c\x02\0",
};

/// Habbo: a length of four bytes, a header of two. The client names its release (4000) and sends its ticket (2419) in
/// one piece; the server says that it is logged in (2491).
const HABBO: Opening = Opening {
    client: b"\0\0\0\x34\x0f\xa0\0!PRODUCTION-201611291003-338511768\0\x05FLASH\0\0\0\x01\0\0\0\0\
              \0\0\0\x0e\x09s\0\x06ticket\0\0\0\0",
    server: b"\0\0\0\x02\x09\xbb",
};

/// Houdini: `SmartFoxServer`'s XML, as the game's client of 2010 sends it.
const HOUDINI: Opening = Opening {
    client: b"<msg t='sys'><body action='verChk' r='0'><ver v='153' /></body></msg>\0",
    server: b"<msg t=\"sys\"><body action=\"apiOK\" r=\"0\" /></msg>\0",
};

#[test]
fn club_penguin() {
    const SCRIPT: &[testkit::zoo::ScriptStep] =
        &[Expect(HOUDINI.client), Send(HOUDINI.server), Hold];
    follow("recipes/club-penguin.md", |page| {
        let start = |port| Keeper::start(local(port), &[SCRIPT]).unwrap();
        let _login = start(16112);
        let _worlds = [19875, 19876, 19877, 19878].map(start);
        page.run_rest();
        for port in [6112, 9875, 9876, 9877, 9878] {
            allows(public(port), &[6112, 9875, 9876, 9877, 9878]);
            HOUDINI.over_tcp(public(port));
            HOUDINI.over_websocket(public(port), "/");
        }
    });
}

/// The config for wand: each name of a service has an address, and the servers keep their ports.
#[test]
fn club_penguin_with_wand() {
    const SCRIPT: &[testkit::zoo::ScriptStep] =
        &[Expect(HOUDINI.client), Send(HOUDINI.server), Hold];
    // Containers have a network each, and here is only one machine.
    let change = |text: String| only_the_config(&text).replace("[::]:", "203.0.113.10:");
    follow_with("recipes/club-penguin.md", change, |page| {
        let services = [
            ("houdini_login", "127.0.0.11", 6112),
            ("houdini_blizzard", "127.0.0.12", 9875),
            ("houdini_glaciar", "127.0.0.13", 9876),
            ("houdini_avalanche", "127.0.0.14", 9877),
            ("houdini_yeti", "127.0.0.15", 9878),
        ];
        let _servers = services.map(|(name, address, port)| {
            page.session.name(name, address).unwrap();
            let address = format!("{address}:{port}").parse().unwrap();
            Keeper::start(address, &[SCRIPT]).unwrap()
        });
        page.run_rest();
        for (_, _, port) in services {
            allows(public(port), &[6112, 9875, 9876, 9877, 9878]);
            HOUDINI.over_tcp(public(port));
        }
    });
}

#[test]
fn houdini_websockets() {
    const SCRIPT: &[testkit::zoo::ScriptStep] =
        &[Expect(HOUDINI.client), Send(HOUDINI.server), Hold];
    follow("migrate/houdini-websockets.md", |page| {
        let start = |port| Keeper::start(local(port), &[SCRIPT]).unwrap();
        let _login = start(16112);
        let _worlds = [19875, 19876, 19877, 19878].map(start);
        page.run_rest();
        for port in [6112, 9875, 9876, 9877, 9878] {
            HOUDINI.over_tcp(public(port));
            HOUDINI.over_websocket(public(port), "/");
            // The plug-in's port, 1000 higher.
            HOUDINI.over_websocket(public(port + 1000), "/");
        }
    });
}

/// The page's path has the query that a page may add, and the way through the gate's own port.
#[test]
fn one_path() {
    const SCRIPT: &[testkit::zoo::ScriptStep] =
        &[Expect(SMARTFOX.client), Send(SMARTFOX.server), Hold];
    if !needs::met(missing("nginx")) {
        return;
    }
    follow("recipes/aqw.md", |page| {
        let _game = Keeper::start(local(15588), &[SCRIPT]).unwrap();
        trust(page);
        page.run(1);
        let _web = nginx(page, public(443), "http://127.0.0.1:9001");
        page.run_rest();
        allows(public(5588), &[5588]);
        SMARTFOX.over_tcp(public(5588));
        SMARTFOX.over_websocket(local(9001), "/flash-socket-proxy");
        SMARTFOX.over_websocket(local(9001), "/flash-socket-proxy?v=2");
    });
}

/// Platform Racing 2: each message ends with byte 4, and begins with a part of a hash and a number.
const RACING: Opening = Opening {
    client: b"0b3`0`request_login_id`\x04",
    server: b"7d1`0`setLoginID`1\x04",
};

/// The servers answer policy requests too, for every website. Behind the gate that answer must not show.
#[test]
fn platform_racing() {
    const EVERYBODY: &[u8] =
        b"<cross-domain-policy><allow-access-from domain=\"*\" to-ports=\"*\" />\
                               </cross-domain-policy>\0";
    const IN_BAND: &[testkit::zoo::ScriptStep] = &[Read, Send(EVERYBODY), Hold];
    const SCRIPT: &[testkit::zoo::ScriptStep] = &[Expect(RACING.client), Send(RACING.server), Hold];
    if !needs::met(missing("nginx")) {
        return;
    }
    follow("recipes/platform-racing.md", |page| {
        let start = |port, turns| Keeper::start(local(port), turns).unwrap();
        let servers = [19160, 19161, 19162, 19163].map(|port| start(port, &[IN_BAND]));
        trust(page);
        page.run(1);
        let _web = nginx(page, public(443), "http://127.0.0.1:8080");
        page.run_rest();
        let ports = [9160, 9161, 9162, 9163];
        allows(public(843), &ports);
        for port in ports {
            allows(public(port), &ports);
        }
        drop(servers);
        let _servers = [19160, 19161, 19162, 19163].map(|port| start(port, &[SCRIPT]));
        for port in ports {
            RACING.over_tcp(public(port));
            RACING.over_websocket(local(8080), &format!("/sockets/{port}"));
        }
        RACING.over_websocket(local(8080), "/socketproxy/");
    });
}

#[test]
fn smartfoxserver() {
    const SCRIPT: &[testkit::zoo::ScriptStep] =
        &[Expect(SMARTFOX.client), Send(SMARTFOX.server), Hold];
    follow("recipes/smartfoxserver.md", |page| {
        let _game = Keeper::start(local(9340), &[SCRIPT]).unwrap();
        page.run_rest();
        allows(public(9339), &[9339]);
        SMARTFOX.over_tcp(public(9339));
        SMARTFOX.over_websocket(public(9339), "/");
    });
}

/// As the page says: with 9933 instead of 9339.
#[test]
fn smartfoxserver_2x() {
    const SCRIPT: &[testkit::zoo::ScriptStep] =
        &[Expect(SMARTFOX_2X.client), Send(SMARTFOX_2X.server), Hold];
    let change = |text: String| {
        let text = text.replace("--preset smartfox", "--gate 9933=127.0.0.1:9934");
        text.replace("9339", "9933")
    };
    follow_with("recipes/smartfoxserver.md", change, |page| {
        let _game = Keeper::start(local(9934), &[SCRIPT]).unwrap();
        page.run_rest();
        allows(public(9933), &[9933]);
        SMARTFOX_2X.over_tcp(public(9933));
        SMARTFOX_2X.over_websocket(public(9933), "/");
    });
}

/// With the line of the config that the page names, the tunnel goes to the web server. The rest is as before.
#[test]
fn smartfoxserver_with_bluebox() {
    const SCRIPT: &[testkit::zoo::ScriptStep] =
        &[Expect(SMARTFOX.client), Send(SMARTFOX.server), Hold];
    const REQUEST: &[u8] = b"POST /BlueBox/BlueBox.do HTTP/1.0\r\nContent-Length: 26\r\n\r\nsfsHttp=null|connect|null\r\n";
    const ANSWER: &[u8] = b"HTTP/1.0 200 OK\r\n\r\nconnect|a1b2c3";
    // Ruffle's list is then the web server's, as the page says.
    let change = |text: String| {
        let lines = text.lines().filter(|line| !line.contains("ruffle.json"));
        lines.collect::<Vec<_>>().join("\n")
    };
    follow_with("recipes/smartfoxserver.md", change, |page| {
        let _game = Keeper::start(local(9340), &[SCRIPT]).unwrap();
        let _web = Keeper::start(local(8080), &[&[Expect(REQUEST), Send(ANSWER)]]).unwrap();
        page.run(1);
        let uncomment = "sed -i 's/^# http-backend/http-backend/' flashgate.toml";
        assert!(page.session.run(uncomment).unwrap().status.success());
        page.run_rest();
        allows(public(9339), &[9339]);
        SMARTFOX.over_tcp(public(9339));
        let mut client = TestClient::connect(public(9339)).unwrap();
        client.send(REQUEST);
        assert_eq!(client.hear().bytes, ANSWER);
    });
}

#[test]
fn habbo() {
    const SCRIPT: &[testkit::zoo::ScriptStep] = &[Expect(HABBO.client), Send(HABBO.server), Hold];
    follow("recipes/habbo.md", |page| {
        let _emulator = Keeper::start(local(3002), &[SCRIPT]).unwrap();
        page.run_rest();
        allows(public(3000), &[3000]);
        HABBO.over_tcp(public(3000));
        HABBO.over_websocket(public(3000), "/");
    });
}
