//! From files in a folder to a mail with pictures, and back from the flag to file, row and day,
//! through the real program.

use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, SystemTime};

use jiff::civil::{Date, date};
use mail_parser::{Message, MessageParser, MimeHeaders, PartType};

use crate::world::records::home_care;
use crate::world::{Mail, Setup, World};

const HEAD: &str =
    "provider_id,location_id,zone,period_start,period_end,metric,numerator,denominator,value,unit\n";

/// A folder of returns beside the register, and a contract with each provider.
fn setup() -> Setup {
    let mut lines = "\n[[source]]\nid = \"returns\"\nkind = \"returns\"\nfolder = \"in\"\n".to_owned();
    for place in 0..12 {
        let _ = write!(
            lines,
            "[[contract]]\nprovider = \"{}\"\nstart = 2025-02-01\nreturns = \"month\"\n",
            provider(place)
        );
    }
    Setup::default().source(&lines)
}

fn provider(place: i64) -> String {
    format!("1-{}", 101 + place)
}

fn month(number: i64) -> Date {
    date(2023, 7, 1).saturating_add(jiff::Span::new().months(number))
}

/// Twelve providers a month: missed visits of each, and medication errors of the first.
fn rows(months: std::ops::Range<i64>, missed: impl Fn(i64, i64) -> i64) -> String {
    let mut text = HEAD.to_owned();
    for number in months {
        let (start, end) = (month(number), month(number).last_of_month());
        for place in 0..12 {
            let (id, missed) = (provider(place), missed(place, number));
            let _ = writeln!(text, "{id},,,{start},{end},missed_visit_pct,{missed},1500,,");
        }
    }
    text
}

/// About eleven of 1,500, and 36 of the first provider's newest month.
fn usual(place: i64, number: i64) -> i64 {
    if (place, number) == (0, 19) { 36 } else { 8 + (place * 5 + number * 3) % 7 }
}

fn world() -> World {
    let homes = (0..12).map(|place| home_care(&format!("1-{}", 201 + place), &provider(place)));
    let world = World::new(&setup(), homes);
    fs::create_dir(world.path("in")).expect("made");
    world
}

/// Puts a whole file into the folder, as old as a file has to be.
fn put(world: &World, name: &str, text: &str) {
    let path = world.path("in").join(name);
    fs::write(&path, text).expect("written");
    let file = fs::File::options().write(true).open(&path).expect("opens");
    file.set_modified(SystemTime::from(world.now) - Duration::from_secs(300)).expect("its time is set");
}

/// Nineteen months as found, and a day later the twentieth.
fn told() -> (World, Vec<Mail>) {
    let mut world = world();
    put(&world, "to-january.csv", &rows(0..19, usual));
    world.today().exits(0);
    world.now += jiff::SignedDuration::from_hours(24);
    put(&world, "february.csv", &rows(19..20, usual));
    let mails = world.today().exits(0).mails;
    (world, mails)
}

fn pictures<'a>(mail: &'a Message<'_>) -> Vec<(&'a str, &'a [u8])> {
    let binary = |part: &'a mail_parser::MessagePart<'_>| match &part.body {
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => Some((part.content_id()?, bytes.as_ref())),
        _ => None,
    };
    mail.parts.iter().filter_map(binary).collect()
}

#[test]
fn a_red_month_comes_as_a_mail_with_its_pictures() {
    let (_world, mails) = told();
    assert_eq!(
        mails.iter().map(Mail::line).collect::<Vec<_>>(),
        ["quality: alert worse concern indicator-red, indicator-signal 1-101"]
    );
    let mail = &mails[0];
    let parsed = MessageParser::default().parse(&mail.raw).expect("a mail");
    let pictures = pictures(&parsed);
    assert_eq!(pictures.len(), 2, "{}", mail.text);
    for (cid, png) in pictures {
        assert!(mail.html.contains(&format!("<img src=\"cid:{cid}\"")), "{cid}");
        assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    }
    assert_eq!(mail.html.matches("<img ").count(), 2);
    assert!(!mail.text.contains("CQC,") && mail.text.contains("Source: provider return"), "{}", mail.text);
    insta::assert_snapshot!("mail", redacted(&mail.text));
}

/// Versions of rules change with their text.
fn redacted(text: &str) -> String {
    let version = |word: &str| word.len() == 12 && word.chars().all(|c| c.is_ascii_hexdigit());
    let words = |line: &str| -> String {
        let word = |word: &str| {
            let bare = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
            if version(bare) { word.replace(bare, "[version]") } else { word.to_owned() }
        };
        line.split(' ').map(word).collect::<Vec<_>>().join(" ")
    };
    text.lines().map(words).collect::<Vec<_>>().join("\n")
}

