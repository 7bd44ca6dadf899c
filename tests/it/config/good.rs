//! Good files load as they are meant, with their warnings as printed.

use std::fmt::Write as _;
use std::fs;
use std::time::Duration;

use carewarden::config::{Config, SourceKind, Tls, Transport, builtin_policy, load_with, policy_from_str};
use carewarden::domain::Severity;
use carewarden::rules::{Condition, Tell};
use jiff::SignedDuration;
use secrecy::ExposeSecret;

use super::{FROM_ENV, INLINE, env, files, here, read, stem};

fn config(name: &str) -> Config {
    read(&here().join("good").join(name)).expect("it is a good file").config
}

#[test]
fn every_good_file_loads_with_just_its_warnings() {
    let mut printed = String::new();
    for path in files("good") {
        let loaded = read(&path).unwrap_or_else(|faults| panic!("{}:\n{faults}", path.display()));
        writeln!(printed, "-- {}", stem(&path)).expect("a string takes all");
        for warning in loaded.warnings {
            writeln!(printed, "{warning}").expect("a string takes all");
        }
    }
    insta::assert_snapshot!("warnings", printed);
}

#[test]
fn defaults_are_those_of_the_contract() {
    let config = config("smallest.toml");
    assert_eq!(config.store.path, here().join("good/carewarden.db"));
    assert_eq!(config.sources[0].schedule, "0 6 * * *");
    let SourceKind::CqcApi(cqc) = &config.sources[0].kind else { panic!("not a register") };
    assert_eq!(cqc.subscription_key.as_ref().expect("given").expose_secret(), "0123456789abcdef");
    assert_eq!((cqc.requests_per_second, cqc.retries, cqc.per_page), (5.0, 4, 1000));
    assert_eq!((cqc.connect_timeout, cqc.timeout), (Duration::from_secs(10), Duration::from_secs(60)));
    assert_eq!((cqc.retry_after_max, cqc.max_body_bytes), (Duration::from_secs(300), 64 << 20));
    assert_eq!((cqc.full_reread_days, cqc.brake_share, cqc.brake_floor), (7, 0.02, 20));
    assert!(cqc.locations.is_empty());
    assert_eq!(config.policy, builtin_policy());
    let mail = &config.mail;
    assert_eq!((mail.retry_min, mail.retry_max), (Duration::from_secs(60), Duration::from_secs(3600)));
    assert_eq!(mail.give_up_after, Duration::from_secs(5 * 86_400));
    assert_eq!((mail.send_cleared, mail.name_in_subject), (true, false));
    assert_eq!(mail.bounce, "carewarden@example.gov.uk");
    let Transport::Smtp(smtp) = &mail.transport else { panic!("not smtp") };
    assert_eq!((smtp.port, smtp.tls, smtp.ehlo_name.as_str()), (587, Tls::StartTls, "example.gov.uk"));
    assert_eq!((smtp.connect_timeout, smtp.timeout), (Duration::from_secs(10), Duration::from_secs(60)));
    assert!(smtp.login.is_none() && smtp.ca_file.is_none() && config.digest.is_none());
    assert!(config.heartbeat.is_none() && config.backup.is_none() && config.retention.bodies_days.is_none());
    assert_eq!(config.housekeeping_schedule(), "30 3 * * *");
}

