//! Remarks on returns: seen when a version is kept, stored beside it, listed for officers.

use std::collections::BTreeMap;

use carewarden::domain::indicator::{Indicator, Value};
use carewarden::domain::period::Period;
use carewarden::domain::return_::{Kept, ReturnValue};
use carewarden::facts::quality::{Held, REMARKS_MAX, Remark, Version, remarks};
use proptest::prelude::*;

use super::folder::{Council, council, rows};
use super::properties::runner;

const HEADINGS: &str = "provider_id,zone,period_start,period_end,metric,numerator,denominator,value,unit\n";

/// A return for a month, a line a value: `missed_visit_pct,8,1560,`.
fn form(month: &str, lines: &[&str]) -> Vec<u8> {
    let period = Period::parse(month).expect("a month");
    let line = |line: &&str| format!("1-101000001,North,{},{},{line},%\n", period.start(), period.end());
    format!("{HEADINGS}{}", lines.iter().map(line).collect::<String>()).into_bytes()
}

fn stored(council: &Council) -> Vec<String> {
    rows(
        &council.store(),
        "SELECT submission || ' ' || period_start || ' v' || version || ' ' || kind || ' '
                || coalesce(indicator, '-') || ' ' || coalesce(zone, '-') || ' ' || coalesce(place, '-') || ': ' || sentence
         FROM audit_return_remarks ORDER BY seq",
        |row| row.get(0).expect("a text"),
    )
}

/// Four months of one provider, each with something odd.
fn odd_months(council: &Council) {
    let now = "2026-10-05T06:00:00Z";
    let may = form("2026-05", &["missed_visit_pct,8,1560,", "complaints,,,1", "starters,,,2"]);
    let june = form("2026-06", &["missed_visit_pct,9,1500,", "complaints,,,2", "starters,,,1"]);
    let july = form("2026-07", &["missed_visit_pct,1,150,", "complaints,,,1", "complaints_upheld,,,2"]);
    let mut store = council.store();
    for (name, bytes) in [("5.csv", may), ("6.csv", june), ("7.csv", july)] {
        council.drop_file(name, &bytes, 61);
    }
    council.collect(&mut store, now);
    let july = form("2026-07", &["missed_visit_pct,10,1510,", "complaints,,,2", "complaints_upheld,,,2"]);
    council.drop_file("7.csv", &july, 61);
    council.collect(&mut store, "2026-10-06T06:00:00Z");
}

#[test]
fn what_is_odd_stands_beside_the_version_that_brought_it() {
    let council = council("");
    odd_months(&council);
    insta::assert_snapshot!("audit_return_remarks", stored(&council).join("\n"));
    let unproven: Vec<i64> = rows(
        &council.store(),
        "SELECT count(*) FROM return_remarks r
         WHERE NOT EXISTS (SELECT 1 FROM leaves l WHERE l.kind = 'return_remarks' AND l.row = r.seq)",
        |row| row.get(0).expect("a number"),
    );
    assert_eq!(unproven, [0]);
}

#[test]
fn a_file_that_is_read_again_is_not_remarked_on_again() {
    let council = council("");
    odd_months(&council);
    let before = stored(&council);
    let mut store = council.store();
    let july = form("2026-07", &["missed_visit_pct,10,1510,", "complaints,,,2", "complaints_upheld,,,2"]);
    council.drop_file("7.csv", &july, 61);
    council.collect(&mut store, "2026-10-07T06:00:00Z");
    drop(store);
    assert_eq!(stored(&council), before);
}

#[test]
fn a_refused_file_and_another_form_are_not_compared() {
    let council = council("");
    let mut store = council.store();
    council.drop_file("6.csv", &form("2026-06", &["missed_visit_pct,x,y,", "complaints,,,-4"]), 61);
    council.drop_file("7.csv", &form("2026-07", &["complaints,,,4"]), 61);
    council.collect(&mut store, super::folder::NOW);
    drop(store);
    assert_eq!(stored(&council), Vec::<String>::new());
}

