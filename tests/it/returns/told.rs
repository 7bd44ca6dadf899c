//! What providers report, from the watched folder to the mail.

use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, SystemTime};

use jiff::civil::Date;
use jiff::{SignedDuration, Span};

use crate::world::{Ran, Setup, World, records};

const SOURCE: &str = r#"
[[route]]
severity = "watch"
to = ["quality"]

[[route]]
severity = "operator"
to = ["operator"]

[[source]]
id = "returns"
kind = "returns"
folder = "in"
schedule = "0 6 * * *"
"#;

/// Providers with a contract, each of which owes a return a month.
const PROVIDERS: u32 = 12;

/// A council whose providers report.
struct Council {
    world: World,
    files: usize,
}

fn provider(number: u32) -> String {
    format!("1-9{number:08}")
}

fn contracts(more: &str) -> String {
    let one = |number| {
        format!(
            "[[contract]]\nprovider = {:?}\nstart = 2023-01-01\nreturns = \"month\"\n{}\n",
            provider(number),
            if number == 1 { more } else { "" }
        )
    };
    (1..=PROVIDERS).map(one).collect()
}

fn council(more: &str, of_first: &str) -> Council {
    let setup = Setup::default().routes(&format!("{SOURCE}{more}\n{}", contracts(of_first)));
    let world = World::new(&setup, [records::home_care("1-100000001", "1-900000001")]);
    fs::create_dir(world.path("in")).expect("made");
    Council { world, files: 0 }
}

/// The month so many months before the World's first day.
fn month(back: i32) -> Date {
    Date::constant(2025, 3, 1).checked_sub(Span::new().months(back)).expect("a month")
}

/// One row of the long form.
fn row(provider: &str, month: Date, metric: &str, part: f64, base: f64) -> String {
    let last = month.last_of_month();
    format!("{provider},,,{month},{last},{metric},{part},{base},,,portal,,\n")
}

/// A steady month: 0.4 % missed and 6 % late, with a little of the noise that counts have.
fn steady(number: u32, month: Date) -> String {
    let step = f64::from((u32::from(month.month().unsigned_abs()) * 7 + number * 5) % 9);
    let id = provider(number);
    row(&id, month, "missed_visit_pct", 2.0 + (step / 2.0).floor(), 1500.0)
        + &row(&id, month, "late_visit_pct", 86.0 + step, 1500.0)
}

impl Council {
    fn send(&mut self, rows: &str) {
        self.files += 1;
        let path = self.world.path("in").join(format!("{:03}.csv", self.files));
        let head = "provider_id,location_id,zone,period_start,period_end,metric,numerator,denominator,value,unit,source,submitted_at,note\n";
        fs::write(&path, format!("{head}{rows}")).expect("written");
        let file = fs::File::options().write(true).open(&path).expect("opens");
        let an_hour_ago = SystemTime::from(self.world.now) - Duration::from_secs(3_600);
        file.set_modified(an_hour_ago).expect("its time is set");
    }

    /// So many months of every provider, up to the one before last.
    fn send_past(&mut self, months: i32) {
        let mut rows = String::new();
        for number in 1..=PROVIDERS {
            for back in (2..2 + months).rev() {
                write!(rows, "{}", steady(number, month(back))).expect("a text grows");
            }
        }
        self.send(&rows);
    }

    fn send_month(&mut self, back: i32, but: &[u32]) {
        let rows: String = (1..=PROVIDERS)
            .filter(|number| !but.contains(number))
            .map(|number| steady(number, month(back)))
            .collect();
        self.send(&rows);
    }

    fn go_to(&mut self, day: &str) {
        let day: Date = day.parse().expect("a date");
        let at = day.at(6, 0, 0, 0).in_tz("Europe/London").expect("a time").timestamp();
        self.world.now = at.max(self.world.now + SignedDuration::from_secs(1));
    }

    fn on(&mut self, day: &str) -> Ran {
        self.go_to(day);
        self.world.today()
    }
}

#[test]
fn years_of_returns_read_at_once_make_one_summary_and_a_red_month_one_mail() {
    let mut council = council("", "");
    council.send_past(24);
    council.send(&row(&provider(5), month(2), "short_visit_pct", 300.0, 1500.0));
    let first = council.on("2025-03-04");
    assert_eq!(first.told().len(), 1, "{:?}", first.told());
    assert!(first.told()[0].starts_with("quality: summary first"), "{:?}", first.told());
    council.send_month(1, &[3]);
    let late = row(&provider(3), month(1), "late_visit_pct", 90.0, 1500.0);
    council.send(&format!("{}{late}", row(&provider(3), month(1), "missed_visit_pct", 45.0, 1500.0)));
    let red = council.on("2025-03-05");
    let about = provider(3);
    let red = red.exits(0);
    let alerts: Vec<String> = red.told();
    assert_eq!(alerts, [format!("quality: alert first concern indicator-red, indicator-signal {about}")]);
    let mail = &red.mails[0];
    let text = mail.text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        text.contains(
            "3 % (45 of 1,500 planned visits) for February 2025, red (green is 0.5 or less, red over 2)."
        ),
        "{text}"
    );
    assert!(
        text.contains("against its own past; it lies beyond the 99.8 % limit among 12 providers."),
        "{text}"
    );
    assert_eq!(council.on("2025-03-06").told(), Vec::<String>::new());
    council.send_month(0, &[]);
    let cleared = council.on("2025-04-05").told();
    assert_eq!(cleared, [format!("quality: alert cleared concern indicator-red {about}")]);
}

