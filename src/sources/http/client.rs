//! The client itself, and what is read from and written into headers.

use std::time::Duration;

use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Url, redirect};
use secrecy::{ExposeSecret, SecretString};

use super::{Limits, REDIRECTS_MAX, Validators, fault, wait};
use crate::clock;

pub(super) fn client(
    base_url: &str,
    key: Option<(&'static str, &SecretString)>,
    limits: &Limits,
) -> Result<Client, String> {
    let base = Url::parse(base_url).map_err(|error| format!("base_url {base_url}: {error}"))?;
    let mut builder = Client::builder()
        .user_agent(concat!("carewarden/", env!("CARGO_PKG_VERSION")))
        .default_headers(key_header(key)?)
        .connect_timeout(limits.connect_timeout)
        .timeout(limits.timeout)
        .redirect(redirect::Policy::custom(same_host_only))
        .referer(false);
    if base.scheme() == "http" {
        // Only a loopback address may be asked without TLS: no proxy knows it, no certificate is needed.
        builder = builder.no_proxy().tls_certs_only([]);
    }
    builder.build().map_err(|error| {
        format!(
            "cannot prepare requests to {base_url}: {}; install ca-certificates or set SSL_CERT_FILE",
            fault::in_one_line(error)
        )
    })
}

fn key_header(key: Option<(&'static str, &SecretString)>) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    if let Some((name, secret)) = key {
        let mut value = HeaderValue::from_str(secret.expose_secret().trim()).map_err(|_| {
            "the subscription key has a character that no header may carry; check its file".to_owned()
        })?;
        value.set_sensitive(true);
        headers.insert(HeaderName::from_bytes(name.as_bytes()).map_err(|error| error.to_string())?, value);
    }
    Ok(headers)
}

/// The key goes with every request, so a request never goes to another host.
fn same_host_only(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let origin = |url: &Url| url.origin().ascii_serialization();
    let same = attempt.previous().first().is_some_and(|first| origin(first) == origin(attempt.url()));
    if same && attempt.previous().len() <= REDIRECTS_MAX { attempt.follow() } else { attempt.stop() }
}

pub(super) fn conditions(held: Option<&Validators>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let Some(held) = held else { return headers };
    for (name, value) in
        [(header::IF_NONE_MATCH, &held.etag), (header::IF_MODIFIED_SINCE, &held.last_modified)]
    {
        if let Some(Ok(value)) = value.as_deref().map(HeaderValue::from_str) {
            headers.insert(name, value);
        }
    }
    headers
}

pub(super) fn validators(headers: &HeaderMap) -> Validators {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    Validators { etag: text(header::ETAG), last_modified: text(header::LAST_MODIFIED) }
}

pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    // A date is seen from the server's own clock where it tells it.
    let server_s_date = text(header::DATE)
        .and_then(|date| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date).ok());
    wait::retry_after(text(header::RETRY_AFTER)?, server_s_date.unwrap_or_else(clock::real_now))
}

pub(super) fn says_html(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.to_ascii_lowercase().contains("html"))
}