#[test]
fn an_officer_lists_what_is_odd() {
    let council =
        council("[[contract]]\nprovider = \"1-101000001\"\nstart = 2026-05-01\nreturns = \"month\"\n");
    odd_months(&council);
    let ask = |args: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_carewarden"));
        command.env_clear().arg("returns").args(args).arg("--config").arg(council.file());
        let output = command.output().expect("the program starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    insta::assert_snapshot!("returns_remarks", ask(&["--remarks"]));
    let all: serde_json::Value = serde_json::from_str(&ask(&["--remarks", "--all", "--json"])).expect("JSON");
    let kinds: Vec<&str> =
        all.as_array().expect("a list").iter().filter_map(|row| row["kind"].as_str()).collect();
    assert_eq!(kinds, ["restated", "restated", "left_out", "left_out", "base_moved", "contradiction"]);
    assert_eq!(all[0]["newest"], true);
    assert_eq!(all[5]["newest"], false);
    let calendar: serde_json::Value =
        serde_json::from_str(&ask(&["--json", "--as-of", "2026-10-06T12:00:00Z"])).expect("JSON");
    let counts: Vec<(&str, u64)> = calendar[0]["periods"]
        .as_array()
        .expect("periods")
        .iter()
        .map(|period| {
            (period["start"].as_str().expect("a day"), period["remarks"].as_u64().expect("a count"))
        })
        .collect();
    assert_eq!(&counts[..3], [("2026-05-01", 0), ("2026-06-01", 0), ("2026-07-01", 3)]);
    assert_eq!(ask(&["--remarks", "--provider", "1-9"]), "Nothing is remarked on the returns that came.\n");
    let before = ask(&["--remarks", "--as-of", "2026-10-05T12:00:00Z"]);
    assert!(before.contains("are more than complaints"), "as it stood before the second version: {before}");
}

/// A file of the schema before remarks, with a return in it: what it holds is compared with.
#[test]
fn a_return_of_the_schema_before_is_compared_with() {
    let council = council("");
    let path = &council.config.store.path;
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    let conn = rusqlite::Connection::open(path).expect("opens");
    for sql in [
        include_str!("../../../src/store/migrations/0001_first.sql"),
        include_str!("../../../src/store/migrations/0002_checks.sql"),
        include_str!("../../../src/store/migrations/0003_daemon.sql"),
        include_str!("../../../src/store/migrations/0004_returns.sql"),
    ] {
        conn.execute_batch(sql).expect("the schema before");
    }
    conn.execute_batch(
        "INSERT INTO runs VALUES (1, 'collect', NULL, '2026-08-01T06:00:00.000000Z');
         INSERT INTO documents VALUES (1, 'returns', 'file:7.csv', '2026-08-01T06:00:00.000000Z', 'x', 9, NULL, NULL);
         INSERT INTO returns VALUES (1, 1, 'returns', 1, '2026-08-01T06:00:00.000000Z', '2026-08-01', '7.csv', 'long',
            'x', '1-101000001', '2026-07-01', '2026-07-31', 1, 'whole', 0);
         INSERT INTO return_values VALUES (1, 1,
            '[{\"indicator\":\"complaints\",\"value\":4,\"zone\":\"North\",\"place\":\"row 2\"}]');
         PRAGMA user_version = 4; PRAGMA application_id = 0x43415245; PRAGMA journal_mode = WAL;",
    )
    .expect("a row of each");
    drop(conn);
    council.drop_file("7.csv", &form("2026-07", &["complaints,,,5"]), 61);
    let mut store = council.store();
    council.collect(&mut store, super::folder::NOW);
    drop(store);
    let told = stored(&council).join("\n");
    assert!(told.ends_with("Complaints in North: 4 before, now 5."), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
}

/// Some months around July 2026, some of them not whole.
fn period() -> impl Strategy<Value = Period> {
    (0_i64..200, 0_i64..40).prop_map(|(start, length)| {
        let day = |count: i64| jiff::Span::new().days(count);
        let start = jiff::civil::date(2026, 4, 1).saturating_add(day(start));
        Period::new(start, start.saturating_add(day(length))).expect("a period")
    })
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(0.0),
        (0_u32..3000).prop_map(f64::from),
        Just(f64::MAX),
        Just(f64::MIN_POSITIVE),
        any::<f64>().prop_filter("numbers of a return are finite", |number| number.is_finite())
    ]
}

fn said() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => number().prop_map(Value::Number),
        1 => (0_i64..9000).prop_map(|days| {
            Value::Date(jiff::civil::date(2020, 1, 1).saturating_add(jiff::Span::new().days(days)))
        }),
        1 => any::<bool>().prop_map(Value::YesNo),
    ]
}