#[test]
fn every_key_is_taken_as_it_is_written() {
    let config = config("every-key.toml");
    let SourceKind::CqcApi(cqc) = &config.sources[0].kind else { panic!("not a register") };
    assert_eq!((cqc.requests_per_second, cqc.retries, cqc.per_page), (2.0, 1, 10));
    assert_eq!((cqc.connect_timeout, cqc.timeout), (Duration::from_millis(200), Duration::from_secs(5)));
    assert_eq!((cqc.retry_after_max, cqc.max_body_bytes), (Duration::from_secs(30), 2 << 20));
    assert_eq!((cqc.full_reread_days, cqc.brake_share, cqc.brake_floor), (1, 0.5, 3));
    assert_eq!((cqc.locations[0].as_str(), config.sources[0].schedule.as_str()), ("1-1", "15 7 * * 1-5"));
    let mail = &config.mail;
    assert_eq!(mail.reply_to.as_deref(), Some("Home care <home-care@example.gov.uk>"));
    assert_eq!(mail.bounce, "bounces@example.gov.uk");
    assert_eq!((mail.retry_min, mail.retry_max), (Duration::from_secs(1), Duration::from_secs(8)));
    assert_eq!(mail.give_up_after, Duration::from_secs(43_200));
    assert_eq!((mail.send_cleared, mail.name_in_subject), (false, true));
    let Transport::Smtp(smtp) = &mail.transport else { panic!("not smtp") };
    assert_eq!((smtp.port, smtp.tls), (2525, Tls::Wrapper));
    assert_eq!((smtp.connect_timeout, smtp.timeout), (Duration::from_secs(1), Duration::from_millis(2500)));
    let (user, password) = smtp.login.as_ref().expect("given");
    assert_eq!((user.as_str(), password.expose_secret()), ("carewarden", FROM_ENV));
    let route = &config.routes[0];
    assert_eq!(route.answer_within, Some(SignedDuration::from_hours(4)));
    assert_eq!((route.escalate_to.as_slice(), route.only), (["lead".to_owned()].as_slice(), false));
    assert_eq!(route.remind_after, Some(SignedDuration::from_hours(7 * 24)));
    assert_eq!(config.recipients[0].name.as_deref(), Some("Lead"));
    let heartbeat = config.heartbeat.as_ref().expect("given");
    assert_eq!(heartbeat.url.expose_secret(), "https://monitor.example.org/ping/abc?x=1");
    assert_eq!(heartbeat.failure_url.expose_secret(), "https://monitor.example.org/down");
    assert_eq!((heartbeat.timeout.as_secs(), heartbeat.alert_after), (3, SignedDuration::from_hours(6)));
    let backup = config.backup.as_ref().expect("given");
    assert_eq!((&backup.dir, config.housekeeping_schedule()), (&here().join("good/backups"), "15 4 * * *"));
    assert_eq!((backup.keep.daily, backup.keep.weekly, backup.keep.monthly), (3, 2, 1));
    assert_eq!(config.retention.bodies_days, Some(365));
    assert_eq!(config.digest.expect("given").to, ["lead"]);
    assert_eq!(config.policy, builtin_policy());
}

#[test]
fn a_password_file_loses_its_line_end_and_loopback_needs_neither_key_nor_tls() {
    let login = config("login.toml");
    let Transport::Smtp(smtp) = &login.mail.transport else { panic!("not smtp") };
    assert_eq!(smtp.login.as_ref().expect("given").1.expose_secret(), INLINE);
    assert_eq!(smtp.ca_file, Some(here().join("good/ca.pem")));
    let loopback = config("loopback.toml");
    let SourceKind::CqcApi(cqc) = &loopback.sources[0].kind else { panic!("not a register") };
    assert_eq!(cqc.base_url, "http://127.0.0.1:8080/public/v1");
    assert!(cqc.subscription_key.is_none());
    let Transport::Smtp(smtp) = &loopback.mail.transport else { panic!("not smtp") };
    assert_eq!((smtp.port, smtp.tls), (25, Tls::None));
    let directory = config("directory.toml");
    assert!(
        matches!(directory.mail.transport, Transport::Directory { dir } if dir == here().join("good/mail"))
    );
}

#[test]
fn the_shipped_file_passes_once_the_credential_is_there() {
    let path = std::path::Path::new("config/carewarden.toml");
    let loaded = load_with(path, &env).unwrap_or_else(|faults| panic!("{faults}"));
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    assert_eq!(loaded.config.policy, builtin_policy());
    let without = load_with(path, &|_| None).expect_err("no credential");
    assert_eq!(without.0.len(), 1);
    assert!(without.to_string().starts_with("error[secret/absent] config/carewarden.toml:"));
}

#[test]
fn a_mailbox_for_returns_is_a_recipient_and_nobody_without_the_key() {
    assert_eq!(config("returns.toml").returns.mailbox.as_deref(), Some("lead"));
    assert_eq!(config("smallest.toml").returns.mailbox, None);
}

