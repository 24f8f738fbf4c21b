//! Cloudflare, with nginx in its place: it terminates TLS at one of Cloudflare's addresses and adds the same fields.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use testkit::client::fetch;
use testkit::folder::Folder;
use testkit::needs;
use testkit::real_server::{RealServer, missing};
use testkit::zoo::Keeper;
use testkit::zoo::ScriptStep::Hold;

use super::opening::allows;
use super::page::{Page, follow, local, public};

/// An address from Cloudflare's list, and a player.
const EDGE: [u8; 4] = [104, 16, 1, 1];
const PLAYER: &str = "192.0.2.77";

/// An authority, and its certificate for `play.example.com`, at the paths that the page names.
fn certificates(folder: &Folder) {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer_key = KeyPair::generate().unwrap();
    let root = authority.self_signed(&issuer_key).unwrap();
    let issuer = Issuer::new(authority, issuer_key);
    let key = KeyPair::generate().unwrap();
    let mut names = CertificateParams::new(["play.example.com".to_owned()]).unwrap();
    names
        .distinguished_name
        .push(DnType::CommonName, "play.example.com");
    names.use_authority_key_identifier_extension = true;
    let certificate = names.signed_by(&key, &issuer).unwrap();
    folder.file("root.pem", root.pem()).unwrap();
    folder.file("fullchain.pem", certificate.pem()).unwrap();
    let key = folder.file("privkey.pem", key.serialize_pem()).unwrap();
    fs::set_permissions(key, fs::Permissions::from_mode(0o600)).unwrap();
}

fn nginx(page: &Page) -> RealServer {
    let files = page.session.folder().path().display().to_string();
    RealServer::start("nginx", (EDGE, 443).into(), |command, folder| {
        let text = format!(
            "daemon off; master_process off; pid {dir}/pid; error_log {dir}/error.log;\n\
             events {{ worker_connections 256; }}\n\
             http {{ access_log off; client_body_temp_path {dir}; proxy_temp_path {dir}; fastcgi_temp_path {dir};\n\
             uwsgi_temp_path {dir}; scgi_temp_path {dir};\n\
             map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}\n\
             server {{ listen 104.16.1.1:443 ssl;\n\
             ssl_certificate {files}/fullchain.pem; ssl_certificate_key {files}/privkey.pem;\n\
             location / {{ proxy_pass https://203.0.113.10:443; proxy_bind 104.16.1.1; proxy_http_version 1.1;\n\
             proxy_ssl_verify on; proxy_ssl_trusted_certificate {files}/root.pem;\n\
             proxy_ssl_server_name on; proxy_ssl_name $host; proxy_read_timeout 100s;\n\
             proxy_set_header Host $host; proxy_set_header Upgrade $http_upgrade;\n\
             proxy_set_header Connection $connection_upgrade; proxy_set_header CF-Connecting-IP $remote_addr;\n\
             proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; }} }} }}\n",
            dir = folder.path().display()
        );
        let path = folder.file("nginx.conf", text)?;
        command.arg("-p").arg(folder.path()).arg("-c").arg(path);
        Ok(())
    })
    .expect("nginx")
}

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
    follow("recipes/cloudflare.md", |page| {
        certificates(page.session.folder());
        let root = page.session.folder().path().join("root.pem");
        for variable in ["SSL_CERT_FILE", "CURL_CA_BUNDLE"] {
            page.session.set(variable, root.to_str().unwrap());
        }
        page.session.name("play.example.com", "104.16.1.1").unwrap();
        let _game = Keeper::start(local(9340), &[&[Hold]]).unwrap();
        page.run(1);
        let _edge = nginx(page);
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
