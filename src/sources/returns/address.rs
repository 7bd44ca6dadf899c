//! Returns from an address: one file, asked for with what we hold of it.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use crate::clock::Clock;
use crate::config::ReturnsAddress;
use crate::sources::http::{Answer, Fault, Http, Limits, Validators};

/// The wait after a first failed try.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// Asks the address.
///
/// # Errors
/// Why there was no answer, in words.
pub async fn fetch(
    address: &ReturnsAddress,
    held: Option<&Validators>,
    clock: Clock,
) -> Result<Answer, String> {
    // Whoever writes the word into the secret's file as well means the same.
    let bearer = address.token.as_ref().map(|token| {
        let token = token.expose_secret().trim().trim_start_matches("Bearer ").to_owned();
        SecretString::from(format!("Bearer {token}"))
    });
    let key = bearer.as_ref().map(|bearer| ("Authorization", bearer));
    let limits = Limits {
        requests_per_second: 1.0,
        connect_timeout: address.connect_timeout,
        timeout: address.timeout,
        retries: address.retries,
        first_wait: FIRST_WAIT,
        retry_after_max: address.retry_after_max,
        max_body_bytes: address.max_body_bytes,
    };
    let mut http = Http::new(&address.url, key, limits, clock)?;
    http.get(&address.url, held).await.map_err(|fault: Fault| fault.to_string())
}
