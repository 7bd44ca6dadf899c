//! What the planner decides, given what has been done.

use std::path::Path;

use carewarden::config::{Config, load_with};
use carewarden::daemon::{Decision, Marks, Planner, Rhythm, SourceMarks, Work};
use carewarden::jobs::{Jobs, Record};
use carewarden::store::DaemonEventKind;
use jiff::Timestamp;

use super::at;

const DAILY: &str = "0 6 * * * Europe/London";

/// A sound configuration with one source that is due at six.
fn config(extra: &str) -> Config {
    let dir = tempfile::TempDir::new().expect("a folder");
    let path = dir.path().join("carewarden.toml");
    let smallest = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/config/good/loopback.toml");
    let text = std::fs::read_to_string(smallest).expect("the file");
    let text = text.replace("kind = \"cqc-api\"", &format!("kind = \"cqc-api\"\n{extra}"));
    std::fs::write(&path, text).expect("written");
    let loaded = load_with(&path, &|_| None).unwrap_or_else(|faults| panic!("{faults}"));
    loaded.config
}

fn read_at(instant: &str) -> SourceMarks {
    SourceMarks {
        handled: Some(at(instant)),
        last_at: Some(at(instant)),
        is_failing: false,
        schedule_seen: Some(DAILY.into()),
    }
}

fn marks(source: SourceMarks) -> Marks {
    Marks { sources: vec![source], ..Marks::default() }
}

/// A planner that has assessed just now.
fn rested(now: Timestamp) -> Planner {
    let mut planner = Planner::new(Rhythm::default());
    planner.done(&Work::Assess(Record::Always), now);
    planner
}

fn decide(extra: &str, marks: &Marks, now: &str) -> Decision {
    rested(at(now)).decide(&config(extra), marks, at(now))
}

fn collect_for(decision: &Decision) -> Option<Timestamp> {
    match &decision.work {
        Some(Work::Collect { scheduled_for, .. }) => *scheduled_for,
        _ => None,
    }
}

#[test]
fn a_source_that_was_never_read_is_read_at_once() {
    let decision = decide("", &marks(SourceMarks::default()), "2025-03-04T11:00:00Z");
    assert_eq!(collect_for(&decision), Some(at("2025-03-04T11:00:00Z")));
    assert_eq!(decision.events[0].kind, DaemonEventKind::Schedule);
    assert_eq!((decision.events[0].detail.as_deref(), decision.events[0].scheduled_for), (Some(DAILY), None));
}

#[test]
fn nothing_is_due_and_the_next_look_is_at_the_next_slot() {
    let decision = decide("", &marks(read_at("2025-03-04T06:00:05Z")), "2025-03-04T06:00:30Z");
    assert_eq!((decision.work, decision.events.len()), (None, 0));
    assert_eq!(decision.next_at, Some(at("2025-03-04T06:05:00Z")));
}

#[test]
fn after_downtime_the_newest_run_is_made_and_the_others_are_written_down() {
    let decision = decide("", &marks(read_at("2025-03-04T06:00:00Z")), "2025-03-07T09:00:00Z");
    assert_eq!(collect_for(&decision), Some(at("2025-03-07T06:00:00Z")));
    let missed: Vec<_> = decision.events.iter().filter_map(|event| event.scheduled_for).collect();
    assert_eq!(missed, [at("2025-03-05T06:00:00Z"), at("2025-03-06T06:00:00Z")]);
    let decision =
        decide("catch_up = \"skip\"", &marks(read_at("2025-03-04T06:00:00Z")), "2025-03-07T09:00:00Z");
    assert_eq!((collect_for(&decision), decision.events.len()), (None, 3));
}

#[test]
fn a_changed_line_starts_from_now() {
    let seen = SourceMarks {
        schedule_seen: Some("0 5 * * * Europe/London".into()),
        ..read_at("2025-03-01T05:00:00Z")
    };
    let decision = decide("", &marks(seen), "2025-03-04T11:00:00Z");
    assert_eq!(collect_for(&decision), None);
    assert_eq!(decision.events.len(), 1);
    assert_eq!(decision.events[0].scheduled_for, Some(at("2025-03-04T11:00:00Z")));
}

