//! What a made-up provider reported, with its working.

use jiff::civil::{Date, date};

use super::super::Item;
use super::items::{change, item};
use crate::domain::{Severity, Subject};
use crate::rules::{Evidence, Method, Peer, Point, Working};

/// Missed of planned visits, a pair a month.
const MISSED: [(f64, f64); 20] = [
    (9.0, 1_480.0),
    (12.0, 1_502.0),
    (8.0, 1_455.0),
    (10.0, 1_490.0),
    (14.0, 1_511.0),
    (9.0, 1_476.0),
    (11.0, 1_498.0),
    (7.0, 1_432.0),
    (12.0, 1_520.0),
    (10.0, 1_488.0),
    (13.0, 1_507.0),
    (8.0, 1_461.0),
    (11.0, 1_493.0),
    (9.0, 1_470.0),
    (12.0, 1_515.0),
    (14.0, 1_502.0),
    (16.0, 1_496.0),
    (15.0, 1_483.0),
    (21.0, 1_509.0),
    (36.0, 1_500.0),
];

/// Missed of planned visits of others in the newest month, this provider first.
const PEERS: [(f64, f64); 14] = [
    (36.0, 1_500.0),
    (3.0, 610.0),
    (9.0, 1_220.0),
    (5.0, 480.0),
    (21.0, 2_900.0),
    (0.0, 350.0),
    (14.0, 1_760.0),
    (6.0, 900.0),
    (2.0, 260.0),
    (11.0, 2_150.0),
    (8.0, 1_040.0),
    (27.0, 3_400.0),
    (4.0, 720.0),
    (10.0, 1_330.0),
];

fn subject() -> Subject {
    Subject::provider("1-5550000111")
}

fn points() -> Vec<Point> {
    let first = date(2023, 7, 1);
    let months = (0_i64..).map(|month| first.saturating_add(jiff::Span::new().months(month)));
    MISSED
        .iter()
        .zip(months)
        .zip(1_i64..)
        .map(|((counts, start), number)| point(*counts, start, number))
        .collect()
}

fn point((missed, planned): (f64, f64), start: Date, number: i64) -> Point {
    Point {
        start,
        end: start.last_of_month(),
        value: (10_000.0 * missed / planned).round() / 100.0,
        numerator: Some(missed),
        denominator: Some(planned),
        submission: number,
        document: number,
        place: "sheet Return, row 5, column C".into(),
        came_on: start.last_of_month().saturating_add(jiff::Span::new().days(4)),
    }
}

fn evidence(method: Method) -> Evidence {
    let points = points();
    let newest = points.last().expect("there are twenty");
    Evidence {
        fact: "missed_visit_pct".into(),
        old: Some("1.39 % (21 of 1,509 planned visits)".into()),
        old_effective: Some(date(2025, 1, 31)),
        new: "2.4 % (36 of 1,500 planned visits)".into(),
        effective: Some(newest.end),
        observed_at: "2025-03-04T06:00:00Z".parse().expect("the instant is well formed"),
        document: Some(newest.document),
        row: Some(newest.place.clone()),
        working: Some(Box::new(Working {
            indicator: "missed_visit_pct".into(),
            zone: None,
            unit: "% of planned visits".into(),
            points,
            green: Some("0.5 or less".into()),
            red: Some("over 2".into()),
            red_at: Some(2.0),
            method,
            said: vec!["By its bands, green is 0.5 or less, red over 2.".into()],
        })),
    }
}

fn reported(flag: &str) -> Item {
    let changed = change(
        "Visits missed by the provider",
        Some("1.39 % (21 of 1,509 planned visits)"),
        Some("January 2025"),
        "2.4 % (36 of 1,500 planned visits)",
        "February 2025",
    );
    Item { area: None, link: None, changes: vec![changed], ..item(flag, Severity::Concern, subject()) }
}

pub(super) fn red() -> Item {
    Item {
        rule: "indicator-red".into(),
        rule_name: "An indicator is red".into(),
        rule_text:
            "The newest value reported that can be judged is red by the bands agreed with the provider."
                .into(),
        reason: "Visits missed by the provider: 2.4 % (36 of 1,500 planned visits) for February 2025, red \
                 (green is 0.5 or less, red over 2)."
            .into(),
        evidence: vec![evidence(Method::Bands)],
        ..reported("CW-0151")
    }
}

pub(super) fn signal() -> Item {
    let peer =
        |(numerator, denominator): &(f64, f64)| Peer { numerator: *numerator, denominator: *denominator };
    let peers = PEERS.iter().map(peer).collect();
    Item {
        rule: "indicator-signal".into(),
        rule_name: "More than chance".into(),
        rule_text:
            "The newest value is worse than the provider's own past, or than all other providers, by more \
                    than chance."
                .into(),
        reason:
            "Visits missed by the provider: 2.4 % (36 of 1,500 planned visits) for February 2025 lies beyond \
                 the 99.8 % limit among 14 providers."
                .into(),
        evidence: vec![evidence(Method::Funnel { peers, index: 0 })],
        ..reported("CW-0152")
    }
}