#[test]
fn explain_leads_back_to_file_row_and_day() {
    let (mut world, _) = told();
    let flag = world.flags().into_iter().find(|flag| flag.contains("indicator-signal")).expect("a flag");
    let id = flag.split(' ').next().expect("an id").to_owned();
    let chart = world.path("chart.svg");
    let chart = chart.to_str().expect("UTF-8");
    let said = world.run(&["explain", &id, "--chart", chart]).exits(0).out;
    let series: String = said
        .split("SERIES")
        .nth(1)
        .and_then(|rest| rest.split("WHAT HAPPENED").next())
        .expect("the sections")
        .to_owned();
    insta::assert_snapshot!("explained", narrow(&series));
    for file in ["chart.svg", "chart-2.svg"] {
        let drawn = fs::read_to_string(world.path(file)).expect("it was written");
        assert!(drawn.starts_with("<svg") && drawn.contains("Company 1-101"), "{drawn:.200}");
    }
    let json = world.json(&["explain", &id]);
    let working = &json["evidence"][0]["working"];
    assert_eq!(working["points"].as_array().map(Vec::len), Some(20));
    let newest = &working["points"][19];
    let version = json["returns"].as_array().expect("versions").iter();
    let version = version.clone().find(|one| one["submission"] == newest["submission"]).expect("it is there");
    assert_eq!((version["file"].as_str(), version["version"].as_i64()), (Some("february.csv"), Some(1)));
    assert_eq!(newest["came_on"], "2025-03-04");
}

/// Columns two blanks apart.
fn narrow(table: &str) -> String {
    let line = |line: &str| {
        line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join("  ")
    };
    table.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_chart_has_a_form_and_needs_a_series() {
    let (mut world, _) = told();
    let wrong = world.run(&["explain", "CW-0001", "--chart", "chart.gif"]).exits(2);
    assert!(wrong.err.contains("does not end in .svg or .png"), "{}", wrong.err);
}

#[test]
fn each_period_has_the_version_of_its_own_return() {
    let mut world = world();
    put(&world, "to-january.csv", &rows(0..19, usual));
    world.today().exits(0);
    world.now += jiff::SignedDuration::from_hours(24);
    put(&world, "corrected.csv", &rows(18..19, |place, number| usual(place, number) + 1));
    put(&world, "february.csv", &rows(19..20, usual));
    world.today().exits(0);
    let json = world.json(&["explain", "CW-0001"]);
    assert_eq!(json["rule"], "indicator-red");
    let said = world.run(&["explain", "CW-0001"]).exits(0).out;
    let rows: Vec<String> =
        narrow(&said).lines().filter(|line| line.contains("returns")).map(str::to_owned).collect();
    assert!(rows[0].starts_with("February 2025  2.4  36 of 1,500  1  february.csv  row 2,"), "{}", rows[0]);
    assert!(
        rows[1].contains("  2  corrected.csv  row 2, ") && rows[1].contains("  4 Mar 2025  "),
        "{}",
        rows[1]
    );
    assert!(
        rows[2].contains("  1  to-january.csv  row 206, ") && rows[2].contains("  3 Mar 2025  "),
        "{}",
        rows[2]
    );
}

#[test]
fn what_is_no_number_is_told_with_its_source_too() {
    let mut world = world();
    world.today().exits(0);
    world.now += jiff::SignedDuration::from_hours(24);
    put(
        &world,
        "february.csv",
        &format!("{HEAD}1-101,,,2025-02-01,2025-02-28,insurance_expiry,,,2025-03-01,date\n"),
    );
    let ended = world.today().exits(0).mails;
    let about = |mails: &[Mail], rule: &str, id: &str| {
        let line = format!("{rule} {id}");
        let mail = mails
            .iter()
            .find(|mail| mail.line().ends_with(&line))
            .unwrap_or_else(|| panic!("{line} in {:?}", mails.iter().map(Mail::line).collect::<Vec<_>>()));
        assert!(!mail.text.contains("cqc.org.uk") && !mail.html.contains("<img"), "{}", mail.text);
        redacted(&mail.text)
    };
    insta::assert_snapshot!("mail_expiry", about(&ended, "expiry", "1-101"));
    // Others' returns come: what comes from nobody is no provider's fault.
    let other = |month: &str, last: &str| {
        format!("{HEAD}1-103,,,2025-{month}-01,2025-{month}-{last},missed_visit_pct,4,1500,\n")
    };
    put(&world, "others-february.csv", &other("02", "28"));
    put(&world, "others-march.csv", &other("03", "31"));
    put(&world, "others-april.csv", &other("04", "30"));
    world.days_later(40).exits(0);
    let missing = world.days_later(35).exits(0).mails;
    insta::assert_snapshot!("mail_missing", about(&missing, "return-missing", "1-102"));
}
