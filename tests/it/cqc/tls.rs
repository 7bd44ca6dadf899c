//! TLS to the regulator: a certificate is trusted by the system's store, or by `SSL_CERT_FILE`.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use carewarden::clock::Clock;
use carewarden::sources::http::{Answer, Http, Limits};
use jiff::Timestamp;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer};

const CHILD: &str = "CAREWARDEN_TEST_TLS_URL";

/// Runs as the child of the test below, with its environment; by itself it shows that no address is no child.
#[tokio::test]
async fn asks_the_address_in_the_environment() {
    let Some(url) = std::env::var_os(CHILD).and_then(|url| url.into_string().ok()) else {
        assert!(std::env::var_os("SSL_CERT_FILE").is_none_or(|path| !path.is_empty()));
        return;
    };
    let limits = Limits {
        requests_per_second: 100.0,
        connect_timeout: Duration::from_secs(5),
        timeout: Duration::from_secs(5),
        retries: 0,
        first_wait: Duration::ZERO,
        retry_after_max: Duration::ZERO,
        max_body_bytes: 1_000,
    };
    let mut http = Http::new(&url, None, limits, Clock::from(Timestamp::UNIX_EPOCH)).expect("a client");
    let answer = http.get(&url, None).await;
    assert!(matches!(&answer, Ok(Answer::Body { bytes, .. }) if bytes == b"{}"), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_is_trusted_through_ssl_cert_file_and_not_without() {
    let folder = tempfile::tempdir().expect("a folder");
    let known = generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let other = generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let url = serve(&known).await;
    for (certificate, trusted) in [(&known, true), (&other, false)] {
        let file = folder.path().join("ca.pem");
        std::fs::write(&file, certificate.cert.pem()).expect("the folder takes it");
        let mut child = Command::new(std::env::current_exe().expect("it runs"));
        child.args(["--exact", "cqc::tls::asks_the_address_in_the_environment", "--nocapture"]);
        child.env(CHILD, &url).env("SSL_CERT_FILE", &file);
        let ended =
            tokio::task::spawn_blocking(move || child.output()).await.expect("it ran").expect("it ended");
        let said =
            String::from_utf8_lossy(&ended.stderr).to_lowercase() + &String::from_utf8_lossy(&ended.stdout);
        assert_eq!(ended.status.success(), trusted, "{said}");
        assert!(trusted || said.contains("certificate"), "{said}");
    }
}

/// Answers `{}` to everything, over TLS.
async fn serve(certificate: &CertifiedKey<rcgen::KeyPair>) -> String {
    let key = PrivateKeyDer::Pkcs8(certificate.signing_key.serialize_der().into());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            builder.with_no_client_auth().with_single_cert(vec![certificate.cert.der().clone()], key)
        })
        .expect("a sound configuration");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("it is bound").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A client that does not trust us breaks off: the test looks at the client.
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut head = [0; 2_048];
            let reply = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
            if stream.read(&mut head).await.is_ok() && stream.write_all(reply).await.is_ok() {
                drop(stream.shutdown().await);
            }
        }
    });
    format!("https://localhost:{port}/public/v1")
}
