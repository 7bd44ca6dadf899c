//! Every key of the configuration and of policy files, in one list.
//!
//! A line with a syntax error is shown with these words only, because whatever else stands in it
//! may be a secret. [`super::reader`] checks in debug builds that it asks for no other key.

/// Keys and table names, sorted.
pub(super) const KEYS: [&str; 86] = [
    "address",
    "after",
    "alert_after_hours",
    "allowed_domains",
    "answer_within_minutes",
    "backup",
    "base_url",
    "bodies_days",
    "bounce",
    "brake_floor",
    "brake_share",
    "ca_file",
    "catch_up",
    "connect_timeout_s",
    "council",
    "credential",
    "days",
    "digest",
    "dir",
    "ehlo_name",
    "env",
    "escalate_to",
    "failure_url",
    "family",
    "file",
    "files",
    "for",
    "for_days",
    "from",
    "full_reread_days",
    "give_up_after_days",
    "heartbeat",
    "host",
    "id",
    "intervals",
    "keep_daily",
    "keep_days",
    "keep_monthly",
    "keep_weekly",
    "kind",
    "local_authorities",
    "locations",
    "mail",
    "max_body_mb",
    "name",
    "name_in_subject",
    "only",
    "over_days",
    "password",
    "path",
    "per_page",
    "policy",
    "port",
    "rating",
    "recipient",
    "remind_after_days",
    "reopen_days",
    "reply_to",
    "requests_per_second",
    "retention",
    "retries",
    "retry_after_max_s",
    "retry_max_s",
    "retry_min_s",
    "route",
    "rule",
    "schedule",
    "send_cleared",
    "service_types",
    "severity",
    "source",
    "steps",
    "store",
    "subscription_key",
    "tell",
    "templates",
    "text",
    "timeout_s",
    "timezone",
    "tls",
    "to",
    "transport",
    "url",
    "username",
    "when",
    "years",
];

/// Whether a word is a key.
pub(super) fn is_key(word: &str) -> bool {
    KEYS.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_without_doubles() {
        assert!(KEYS.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(is_key("subscription_key") && !is_key("hunter2"));
    }
}
