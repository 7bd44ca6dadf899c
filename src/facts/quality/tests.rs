use super::*;
use crate::domain::indicator::Value;

const LATE: Indicator = Indicator::LateVisits;
const MISSED: Indicator = Indicator::MissedVisits;

fn period(text: &str) -> Period {
    match text.split_once(" to ") {
        Some((start, end)) => {
            let day = |text: &str| text.parse().expect("a date");
            Period::new(day(start), day(end)).expect("a period")
        }
        None => Period::parse(text).expect("a month"),
    }
}

/// `missed_visit_pct`, `8/1560`, `2.5`, `2027-03-31`, `yes`; a zone behind an at sign.
fn value(when: Period, text: &str) -> ReturnValue {
    let (what, said) = text.split_once(' ').expect("a key and a value");
    let (key, zone) = what.split_once('@').map_or((what, None), |(key, zone)| (key, Some(zone.to_owned())));
    let parts = said.split_once('/').map(|(counted, over)| (number(counted), number(over)));
    let value = match (said, parts) {
        (_, Some((counted, over))) => Value::Number(if over == 0.0 { 0.0 } else { 100.0 * counted / over }),
        ("yes" | "no", _) => Value::YesNo(said == "yes"),
        _ => said.parse().map_or_else(|_| Value::Date(said.parse().expect("a date")), Value::Number),
    };
    ReturnValue {
        provider_id: "1-101".into(),
        location_id: None,
        zone,
        period: when,
        indicator: Indicator::parse(key).expect("an indicator"),
        numerator: parts.map(|(counted, _)| counted),
        denominator: parts.map(|(_, over)| over),
        value,
        place: format!("row {key}"),
    }
}

fn number(text: &str) -> f64 {
    text.parse().expect("a number")
}

fn values(when: &str, texts: &[&str]) -> Vec<ReturnValue> {
    texts.iter().map(|text| value(period(when), text)).collect()
}

/// What was held: the version before of the same period under its own name.
fn held(now: &str, earlier: &[(&str, &[&str])]) -> Held {
    let mut held = Held::default();
    for (when, texts) in earlier {
        if *when == now {
            held.same = values(when, texts);
        } else {
            held.others.insert(period(when), values(when, texts));
        }
    }
    held
}

fn told_as(kept: Kept, now: &str, texts: &[&str], earlier: &[(&str, &[&str])]) -> Vec<String> {
    let values = values(now, texts);
    let values: Vec<&ReturnValue> = values.iter().collect();
    let version = Version { period: period(now), kept, values: &values };
    let found = remarks(version, &held(now, earlier));
    found.iter().map(|remark| format!("{}: {}", remark.kind(), remark.in_words())).collect()
}

fn told(now: &str, texts: &[&str], earlier: &[(&str, &[&str])]) -> Vec<String> {
    told_as(Kept::Whole, now, texts, earlier)
}

const FORM: [&str; 7] = [
    "missed_visit_pct 8/1560",
    "late_visit_pct 120/1500",
    "staff_headcount 41",
    "starters 2",
    "supervision_pct 38/41",
    "complaints 0",
    "insurance_expiry 2027-03-31",
];

#[test]
fn a_form_of_which_no_number_has_moved_looks_copied() {
    let copied = told("2026-07", &FORM, &[("2026-06", &FORM)]);
    assert_eq!(
        copied,
        ["same_again: All 5 numbers are those of 1 Jun 2026 to 30 Jun 2026: was the old form sent again?"]
    );
    let mut one_moved = FORM;
    one_moved[0] = "missed_visit_pct 9/1560";
    assert!(told("2026-07", &one_moved, &[("2026-06", &FORM)]).is_empty());
    let mut from_none = FORM;
    from_none[5] = "complaints 1";
    assert!(told("2026-07", &from_none, &[("2026-06", &FORM)]).is_empty(), "a zero that moved has moved");
}

#[test]
fn few_numbers_that_stand_still_are_no_copy() {
    let still =
        ["staff_headcount 12", "care_worker_fte 8", "complaints 0", "supervision_pct 12/12", "starters 1"];
    assert!(told("2026-07", &still, &[("2026-06", &still)]).is_empty(), "three that tell something");
    let new = [&FORM[..], &["leavers 1"]].concat();
    assert!(told("2026-07", &new, &[("2026-06", &FORM)]).is_empty(), "one was not there before");
    assert!(told("2026-07", &FORM, &[("2026-07", &FORM)]).is_empty(), "the same version twice");
}

