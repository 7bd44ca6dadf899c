//! Every London clock change from 2000 to 2040, both ways, for a set of patterns; and what holds
//! for every schedule.

use carewarden::schedule::Schedule;
use jiff::civil::{Date, Time, time};
use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};
use proptest::prelude::*;

use super::{at, london, schedule};

/// Every change, and whether it is the one in spring.
fn changes() -> Vec<(Date, bool)> {
    let zone = london();
    let end = at("2041-01-01T00:00:00Z");
    zone.following(at("2000-01-01T00:00:00Z"))
        .take_while(|change| change.timestamp() < end)
        .map(|change| (change.timestamp().to_zoned(zone.clone()).date(), change.dst().is_dst()))
        .collect()
}

/// The UTC times of day at which a schedule is due on a London day.
fn due_on(schedule: &Schedule, day: Date) -> Vec<Time> {
    let zone = london();
    let start = day.to_zoned(zone.clone()).expect("a day").timestamp();
    let end = day.tomorrow().expect("a next day").to_zoned(zone.clone()).expect("a day").timestamp();
    schedule
        .due_after(start - SignedDuration::from_nanos(1), &zone)
        .take_while(|due| *due < end)
        .map(|due| due.to_zoned(TimeZone::UTC).time())
        .collect()
}

fn every(minutes: i16, from: Time, until: Time) -> Vec<Time> {
    from.series(i64::from(minutes).minutes()).take_while(|at| *at <= until).collect()
}

#[test]
fn every_london_change_from_2000_to_2040() {
    let changes = changes();
    assert_eq!(changes.len(), 2 * 41);
    let table: [(&str, Vec<Time>, Vec<Time>); 10] = [
        ("0 6 * * *", vec![time(5, 0, 0, 0)], vec![time(6, 0, 0, 0)]),
        ("0 1 * * *", vec![time(1, 0, 0, 0)], vec![time(0, 0, 0, 0)]),
        ("30 1 * * *", vec![time(1, 0, 0, 0)], vec![time(0, 30, 0, 0)]),
        ("59 1 * * *", vec![time(1, 0, 0, 0)], vec![time(0, 59, 0, 0)]),
        ("0 2 * * *", vec![time(1, 0, 0, 0)], vec![time(2, 0, 0, 0)]),
        ("0 1,2 * * *", vec![time(1, 0, 0, 0)], vec![time(0, 0, 0, 0), time(2, 0, 0, 0)]),
        (
            "30 1,13 * * 0",
            vec![time(1, 0, 0, 0), time(12, 30, 0, 0)],
            vec![time(0, 30, 0, 0), time(13, 30, 0, 0)],
        ),
        ("*/30 1 * * *", vec![time(1, 0, 0, 0)], vec![time(0, 0, 0, 0), time(0, 30, 0, 0)]),
        // All hours: those that really pass, 23 in spring and 25 in autumn.
        ("0 * * * *", every(60, time(0, 0, 0, 0), time(22, 0, 0, 0)), Vec::new()),
        ("59 23 * * *", vec![time(22, 59, 0, 0)], vec![time(23, 59, 0, 0)]),
    ];
    for (text, spring, autumn) in table {
        let schedule = schedule(text);
        for (day, is_spring) in &changes {
            let due = due_on(&schedule, *day);
            if text == "0 * * * *" && !is_spring {
                assert_eq!(due.len(), 25, "{text} on {day}");
                continue;
            }
            assert_eq!(due, if *is_spring { spring.clone() } else { autumn.clone() }, "{text} on {day}");
        }
    }
}

#[test]
fn a_daily_time_comes_once_on_each_day_of_forty_years() {
    let zone = london();
    for text in ["0 6 * * *", "30 1 * * *"] {
        let schedule = schedule(text);
        let mut day = jiff::civil::date(2000, 1, 1);
        let start = day.to_zoned(zone.clone()).expect("a day").timestamp();
        for due in schedule.due_after(start, &zone).take(41 * 365 + 10) {
            assert_eq!(due.to_zoned(zone.clone()).date(), day, "{text}");
            day = day.tomorrow().expect("a next day");
        }
    }
}

/// Five fields that can fire.
fn pattern() -> impl Strategy<Value = String> {
    let minute = prop_oneof![
        "[0-9]",
        "[1-5][0-9]",
        Just("*/7".to_owned()),
        Just("*".to_owned()),
        Just("0,30".to_owned())
    ];
    let hour = prop_oneof![
        "[0-9]",
        "1[0-9]",
        Just("*".to_owned()),
        Just("*/5".to_owned()),
        Just("0-3".to_owned()),
        Just("1,13".to_owned())
    ];
    let day = prop_oneof![
        Just("*".to_owned()),
        Just("1".to_owned()),
        Just("15".to_owned()),
        Just("28-31".to_owned())
    ];
    let month = prop_oneof![Just("*".to_owned()), Just("3,10".to_owned()), Just("1-6".to_owned())];
    let weekday = prop_oneof![Just("*".to_owned()), Just("0".to_owned()), Just("1-5".to_owned())];
    (minute, hour, day, month, weekday).prop_map(|(a, b, c, d, e)| format!("{a} {b} {c} {d} {e}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn time_goes_on_and_looking_back_finds_what_looking_ahead_found(
        text in pattern(),
        second in 946_684_800_i64..2_240_524_800,
        zone in prop_oneof![Just("Europe/London"), Just("Australia/Lord_Howe"), Just("UTC")],
    ) {
        let zone = TimeZone::get(zone).expect("a zone");
        let schedule = schedule(&text);
        let now = Timestamp::from_second(second).expect("an instant");
        let due: Vec<Timestamp> = schedule.due_after(now, &zone).take(40).collect();
        prop_assert!(due.windows(2).all(|pair| pair[0] < pair[1]), "{text}: {due:?}");
        prop_assert!(due.iter().all(|due| *due > now));
        for pair in due.windows(2) {
            prop_assert_eq!(schedule.last_due(pair[0], &zone), Some(pair[0]), "{}", text);
            let before = pair[1] - SignedDuration::from_secs(1);
            prop_assert_eq!(schedule.last_due(before, &zone), Some(pair[0]), "{} at {}", text, before);
        }
    }

    #[test]
    fn a_time_of_the_day_comes_once_on_each_day(hour in 0_i8..24, minute in 0_i8..60, day in 0_i64..14_000) {
        let zone = london();
        let schedule = schedule(&format!("{minute} {hour} * * *"));
        let day = jiff::civil::date(2000, 1, 1).checked_add(day.days()).expect("a day");
        let due = due_on(&schedule, day);
        prop_assert_eq!(due.len(), 1, "{}:{} on {}", hour, minute, day);
        let wanted = day.at(hour, minute, 0, 0);
        let instant = zone.to_ambiguous_timestamp(wanted);
        if !instant.is_ambiguous() {
            let same = instant.unambiguous().expect("it is not").to_zoned(TimeZone::UTC).time();
            prop_assert_eq!(due[0], same);
        }
    }
}
