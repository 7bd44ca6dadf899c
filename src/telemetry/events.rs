//! The events that scripts and people may look for: `journalctl MESSAGE_ID=…` or
//! `journalctl CAREWARDEN_EVENT=…`. Names and ids never change; new ones are added at the end.
//! `systemd/carewarden.catalog` says for `journalctl -x` what each means and what to do.
//!
//! An event has its name where it is logged: `tracing::info!(name: "mail_accepted", …)`.

/// One sort of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// Its name, which is also the event's name in the code.
    pub name: &'static str,
    /// The journal's `MESSAGE_ID`: 128 bits, chosen once at random.
    pub id: &'static str,
}

/// Every sort.
pub const EVENTS: [Sort; 20] = [
    sort("service_ready", "5c2c0b480a764878981358de58277a93"),
    sort("service_stopped", "a0d789144682443db1cc79cd5ef93ec2"),
    sort("config_reloaded", "e639c21d87b24554ae2c98d31421470f"),
    sort("config_refused", "09cee1f776f5409388920521df2dd8fb"),
    sort("job_failed", "0ff7d950bf2844ca872e94e10a5121c0"),
    sort("clock_stepped", "2e97ae96a44a45718c4c042118a2fb94"),
    sort("source_read", "6eb8e67adeb24ba4a459d145ab57f605"),
    sort("source_failed", "d842648da95f4d9f8f46374b73004aa2"),
    sort("source_unknown_field", "63029b76016a4e99a6e2c3426e9e5179"),
    sort("assessed", "3ce4bbb72981435e97d6d7b483b773cc"),
    sort("mail_accepted", "d25476b588ee4551b17947b02d7fb56e"),
    sort("mail_deferred", "c558cd3839d54cfcb71eebd82e759d4d"),
    sort("mail_dead_letter", "f29450cc455c4666bfff9664df30e664"),
    sort("template_failed", "1f21c952d13f455292d55f49ee94f5e9"),
    sort("store_unsound", "0169c110f9184dc9a665772e5fcf53f1"),
    sort("service_failed", "50cb5123ce9d405fbd270f68e1a24b21"),
    sort("service_stuck", "0875643f899740d792f0f1e81b0d7573"),
    sort("monitor_silent", "b16ff98ec5a448b6b3f11c15021a650a"),
    sort("backup_failed", "a70ac1bc5edc4ebf931e2f3a21fe5270"),
    sort("store_unusable", "a25ad6340be4474f87ec78a214ddc905"),
];

const fn sort(name: &'static str, id: &'static str) -> Sort {
    Sort { name, id }
}
