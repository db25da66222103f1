//! Certificates. The authority and the certificate of these tests were made with openssl for `localhost` alone; nothing else trusts
//! them, and the key is no secret.

use std::io::Write;
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::REVIEW;
use super::command::{ALLOCATE, command, done};
use super::server::{Server, Wire, json};

fn file(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/canvas_http/certificates")).join(name)
}

/// A server that encrypts.
fn server() -> Server {
    let certificates = vec![CertificateDer::from_pem_file(file("server.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_file(file("server.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(builder.with_no_client_auth().with_single_cert(certificates, key).unwrap());
    let wrap = move |stream: TcpStream| -> Box<dyn Wire> {
        Box::new(StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), stream))
    };
    Server::wrapped(wrap, |visit| {
        if visit.request() {
            visit.send(&json(REVIEW));
        }
    })
}

fn allocate(url: &str, authorities: &PathBuf) -> (i32, String, String) {
    done(command(url, &ALLOCATE).env("SSL_CERT_FILE", authorities).output().unwrap())
}

#[test]
fn only_a_trusted_certificate_gets_the_token() {
    let server = server();
    let (here, there) =
        (format!("https://localhost:{}", server.port()), format!("https://127.0.0.1:{}", server.port()));
    let (code, stdout, stderr) = allocate(&here, &file("authority.pem"));
    assert!(code == 0 && stdout.contains("| 41 "), "{stderr}");
    assert!(server.requests()[0].contains(super::TOKEN));

    // Another authority, which is this certificate itself; another name; and none at all.
    let mut other = tempfile::NamedTempFile::new().unwrap();
    other.write_all(&std::fs::read(file("server.pem")).unwrap()).unwrap();
    let none = other.path().with_extension("none");
    for (url, authorities, words) in [
        (&here, &other.path().to_owned(), "certificate is not trusted"),
        (&there, &file("authority.pem"), "certificate is not trusted"),
        (&here, &none, "no certificate authority is known"),
    ] {
        let (code, stdout, stderr) = allocate(url, authorities);
        assert_eq!((code, stdout.as_str()), (7, ""), "{url}");
        assert!(stderr.contains(words) && stderr.contains("SSL_CERT_FILE"), "{stderr}");
    }
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_server_without_encryption_is_no_secure_one() {
    // It does not wait to be greeted.
    let plain = Server::start(|visit| _ = visit.send(&json(REVIEW)));
    let url = format!("https://localhost:{}", plain.port());
    let (code, stdout, stderr) = allocate(&url, &file("authority.pem"));
    assert_eq!((code, stdout.as_str()), (7, ""), "{stderr}");
}