/// What is measured, in which zone, at which location.
type Key = (Indicator, Option<&'static str>, Option<&'static str>);

/// A value and its parts.
type Said = (Value, Option<(f64, f64)>);

/// Values of which each series stands there once, as the reading of a file sees to.
fn values() -> impl Strategy<Value = Vec<ReturnValue>> {
    let key = (
        prop::sample::select(Indicator::ALL.to_vec()),
        prop::option::of(prop::sample::select(vec!["North", "South", "East"])),
        prop::option::of(prop::sample::select(vec!["1-201"])),
    );
    let one = (said(), prop::option::of((number(), number())));
    prop::collection::btree_map(key, one, 0..25).prop_map(|all| {
        let value = |((indicator, zone, location), (value, parts)): (Key, Said)| ReturnValue {
            provider_id: "1-101".into(),
            location_id: location.map(str::to_owned),
            zone: zone.map(str::to_owned),
            period: Period::parse("2026-07").expect("a month"),
            indicator,
            numerator: parts.map(|(counted, _)| counted),
            denominator: parts.map(|(_, over)| over),
            value,
            place: format!("row {}", indicator.key()),
        };
        all.into_iter().map(value).collect()
    })
}

fn others() -> impl Strategy<Value = BTreeMap<Period, Vec<ReturnValue>>> {
    prop::collection::btree_map(period(), values(), 0..5)
}

fn kept() -> impl Strategy<Value = Kept> {
    prop::sample::select(vec![Kept::Whole, Kept::Part])
}

fn found(values: &[ReturnValue], kept: Kept, held: &Held) -> Vec<Remark> {
    let values: Vec<&ReturnValue> = values.iter().collect();
    remarks(Version { period: Period::parse("2026-07").expect("a month"), kept, values: &values }, held)
}

#[test]
fn whatever_comes_is_remarked_on_in_words_and_within_limits() {
    runner(300)
        .run(&(values(), values(), others(), kept()), |(values, same, others, kept)| {
            let found = found(&values, kept, &Held { same, others });
            prop_assert!(found.len() <= REMARKS_MAX);
            for remark in found {
                let words = remark.in_words();
                prop_assert!(Remark::KINDS.contains(&remark.kind()));
                prop_assert!(words.ends_with(['.', '?']) && !words.contains(['\n', '\t']), "{words}");
            }
            Ok(())
        })
        .expect("no panic");
}

#[test]
fn the_same_version_twice_restates_nothing() {
    runner(300)
        .run(&(values(), others(), kept()), |(values, others, kept)| {
            let twice = found(&values, kept, &Held { same: values.clone(), others });
            prop_assert!(twice.iter().all(|remark| remark.kind() != "restated"), "{twice:?}");
            Ok(())
        })
        .expect("the same is the same");
}

#[test]
fn the_order_of_values_does_not_matter() {
    let shuffled = values().prop_flat_map(|values| (Just(values.clone()), Just(values).prop_shuffle()));
    runner(300)
        .run(&(shuffled, values(), others(), kept()), |((values, turned), same, others, kept)| {
            let held = Held { same, others };
            let mut turned_held = held.clone();
            turned_held.same.reverse();
            turned_held.others.values_mut().for_each(|values| values.reverse());
            prop_assert_eq!(found(&values, kept, &held), found(&turned, kept, &turned_held));
            Ok(())
        })
        .expect("order is nothing");
}
