//! Rows to values and rejects, and what a provider's administrator is told.

use std::collections::BTreeSet;

use carewarden::config::builtin_templates;
use carewarden::domain::return_::Kept;
use carewarden::sources::returns::book;
use carewarden::sources::returns::reading::{self, Around};
use carewarden::sources::returns::refusal::Letter;
use carewarden::sources::returns::template::Template;

use super::{CAME_ON, assert_all_accounted, lines, open, read, read_book, template};

fn letter() -> Letter<'static> {
    Letter { file: "july.csv", council: "Oldham Council", read_on: CAME_ON }
}

#[test]
fn the_long_form_is_read() {
    let reading = read("long.csv", "long");
    assert_eq!(reading.rejects, []);
    assert_all_accounted(&reading);
    insta::assert_snapshot!("long", lines(&reading).join("\n"));
    assert_eq!(letter().faults(&reading, &template("long")), None);
}

#[test]
fn every_bad_row_is_told_by_row_and_column() {
    let reading = read("long-bad.csv", "long");
    assert_all_accounted(&reading);
    assert_eq!(lines(&reading).len(), 1, "{:#?}", reading.values);
    assert!(reading.refused);
    let text = letter().faults(&reading, &template("long")).expect("there is something to say");
    insta::assert_snapshot!("long_bad", text);
}

#[test]
fn a_file_with_few_bad_rows_is_taken_in_part() {
    let mut rows = vec!["provider_id,period_start,period_end,metric,value".to_owned()];
    rows.extend((1..=9).map(|day| format!("1-101,2026-07-0{day},2026-07-0{day},complaints,{day}")));
    rows.push("1-101,2026-07-10,2026-07-10,complaints,many".into());
    let reading = read_book(&book::read(rows.join("\n").as_bytes()).expect("a table"), &template("long"));
    assert_eq!((reading.values.len(), reading.rejects.len(), reading.refused), (9, 1, false));
    let kept: Vec<Kept> = reading.returns().values().map(|(kept, _)| *kept).collect();
    assert_eq!(kept.iter().filter(|kept| **kept == Kept::Whole).count(), 9);
    assert_eq!(kept.iter().filter(|kept| **kept == Kept::Nothing).count(), 1);
    let text = letter().faults(&reading, &template("long")).expect("there is something to say");
    insta::assert_snapshot!("part", text);
}

#[test]
fn a_column_that_is_gone_is_told_and_not_silent() {
    let text =
        String::from_utf8_lossy(&super::bytes("monthly-table.csv")).replace("Missed visits", "Missed calls");
    let reading = read_book(&book::read(text.as_bytes()).expect("a table"), &template("monthly-table"));
    assert_all_accounted(&reading);
    let places: Vec<String> = reading.rejects.iter().map(|reject| reject.place.to_string()).collect();
    assert!(places.contains(&"row 3, column \u{201c}missed visits\u{201d}".to_owned()), "{places:?}");
    assert!(reading.notes.iter().any(|note| note.contains("Missed calls")), "{:?}", reading.notes);
    assert!(reading.returns().values().all(|(kept, _)| *kept != Kept::Whole));
}

#[test]
fn a_heading_that_stands_there_twice_is_told_and_steers_nothing() {
    let text = "CQC provider ID,Month,Complaints,Staff in post,\"Staff\u{2028}in\u{2028}post\"\n1-101,July 2026,1,2,3\n";
    let reading = read_book(&book::read(text.as_bytes()).expect("a table"), &template("monthly-table"));
    assert_all_accounted(&reading);
    let doubles: Vec<String> = reading.rejects.iter().map(|reject| reject.place.column.clone()).collect();
    assert!(doubles.contains(&"Staff\u{FFFD}in\u{FFFD}post".to_owned()), "{doubles:?}");
    let text = letter().faults(&reading, &template("monthly-table")).expect("there is something to say");
    assert!(!text.contains('\u{2028}'), "{text:?}");
}

#[test]
fn national_feeds_are_taken_as_they_are() {
    let tracker = read("capacity-tracker.csv", "capacity-tracker");
    assert_eq!(tracker.rejects, []);
    insta::assert_snapshot!("capacity_tracker", lines(&tracker).join("\n"));
    let workforce = read("asc-wds.csv", "asc-wds");
    assert_eq!((workforce.rejects.len(), workforce.withheld), (0, 1), "one does not share with councils");
    assert_all_accounted(&workforce);
    insta::assert_snapshot!("asc_wds", lines(&workforce).join("\n"));
}

#[test]
fn the_template_that_fits_is_found() {
    let templates = builtin_templates();
    let all: Vec<&Template> = templates.iter().collect();
    for (file, id) in [
        ("monthly-table.xlsx", "monthly-table"),
        ("monthly-table.csv", "monthly-table"),
        ("one-workbook.xlsx", "one-workbook"),
        ("long.csv", "long"),
        ("capacity-tracker.csv", "capacity-tracker"),
        ("asc-wds.csv", "asc-wds"),
    ] {
        let found = reading::fitting(&open(file).expect("a table"), &all).expect("one fits");
        assert_eq!(found.id, id, "{file}");
    }
    let stranger = book::read(b"name,age\nx,1\n").expect("a table");
    assert_eq!(reading::fitting(&stranger, &all), Err(Vec::new()));
    assert!(letter().unfitting(&[]).contains("any of the council's forms"));
    let twice = [all[2], all[2]];
    let fits = reading::fitting(&open("long.csv").expect("a table"), &twice).expect_err("two fit");
    assert!(letter().unfitting(&fits).contains("(long, long)"));
}

#[test]
fn a_stranger_may_not_report() {
    let known = BTreeSet::from(["1-999".to_owned(), "1-202".to_owned()]);
    let around = Around { came_on: CAME_ON, known: &known };
    let book = open("asc-wds.csv").expect("a table");
    let own = reading::read(&book, &Template { fields: without_consent(), ..template("asc-wds") }, around);
    assert_eq!(own.rejects.len(), 1, "the other one's location is known");
    assert!(own.rejects[0].expected.contains("has a contract with"), "{:?}", own.rejects);
}

fn without_consent() -> std::collections::BTreeMap<carewarden::sources::returns::template::Field, String> {
    let mut fields = template("asc-wds").fields;
    fields.remove(&carewarden::sources::returns::template::Field::Consent);
    fields
}