#[test]
fn a_newer_version_that_says_something_else_is_a_restatement() {
    let old =
        ["missed_visit_pct 8/1560", "complaints 1", "insurance_expiry 2026-03-31", "registered_manager yes"];
    let new =
        ["missed_visit_pct 18/1560", "complaints 2", "insurance_expiry 2027-03-31", "registered_manager no"];
    assert_eq!(
        told("2026-07", &new, &[("2026-07", &old)]),
        [
            "restated: Visits missed by the provider: 0.51% (8 of 1,560) before, now 1.15% (18 of 1,560).",
            "restated: Complaints: 1 before, now 2.",
            "restated: Registered manager in post: yes before, now no.",
            "restated: Insurance ends: 31 Mar 2026 before, now 31 Mar 2027.",
        ]
    );
    let base_only =
        told("2026-07", &["missed_visit_pct 16/3120"], &[("2026-07", &["missed_visit_pct 8/1560"])]);
    assert_eq!(base_only.len(), 1, "the same share of other numbers");
    assert!(
        told("2026-07", &["missed_visit_pct 1"], &[("2026-07", &["missed_visit_pct 8/1560"])]).is_empty()
    );
    assert!(told("2026-07", &["starters 2"], &[("2026-07", &["leavers 2"])]).is_empty(), "it adds");
}

#[test]
fn what_two_returns_had_and_this_has_not_is_a_gap() {
    let may: (&str, &[&str]) = ("2026-05", &["complaints 1", "supervision_pct 30/41", "starters 1"]);
    let june: (&str, &[&str]) = ("2026-06", &["complaints 2", "supervision_pct 31/41", "leavers 1"]);
    let gap = "left_out: Staff with supervision in date: left out, though the two returns before had it.";
    assert_eq!(told("2026-07", &["complaints 0"], &[may, june]), [gap]);
    assert!(told("2026-07", &["complaints 0"], &[june]).is_empty(), "one return is no habit");
    assert!(told_as(Kept::Part, "2026-07", &["complaints 0"], &[may, june]).is_empty(), "the rejects say it");
    let corrected: (&str, &[&str]) = ("2026-07", &["complaints 0", "supervision_pct 33/41"]);
    assert!(told("2026-07", &["complaints 0"], &[may, june, corrected]).is_empty(), "it is still held");
}

#[test]
fn a_zone_that_is_gone_is_one_gap() {
    let both = ["complaints@North 1", "starters@North 1", "complaints@South 1", "starters@South 2"];
    let earlier: [(&str, &[&str]); 2] = [("2026-05", &both), ("2026-06", &both)];
    assert_eq!(
        told("2026-07", &["complaints@South 3", "starters@South 3"], &earlier),
        ["left_out: Zone North: left out, though the two returns before had it."]
    );
    assert_eq!(
        told("2026-07", &["complaints@South 3", "starters@South 3", "complaints@North 3"], &earlier),
        ["left_out: Staff who started in North: left out, though the two returns before had it."]
    );
    assert_eq!(
        told("2026-07", &["complaints@South 3", "complaints@North 3"], &earlier),
        ["left_out: Staff who started: left out, though the two returns before had it."]
    );
}

#[test]
fn a_base_that_more_than_halves_or_doubles_is_told_once() {
    let june: (&str, &[&str]) =
        ("2026-06", &["late_visit_pct 90/3000", "short_visit_pct 30/3000", "supervision_pct 30/41"]);
    let now = ["late_visit_pct 9/300", "short_visit_pct 3/300", "supervision_pct 31/41"];
    assert_eq!(
        told("2026-07", &now, &[june]),
        [
            "base_moved: Delivered visits: 3,000 in 1 Jun 2026 to 30 Jun 2026, now 300; shares of the two cannot be compared."
        ]
    );
    let base = |now: &str| {
        told("2026-06", &[&format!("late_visit_pct 0/{now}")], &[("2026-04", &["late_visit_pct 0/100"])])
            .len()
    };
    assert_eq!([base("200"), base("201"), base("50"), base("49"), base("0")], [0, 1, 0, 1, 1]);
    assert!(
        told("2026-07", &["late_visit_pct 0/6"], &[("2026-06", &["late_visit_pct 0/19"])]).is_empty(),
        "few"
    );
}

#[test]
fn visits_are_counted_by_the_day_and_staff_are_not() {
    let week: (&str, &[&str]) =
        ("2026-06-22 to 2026-06-28", &["late_visit_pct 9/300", "supervision_pct 30/41"]);
    let month = |visits: &str| {
        told("2026-07", &[&format!("late_visit_pct 9/{visits}"), "supervision_pct 30/41"], &[week])
    };
    assert_eq!(month("1300").iter().filter(|told| told.starts_with("base_moved")).count(), 0);
    assert_eq!(month("300").iter().filter(|told| told.starts_with("base_moved")).count(), 1);
}

#[test]
fn a_share_without_the_parts_that_it_had_is_told() {
    let june: (&str, &[&str]) = ("2026-06", &["missed_visit_pct 8/1560"]);
    assert_eq!(
        told("2026-07", &["missed_visit_pct 0.5"], &[june]),
        [
            "parts_gone: Visits missed by the provider: a share alone; the return for 1 Jun 2026 to 30 Jun 2026 gave missed visits and planned visits."
        ]
    );
    assert!(
        told("2026-08", &["missed_visit_pct 0.5"], &[june, ("2026-07", &["missed_visit_pct 1"])]).is_empty()
    );
}

