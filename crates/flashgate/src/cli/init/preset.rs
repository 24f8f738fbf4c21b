//! The servers that `--preset` knows: their usual ports, and how to move them behind a gate.
//!
//! Sources of the ports and settings:
//!
//! - Houdini: `bootstrap.py` in github.com/solero/houdini (login 6112, worlds from 9875, `--address`, `--port`), and
//!   `docker-compose.yml` in github.com/solero/wand (four worlds, 9875 to 9878, and the names of their services).
//! - `SmartFoxServer` 1.x: docs2x.smartfoxserver.com/docs/1x/docPages/config/basics.htm (`ServerIP`, `ServerPort` 9339 in
//!   `config.xml`). 2X listens on 9933, and its `BlueBox` on 8080: docs2x.smartfoxserver.com/GettingStarted/bluebox.
//! - Habbo: `config.ini` of github.com/orracosta/ArcturusEmulatorOld and of later versions (`game.host`, `game.port`,
//!   `rcon.host`, `rcon.port`). Most copies of it have 3000 and 3001; some guides use 30000 and 30001.
//! - IRC: 6667 in `bind` of `docs/conf/inspircd.example.conf` in github.com/inspircd/inspircd. It is a bad port of the
//!   Fetch standard (fetch.spec.whatwg.org/#port-blocking), and `flash_policy::blocked_ports` has it too.

use clap::ValueEnum;

use super::planned_gate::PlannedGate;

/// A known server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Preset {
    /// Houdini, a Club Penguin server: login 6112, worlds 9875 to 9878
    Houdini,
    #[value(help = "SmartFoxServer 1.x: 9339")]
    Smartfox,
    /// Arcturus, a Habbo server: 3000
    Habbo,
    /// An IRC server on 6667, with the chat on 7000, because browsers refuse 6667
    Irc,
}

/// One gate of a preset.
struct Row {
    name: &'static str,
    /// The ports that players connect to.
    ports: &'static str,
    /// Where the server must listen, on the same machine.
    backend: &'static str,
    /// The backends with Compose: each is a public port and a service with its port.
    services: &'static [(u16, &'static str)],
    /// What to change in the server's settings.
    how: &'static [&'static str],
    /// Lines of the config after the gate.
    more: &'static [&'static str],
}

const HOUDINI: &[Row] = &[
    Row {
        name: "login",
        ports: "6112",
        backend: "127.0.0.1:16112",
        services: &[(6112, "houdini_login:6112")],
        how: &[
            "Start Houdini's login server with `bootstrap.py login --address 127.0.0.1 --port 16112`.",
        ],
        more: &[],
    },
    Row {
        name: "world",
        ports: "9875-9878",
        backend: "127.0.0.1:19875-19878",
        services: &[
            (9875, "houdini_blizzard:9875"),
            (9876, "houdini_glaciar:9876"),
            (9877, "houdini_avalanche:9877"),
            (9878, "houdini_yeti:9878"),
        ],
        how: &[
            "Start Houdini's world servers with `bootstrap.py world --address 127.0.0.1 --port 19875`, 19876 and so on.",
            "In servers.xml, and in whatever else players read, keep ports 9875 to 9878.",
        ],
        more: &[],
    },
];

const SMARTFOX: &[Row] = &[Row {
    name: "smartfox",
    ports: "9339",
    backend: "127.0.0.1:9340",
    services: &[(9339, "smartfox:9339")],
    how: &[
        "In SmartFoxServer's config.xml, set ServerIP to 127.0.0.1 and ServerPort to 9340. Movies keep port 9339.",
        "(SmartFoxServer 2X listens on 9933: use `flashgate init --gate 9933=127.0.0.1:9934` for it.)",
    ],
    more: &[
        "# BlueBox, the tunnel through HTTP, has its own port, 8080, and needs no gate. To accept its requests on port",
        "# 9339 too:",
        "# http-backend = \"127.0.0.1:8080\"",
    ],
}];

const HABBO: &[Row] = &[Row {
    name: "game",
    ports: "3000",
    backend: "127.0.0.1:3002",
    services: &[(3000, "arcturus:3000")],
    how: &[
        "In Arcturus's config.ini, set game.host=127.0.0.1 and game.port=3002. The client keeps port 3000. If it uses",
        "another one, such as 30000, change `address`.",
        "Players must not reach RCON. Keep rcon.host=127.0.0.1, and add no gate for rcon.port.",
    ],
    more: &[],
}];

const IRC: &[Row] = &[Row {
    name: "irc",
    ports: "7000",
    backend: "127.0.0.1:6667",
    services: &[(7000, "ircd:6667")],
    how: &[
        "The IRC server keeps port 6667. Let the chat connect to port 7000 instead, because browsers and late versions of",
        "Flash Player refuse to connect to port 6667.",
    ],
    more: &[],
}];

impl Preset {
    const fn rows(self) -> &'static [Row] {
        match self {
            Self::Houdini => HOUDINI,
            Self::Smartfox => SMARTFOX,
            Self::Habbo => HABBO,
            Self::Irc => IRC,
        }
    }

    /// The gates for a server on the same machine.
    pub(super) fn gates(self) -> Vec<PlannedGate> {
        let gate = |row: &Row| PlannedGate {
            comments: row.how.iter().map(|&line| line.to_owned()).collect(),
            name: Some(row.name.to_owned()),
            address: format!("[::]:{}", row.ports),
            backend: row.backend.to_owned(),
            more: row.more.iter().map(|&line| line.to_owned()).collect(),
            ..PlannedGate::default()
        };
        self.rows().iter().map(gate).collect()
    }

    /// The gates for a server in other containers, which keep their ports.
    pub(super) fn services(self) -> Vec<PlannedGate> {
        let gate = |(port, service): &(u16, &str)| PlannedGate {
            address: format!("[::]:{port}"),
            backend: (*service).to_owned(),
            ..PlannedGate::default()
        };
        let services = self.rows().iter().flat_map(|row| row.services);
        services.map(gate).collect()
    }
}
