//! The metrics, read back as a collector would.

use std::collections::{BTreeMap, BTreeSet};

use carewarden::status::{Complaint, complaints, prometheus};

use super::well;

/// Parses the text format strictly: HELP, TYPE, then the samples of that metric, and nothing twice.
fn parse(text: &str) -> BTreeMap<String, i64> {
    assert!(text.ends_with('\n'), "the last line has its end");
    let (mut samples, mut seen, mut current) = (BTreeMap::new(), BTreeSet::new(), String::new());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, words) = help.split_once(' ').expect("a name and words");
            assert!(!words.is_empty() && seen.insert(name.to_owned()), "{name} comes twice");
            assert_eq!(lines.next(), Some(format!("# TYPE {name} gauge").as_str()));
            current = name.to_owned();
            continue;
        }
        let (series, value) = line.rsplit_once(' ').expect("a value");
        let name = series.split('{').next().expect("a name");
        assert_eq!(name, current, "a sample stands under its own metric");
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{name}");
        assert!(series.len() == name.len() || series.ends_with("\"}"), "{series}");
        let before = samples.insert(series.to_owned(), value.parse().expect("a number"));
        assert!(before.is_none(), "{series} comes twice");
    }
    samples
}

#[test]
fn a_collector_can_read_what_is_well() {
    let facts = well();
    let samples = parse(&prometheus(Some(&facts), &[]));
    assert_eq!((samples["carewarden_up"], samples["carewarden_healthy"]), (1, 1));
    assert_eq!(
        samples[r#"carewarden_source_last_good_timestamp_seconds{source="cqc"}"#],
        super::ago(5).as_second()
    );
    assert_eq!(samples[r#"carewarden_job_last_ok{job="collect"}"#], 1);
    for code in Complaint::CODES {
        assert_eq!(samples[&format!("carewarden_complaints{{code=\"{code}\"}}")], 0);
    }
}

#[test]
fn a_complaint_is_counted_and_a_strange_id_is_escaped() {
    let mut facts = well();
    facts.sources[0].id = "a\"b\\c\nd".into();
    facts.sources[0].failed_in_a_row = 2;
    facts.mail.dead_letters = vec![3, 4];
    let text = prometheus(Some(&facts), &complaints(&facts));
    let samples = parse(&text);
    assert_eq!((samples["carewarden_healthy"], samples["carewarden_dead_letters"]), (0, 2));
    assert_eq!(samples[r#"carewarden_complaints{code="source_failed"}"#], 1);
    assert_eq!(samples[r#"carewarden_source_failures_in_a_row{source="a\"b\\c\nd"}"#], 2);
}

#[test]
fn a_database_that_cannot_be_read_is_down_and_not_healthy() {
    let samples = parse(&prometheus(None, &[]));
    let wanted = [("carewarden_healthy".to_owned(), 0), ("carewarden_up".to_owned(), 0)];
    assert_eq!(samples, BTreeMap::from(wanted));
}
