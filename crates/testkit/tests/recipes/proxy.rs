//! nginx with TLS in front of flashgate: the reader's own web server, or Cloudflare.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use testkit::folder::Folder;
use testkit::real_server::RealServer;

use super::page::Page;

/// Makes an authority that the page's commands trust, and its certificate for two names, in files that pages mention.
pub(crate) fn trust(page: &mut Page) {
    certificates(page.session.folder());
    let root = page.session.folder().path().join("root.pem");
    for variable in ["SSL_CERT_FILE", "CURL_CA_BUNDLE"] {
        page.session.set(variable, root.to_str().unwrap());
    }
}

fn certificates(folder: &Folder) {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer_key = KeyPair::generate().unwrap();
    let root = authority.self_signed(&issuer_key).unwrap();
    let issuer = Issuer::new(authority, issuer_key);
    let key = KeyPair::generate().unwrap();
    let names = ["play.example.com", "www.example.com"].map(str::to_owned);
    let mut names = CertificateParams::new(names).unwrap();
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

/// nginx at an address, with `to` behind it: a URL, and more directives for it.
pub(crate) fn nginx(page: &Page, at: SocketAddr, to: &str) -> RealServer {
    let files = page.session.folder().path().display().to_string();
    RealServer::start("nginx", at, |command, folder| {
        let text = format!(
            "daemon off; master_process off; pid {dir}/pid; error_log {dir}/error.log;\n\
             events {{ worker_connections 256; }}\n\
             http {{ access_log off; client_body_temp_path {dir}; proxy_temp_path {dir}; fastcgi_temp_path {dir};\n\
             uwsgi_temp_path {dir}; scgi_temp_path {dir};\n\
             map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}\n\
             server {{ listen {at} ssl;\n\
             ssl_certificate {files}/fullchain.pem; ssl_certificate_key {files}/privkey.pem;\n\
             location / {{ proxy_pass {to}; proxy_http_version 1.1;\n\
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