#[test]
fn one_overdue_return_waits_for_the_digest_and_three_are_told_at_once() {
    let digest = "[digest]\nschedule = \"0 7 * * 1\"\nto = [\"quality\"]\n";
    let mut council = council(digest, "");
    council.send_past(3);
    council.on("2025-03-04");
    let (mut told, mut digests) = (Vec::new(), Vec::new());
    for (back, day) in [(1, "2025-03-05"), (0, "2025-04-05"), (-1, "2025-05-05"), (-2, "2025-06-05")] {
        council.send_month(back, &[4]);
        let ran = council.on(day);
        told.extend(ran.told().into_iter().filter(|line| line.contains(&provider(4))));
        let of_digest = ran.mails.iter().filter(|mail| mail.header("Kind") == "digest");
        digests.extend(of_digest.map(|mail| mail.text.split_whitespace().collect::<Vec<_>>().join(" ")));
    }
    let noted = |text: &String| text.contains("Returns since the last digest: 11 came");
    assert!(digests.iter().any(noted), "{digests:?}");
    // The return for May is due on 8 June; those for February, March and April are past.
    let about = provider(4);
    let expected = [
        format!("quality: digest first watch return-late {about}"),
        format!("quality: alert worse concern return-missing {about}"),
    ];
    assert_eq!(told, expected);
    let flags = council.world.run(&["flags", "--json"]).exits(0).out;
    assert!(
        flags.contains(
            "3 returns in a row did not come or could not be used: February 2025, March 2025, April 2025."
        ),
        "{flags}"
    );
    let late = steady(4, month(-2));
    council.send(&late);
    let cleared = council.on("2025-06-07").told();
    assert!(
        cleared.contains(&format!("quality: alert cleared concern return-missing {}", provider(4))),
        "{cleared:?}"
    );
}

#[test]
fn when_nobodys_return_comes_the_operator_is_told_and_no_provider_is_flagged() {
    let mut council = council("", "");
    council.send_past(3);
    council.on("2025-03-04");
    council.send_month(1, &[]);
    assert_eq!(council.on("2025-03-06").told(), Vec::<String>::new());
    let silent = council.on("2025-04-10").told();
    assert_eq!(silent, ["operator: source first operator source-failed own:returns"]);
    assert_eq!(council.on("2025-05-05").told(), Vec::<String>::new());
    council.send_month(0, &[]);
    council.send_month(-1, &[]);
    let again = council.on("2025-05-06");
    assert!(
        again.told().contains(&"operator: source cleared operator source-failed own:returns".to_owned()),
        "{:?}",
        again.told()
    );
}

#[test]
fn a_contract_has_bands_of_its_own_and_its_end_closes_what_stood() {
    let own = "end = 2025-05-31\nbands = { missed_visit_pct = { green = \"<= 2\", red = \"> 4\" } }";
    let mut council = council("", own);
    council.send_past(2);
    council.on("2025-03-04");
    // 3 % is red by the usual bands, amber by those of the first contract.
    let three = |number| row(&provider(number), month(1), "missed_visit_pct", 45.0, 1500.0);
    council.send(&format!("{}{}", three(1), three(2)));
    let told = council.on("2025-03-05").told();
    let about =
        |number: u32| told.iter().find(|line| line.ends_with(&provider(number))).cloned().unwrap_or_default();
    assert!(about(1).contains("watch indicator-amber"), "{told:?}");
    assert!(about(2).contains("concern indicator-red"), "{told:?}");
    let ended = council.on("2025-06-01");
    let line = ended.told().into_iter().find(|line| line.ends_with(&provider(1))).unwrap_or_default();
    assert!(line.contains("alert cleared") && line.contains("indicator-amber"), "{:?}", ended.told());
    let mail = ended.mails.iter().find(|mail| mail.line() == line).expect("it was told");
    assert!(mail.text.contains("Its contract ended on 31 May 2025."), "{}", mail.text);
}

#[test]
fn what_cannot_be_read_is_not_told_as_late() {
    let mut council = council("", "");
    council.send_past(3);
    council.on("2025-03-04");
    council.send_month(1, &[4]);
    assert_eq!(council.on("2025-03-08").told(), Vec::<String>::new());
    fs::rename(council.world.path("in"), council.world.path("away")).expect("moved");
    let failed = council.on("2025-03-09");
    assert_eq!(failed.told(), ["operator: source first operator source-failed returns"]);
    assert!(
        council.world.run(&["flags", "--json"]).exits(0).out.contains("return-late"),
        "the flag stands, untold"
    );
    fs::rename(council.world.path("away"), council.world.path("in")).expect("moved back");
    let again = council.on("2025-03-10").told();
    assert!(again.contains(&format!("quality: alert first watch return-late {}", provider(4))), "{again:?}");
}

#[test]
fn turnover_is_worked_out_from_leavers_and_staff_of_twelve_months() {
    let own = "bands = { turnover_pct = { green = \"<= 30\", red = \"> 50\" } }";
    let mut council = council("", own);
    let staff = |back| {
        let (start, end) = (month(back), month(back).last_of_month());
        let row = |metric: &str, value: f64| {
            format!("{},,,{start},{end},{metric},,,{value},,portal,,\n", provider(1))
        };
        row("leavers", 2.0) + &row("staff_headcount", 40.0)
    };
    council.send(&(2..13).map(staff).collect::<String>());
    council.on("2025-03-04");
    let flags = |council: &mut Council| council.world.run(&["flags", "--json"]).exits(0).out;
    assert!(!flags(&mut council).contains("indicator-red"), "eleven months are no year");
    council.send(&staff(1));
    let told = council.on("2025-03-05").told();
    assert!(
        told.contains(&format!("quality: alert first concern indicator-red {}", provider(1))),
        "{told:?}"
    );
    let flags = flags(&mut council);
    let reason = "Staff turnover in 12 months: 60 % (24 of 40 mean headcount) for February 2025, red";
    assert!(flags.contains(reason), "{flags}");
}