#[test]
fn a_failed_source_is_tried_again_after_a_quarter_of_an_hour() {
    let failing = SourceMarks { is_failing: true, ..read_at("2025-03-04T06:00:10Z") };
    let early = decide("", &marks(failing.clone()), "2025-03-04T06:15:09Z");
    assert_eq!((collect_for(&early), early.next_at), (None, Some(at("2025-03-04T06:15:10Z"))));
    let then = decide("", &marks(failing), "2025-03-04T06:15:30Z");
    assert_eq!(collect_for(&then), Some(at("2025-03-04T06:15:10Z")));
}

#[test]
fn an_instant_that_has_a_run_which_was_cut_short_gets_another_from_now() {
    let due = at("2025-03-05T06:00:00Z");
    let cut_short = Marks { claimed: vec![due], ..marks(read_at("2025-03-04T06:00:00Z")) };
    let decision = decide("", &cut_short, "2025-03-05T06:20:00Z");
    assert_eq!(collect_for(&decision), Some(at("2025-03-05T06:20:00Z")));
}

#[test]
fn what_is_known_goes_out_before_more_is_read() {
    let now = at("2025-03-05T06:00:01Z");
    let all = Marks { mails_due: 2, housekeeping_due: true, ..marks(read_at("2025-03-04T06:00:00Z")) };
    let config = config("");
    let mut planner = Planner::new(Rhythm::default());
    let mut order = Vec::new();
    let mut marks = all;
    for _ in 0..6 {
        let Some(work) = planner.decide(&config, &marks, now).work else { break };
        order.push(work.job().as_str());
        planner.done(&work, now);
        match work {
            Work::Deliver => marks.mails_due = 0,
            Work::Collect { .. } => marks.sources[0].handled = Some(now),
            Work::Housekeeping => marks.housekeeping_due = false,
            Work::Assess(_) => {}
        }
    }
    assert_eq!(order, ["assess", "deliver", "collect", "assess", "housekeeping"]);
}

#[test]
fn a_job_that_failed_is_held_and_the_others_go_on() {
    let now = at("2025-03-05T06:00:01Z");
    let all = Marks { mails_due: 2, ..marks(read_at("2025-03-04T06:00:00Z")) };
    let (config, mut planner) = (config(""), rested(now));
    planner.failed(&Work::Deliver, now);
    assert!(collect_for(&planner.decide(&config, &all, now)).is_some());
    let later = at("2025-03-05T06:01:01Z");
    assert_eq!(planner.decide(&config, &all, later).work, Some(Work::Deliver));
    let set_back = at("2025-03-05T04:00:00Z");
    assert_eq!(
        planner.decide(&config, &all, set_back).work,
        Some(Work::Deliver),
        "held by a time that is gone"
    );
}

#[test]
fn a_clock_that_was_set_back_has_every_source_read_again() {
    let (was, now) = (at("2025-03-05T08:00:00Z"), at("2025-03-05T06:00:30Z"));
    let (config, mut planner) = (config(""), rested(now));
    let read = marks(read_at("2025-03-05T06:00:00Z"));
    assert_eq!(planner.watch_clock(now, at("2025-03-05T06:00:33Z")), None);
    let event = planner.watch_clock(was, now).expect("a step");
    assert_eq!(event.detail.as_deref(), Some("7170 s back"));
    let decision = planner.decide(&config, &read, now);
    assert_eq!(decision.work, Some(Work::Collect { sources: vec!["cqc".into()], scheduled_for: None }));
    planner.done(&decision.work.expect("work"), now);
    planner.done(&Work::Assess(Record::Always), now);
    assert_eq!(planner.decide(&config, &read, now).work, None);
}

#[test]
fn a_person_can_ask_for_everything_now() {
    let now = at("2025-03-05T12:00:30Z");
    let (config, mut planner) = (config(""), rested(now));
    let read = marks(read_at("2025-03-05T06:00:00Z"));
    planner.ask(Jobs::All);
    let first = planner.decide(&config, &read, now).work.expect("work");
    assert_eq!(first, Work::Assess(Record::Always));
    planner.done(&first, now);
    assert!(matches!(
        planner.decide(&config, &read, now).work,
        Some(Work::Collect { scheduled_for: None, .. })
    ));
}