#[test]
fn zones_add_up_to_the_whole() {
    let of = |north: &str, whole: &str| {
        let [north, whole] = [format!("missed_visit_pct@North {north}"), format!("missed_visit_pct {whole}")];
        told("2026-07", &[&north, "missed_visit_pct@South 3/600", &whole], &[])
    };
    assert!(of("5/960", "8/1560").is_empty());
    assert!(of("5/975", "8/1560").is_empty(), "one in a hundred");
    assert_eq!(
        of("5/1060", "8/1560"),
        ["zones_off: Planned visits: the 2 zones add up to 1,660, the whole is given as 1,560."]
    );
    assert_eq!(of("4/960", "8/1560").len(), 1, "missed visits are counted one by one");
    let hours = |whole: &str| {
        told("2026-07", &["spare_hours@A 10", "spare_hours@B 21", &format!("spare_hours {whole}")], &[])
    };
    assert_eq!([hours("32").len(), hours("33").len()], [0, 1], "hours are rounded");
    let staff = ["staff_headcount@A 10", "staff_headcount@B 10", "staff_headcount 15"];
    assert!(told("2026-07", &staff, &[]).is_empty(), "people can work in two zones");
}

#[test]
fn a_zone_that_is_not_there_leaves_nothing_to_add_up() {
    let some = ["complaints@North 1", "complaints@South 1", "complaints 5", "starters@East 1"];
    assert!(told("2026-07", &some, &[]).is_empty());
    let refused = ["complaints@North 1", "complaints@South 1", "complaints 5"];
    assert!(told_as(Kept::Part, "2026-07", &refused, &[]).is_empty());
    assert!(told("2026-07", &["complaints@North 1", "complaints 5"], &[]).is_empty(), "one zone is no list");
}

#[test]
fn two_numbers_that_cannot_both_be_right_are_told() {
    let clash = |texts: &[&str]| told("2026-07", texts, &[]);
    assert_eq!(
        clash(&["complaints 1", "complaints_upheld 3", "staff_headcount 12", "leavers 40"]),
        [
            "contradiction: Complaints upheld (3) are more than complaints (1).",
            "contradiction: Staff who left (40) are more than staff (12).",
        ]
    );
    assert_eq!(
        clash(&["missed_visit_pct@North 8/1560", "late_visit_pct@North 9/1700"]),
        ["contradiction: Visits delivered (1,700) are more than visits planned (1,560) in North."]
    );
    assert!(clash(&["complaints 3", "complaints_upheld 3"]).is_empty());
    assert!(clash(&["complaints@North 1", "complaints_upheld@South 3"]).is_empty(), "not of the same zone");
}

#[test]
fn days_in_two_returns_or_in_none_are_told() {
    let at = |now: &str, other: &str| told(now, &["complaints 1"], &[(other, &["complaints 2"])]);
    assert_eq!(
        at("2026-06-28 to 2026-08-01", "2026-06"),
        ["overlap: 3 days are also in the return for 1 Jun 2026 to 30 Jun 2026."]
    );
    assert!(at("2026-07", "2026-06").is_empty());
    assert_eq!(
        at("2026-07-03 to 2026-07-31", "2026-06"),
        ["hole: 2 days are in no return: 1 Jul 2026 to 2 Jul 2026."]
    );
    assert_eq!(at("2026-06-01 to 2026-06-29", "2026-07"), ["hole: 1 day is in no return: 30 Jun 2026."]);
    assert!(at("2026-07", "2026-05").is_empty(), "a return that has not come is the calendar's");
    let other_series = told("2026-07", &["complaints 1"], &[("2026-06-15 to 2026-07-14", &["starters 2"])]);
    assert!(other_series.is_empty(), "{other_series:?}");
}

#[test]
fn more_remarks_than_are_listed_are_counted() {
    let old: Vec<String> = (0..150).map(|zone| format!("complaints@Z{zone:03} 1")).collect();
    let new: Vec<String> = (0..150).map(|zone| format!("complaints@Z{zone:03} 2")).collect();
    let [old, new] = [&old, &new].map(|texts| texts.iter().map(String::as_str).collect::<Vec<_>>());
    let told = told("2026-07", &new, &[("2026-07", &old)]);
    assert_eq!(told.len(), REMARKS_MAX);
    assert_eq!(told.last().expect("the last"), "more: 51 more remarks on this return are not listed.");
}

#[test]
fn a_remark_knows_what_it_is_about() {
    let late = value(period("2026-07"), "late_visit_pct@North 9/1700");
    let missed = value(period("2026-07"), "missed_visit_pct@North 8/1560");
    let version = Version { period: late.period, kept: Kept::Whole, values: &[&late, &missed] };
    let found = remarks(version, &Held::default());
    let about = (found[0].indicator, found[0].zone.as_deref(), found[0].place.as_deref());
    assert_eq!(about, (Some(LATE), Some("North"), Some("row late_visit_pct")));
    assert_ne!(found[0].indicator, Some(MISSED));
}

#[test]
fn a_version_without_values_has_no_remark() {
    assert!(told("2026-07", &[], &[("2026-05", &FORM), ("2026-06", &FORM)]).is_empty());
}
