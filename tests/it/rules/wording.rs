//! The sentences that people read.

use carewarden::domain::{Indicator, KeyQuestion, Rating};
use carewarden::facts::{Attribute, Framework};
use carewarden::rules::{Band, Condition, Quorum, sentence};

use super::world::{World, date, shipped};

#[test]
fn every_condition_reads_as_plain_english() {
    let mut conditions: Vec<Condition> =
        carewarden::config::builtin_policy().rules.into_iter().map(|rule| rule.when).collect();
    conditions.push(Condition::OverallFellTo { rating: Rating::Good });
    conditions.push(Condition::SourceFailed { after: 3 });
    conditions.push(Condition::InspectionOlderThan { years: 1 });
    let red = |in_a_row| Condition::IndicatorBand {
        band: Band::Red,
        in_a_row,
        indicators: vec![Indicator::MissedVisits],
    };
    conditions.push(red(3));
    conditions.push(Condition::IndicatorTrend { indicators: vec![Indicator::LateVisits] });
    conditions.push(Condition::IndicatorOutlier { indicators: vec![Indicator::Complaints] });
    for quorum in [Quorum::All, Quorum::Any, Quorum::AtLeast(2)] {
        conditions.push(Condition::Several {
            quorum,
            of: vec![Condition::Dormant, red(1), Condition::ReturnsMissed],
        });
    }
    for kind in Condition::KINDS {
        assert!(conditions.iter().any(|condition| condition.kind() == kind), "{kind} is not shown");
    }
    let lines: Vec<String> =
        conditions.iter().map(|condition| format!("{}: {}", condition.kind(), sentence(condition))).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn every_finding_says_what_holds_in_one_sentence() {
    let mut world = World::new(shipped());
    let question = |of| Attribute::Question(Framework::Old, of);
    let old = |year| Some(jiff::civil::date(year, 6, 12));
    for id in ["1-1", "1-2", "1-3", "1-4", "1-5", "1-6", "1-7"] {
        world.registered(id, "01-01");
    }
    let overall = Attribute::Overall(Framework::Old);
    world.fact("1-1", overall, "Good", old(2021), "01-01");
    world.rated("1-1", "Inadequate", "03-03");
    for of in [KeyQuestion::Safe, KeyQuestion::Caring, KeyQuestion::WellLed] {
        world.fact("1-1", question(of), "Good", old(2021), "01-01");
        world.fact("1-1", question(of), "Inadequate", Some(date("03-03")), "03-03");
    }
    world.fact("1-2", overall, "Good", old(2023), "01-01");
    world.rated("1-2", "Inadequate", "02-03");
    world.rated("1-2", "Requires improvement", "03-03");
    world.fact("1-3", overall, "Requires improvement", old(2023), "01-01");
    world.fact("1-3", question(KeyQuestion::Safe), "Inadequate", old(2023), "01-01");
    world.fact("1-4", overall, "Outstanding", old(2021), "01-01");
    world.rated("1-4", "Good", "03-03");
    world.deregistered("1-5", "03-03");
    world.fact("1-6", Attribute::Dormancy, "Y", Some(date("02-01")), "03-03");
    world.fact("1-6", Attribute::ManagerAbsentSince, "2025-01-15", None, "03-03");
    world.fact("1-7", Attribute::LastInspection, "2021-11-30", None, "03-03");
    world.fact("1-7", overall, "Requires improvement", None, "03-02");
    world.fact("1-7", overall, "Requires improvement", Some(date("03-03")), "03-03");
    let lines = |world: &World, day: &str| -> String {
        let verdicts = world.verdicts(day);
        let holding = verdicts.holding.iter().map(|f| {
            assert!(!f.evidence.is_empty(), "{} rests on nothing", f.rule);
            format!("{} {} {} {}: {}", f.subject, f.rule, f.severity, f.weight, f.reason)
        });
        holding.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!("march", lines(&world, "03-04"));
    world.decisions.push(carewarden::rules::Decided {
        subject: carewarden::domain::Subject::location("1-3"),
        at: super::world::at("03-10"),
    });
    insta::assert_snapshot!("july", lines(&world, "07-04"));
    let absent: Vec<String> = world
        .verdicts("07-04")
        .absent
        .iter()
        .map(|((rule, _, subject), absence)| {
            assert!(!absence.evidence.is_empty(), "{rule} rests on nothing");
            format!("{subject} {rule}: {}", absence.reason)
        })
        .collect();
    insta::assert_snapshot!("absent", absent.join("\n"));
    insta::assert_debug_snapshot!("evidence", world.verdicts("03-04").holding[0].evidence);
}

#[test]
fn sources_are_told_in_words() {
    let mut world = World::new(shipped());
    let at = super::world::at;
    let source = |id: &str| carewarden::rules::SourceState {
        id: id.into(),
        failed_in_a_row: 0,
        last_error: None,
        last_at: Some(at("03-04")),
        good_at: Some(at("03-04")),
        interval: jiff::SignedDuration::from_hours(24),
        gone_ids: vec![],
        baseline_at: Some(at("01-01")),
        feed: Some(carewarden::rules::Feed::Register),
    };
    world.sources.push(carewarden::rules::SourceState {
        failed_in_a_row: 4,
        last_error: Some("GET /changes/location answered 403.".into()),
        good_at: Some(at("02-20")),
        ..source("cqc")
    });
    world.sources.push(carewarden::rules::SourceState {
        gone_ids: (1..=12).map(|n| format!("1-{n}")).collect(),
        ..source("north")
    });
    world.sources.push(source("well"));
    let verdicts = world.verdicts("03-05");
    let mut lines: Vec<String> =
        verdicts.holding.iter().map(|f| format!("{}: {}", f.rule, f.reason)).collect();
    lines.extend(
        verdicts.absent.iter().map(|((rule, _, s), a)| format!("{rule} absent for {s}: {}", a.reason)),
    );
    insta::assert_snapshot!(lines.join("\n"));
}
