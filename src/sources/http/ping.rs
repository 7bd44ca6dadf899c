//! One call to an outside monitor: whether it answers is all that matters. Nothing is said to it,
//! and its address, which is a secret, stands in no message.

use std::time::Duration;

use reqwest::{Client, Url, redirect};
use secrecy::{ExposeSecret, SecretString};

use super::fault;

/// Calls an address once, within a limit.
///
/// # Errors
/// In words, without the address: there was no answer, or not one that says "fine".
pub async fn ping(url: &SecretString, limit: Duration) -> Result<(), String> {
    let url = Url::parse(url.expose_secret()).map_err(|error| format!("its address is none: {error}"))?;
    let client = client(&url, limit).map_err(fault::in_one_line)?;
    let reply = client.get(url).send().await.map_err(|error| words(error, limit))?;
    let status = reply.status();
    if status.is_success() { Ok(()) } else { Err(format!("it answered {}", status.as_u16())) }
}

fn client(url: &Url, limit: Duration) -> reqwest::Result<Client> {
    // A second install is refused and harmless: the first was the same.
    let _installed_before = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .user_agent(concat!("carewarden/", env!("CARGO_PKG_VERSION")))
        .timeout(limit)
        .redirect(redirect::Policy::none())
        .referer(false);
    if url.scheme() == "http" {
        // Only a loopback address may be called without TLS: no proxy knows it.
        builder = builder.no_proxy().tls_certs_only([]);
    }
    builder.build()
}

fn words(error: reqwest::Error, limit: Duration) -> String {
    if error.is_timeout() {
        format!("it did not answer within {} s", limit.as_secs_f64())
    } else {
        format!("it could not be reached: {}", fault::in_one_line(error))
    }
}