/// What the shipped file shows in comments is true: every line of it can be switched on.
#[test]
fn the_shipped_files_comments_are_keys_that_exist() {
    let text = fs::read_to_string("config/carewarden.toml").expect("is there");
    let on: Vec<&str> = text
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(key) if key.starts_with('[') || key.contains(" = ") && !key.contains(':') => key,
            Some(key) if ["schedule", "port", "failure_url"].iter().any(|begin| key.starts_with(begin)) => {
                key
            }
            _ => line,
        })
        .filter(|line| !line.starts_with("ca_file") && !line.starts_with("templates"))
        .filter(|line| !line.starts_with("A route takes"))
        .collect();
    let text = on.join("\n").replace("{ credential = \"smtp-password\" }", "{ env = \"SMTP_PASSWORD\" }");
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("policy")).expect("made");
    fs::copy("config/policy/ratings.toml", folder.path().join("policy/ratings.toml")).expect("copied");
    let path = folder.path().join("carewarden.toml");
    fs::write(&path, text).expect("written");
    let loaded = load_with(&path, &env).unwrap_or_else(|faults| panic!("{faults}"));
    assert!(loaded.config.digest.is_some() && loaded.config.heartbeat.is_some());
    assert!(loaded.config.backup.is_some() && loaded.config.retention.bodies_days == Some(730));
    let Transport::Smtp(smtp) = loaded.config.mail.transport else { panic!("not smtp") };
    assert!(smtp.login.is_some());
}

#[test]
fn the_shipped_policy_is_that_of_the_contract() {
    let policy = builtin_policy();
    let lines: Vec<String> = policy
        .rules
        .iter()
        .map(|rule| {
            format!(
                "{} ({}) {} {} {:?} {:?}\n  {}\n  {}",
                rule.id, rule.family, rule.version, rule.severity, rule.tell, rule.when, rule.name, rule.text
            )
        })
        .collect();
    insta::assert_snapshot!("policy", lines.join("\n"));
    assert!(policy.rules.iter().all(|rule| rule.version == rule.version_of() && rule.text.ends_with('.')));
}

#[test]
fn a_rules_defaults_and_settings_are_read() {
    let text = "[[rule]]\nid = \"x\"\nname = \"X\"\ntext = \"X.\"\nfor = \"me\"\nseverity = \"watch\"\n";
    let plain =
        policy_from_str("x.toml", &format!("{text}when = {{ kind = \"manager-absent\" }}")).expect("good");
    let rule = &plain.rules[0];
    assert_eq!((rule.for_days, rule.keep_days, rule.reopen_days), (0, 0, 30));
    assert_eq!((rule.family.as_str(), rule.tell, rule.severity), ("x", Tell::AtOnce, Severity::Watch));
    assert_eq!(rule.when, Condition::ManagerAbsent { over_days: 28 });
    let set = format!(
        "{text}for_days = 2\nkeep_days = 3\nreopen_days = 0\ntell = \"digest\"\nfamily = \"f\"\n\
         [rule.when]\nkind = \"inspection-older-than\"\nyears = 5\n"
    );
    let set = policy_from_str("x.toml", &set).expect("good");
    let rule = &set.rules[0];
    assert_eq!((rule.for_days, rule.keep_days, rule.reopen_days), (2, 3, 0));
    assert_eq!((rule.family.as_str(), rule.tell), ("f", Tell::Digest));
    assert_eq!(rule.when, Condition::InspectionOlderThan { years: 5 });
    assert_ne!(plain.rules[0].version, set.rules[0].version);
}

/// Healthchecks and its like take "/fail" after the path; a query stays at the end.
#[test]
fn the_failure_address_is_made_from_the_other() {
    let text = fs::read_to_string(here().join("good/smallest.toml")).expect("is there");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("carewarden.toml");
    for (url, wanted) in [
        ("https://hc.example.org/abc", "https://hc.example.org/abc/fail"),
        ("https://hc.example.org/abc/?rid=1", "https://hc.example.org/abc/fail?rid=1"),
        ("http://127.0.0.1:8000/x", "http://127.0.0.1:8000/x/fail"),
    ] {
        fs::write(&path, format!("{text}\n[heartbeat]\nurl = \"{url}\"\n")).expect("written");
        let config = load_with(&path, &env).unwrap_or_else(|faults| panic!("{faults}")).config;
        assert!(!format!("{config:?}").contains("hc.example.org"), "whoever has the address can silence it");
        assert_eq!(config.heartbeat.expect("given").failure_url.expose_secret(), wanted);
    }
}
