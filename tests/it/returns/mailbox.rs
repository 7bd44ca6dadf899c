//! The council's mailbox for returns: told of what was refused, once, in words to forward.

use std::fs;
use std::time::UNIX_EPOCH;

use crate::crash::harness;
use crate::cycle::{A, OF_A, three};
use crate::world::{Mail, Ran, Setup, World};

const HEADINGS: &str = "provider_id,zone,period_start,period_end,metric,numerator,denominator,value,unit\n";

/// Whoever has a contract in these tests, besides the providers of the register.
const CONTRACTED: &str = "1-101000001";

const RECIPIENT: &str = "[returns]\nmailbox = \"director\"\n";

/// A council with a folder of returns.
fn council(more: &str) -> World {
    let routes = format!(
        "[[route]]\nseverity = \"watch\"\nto = [\"quality\"]\n[[route]]\nseverity = \"operator\"\nto = [\"operator\"]\n\
         [[source]]\nid = \"returns\"\nkind = \"returns\"\nfolder = \"in\"\n{more}"
    );
    let world = World::new(&Setup::default().routes(&routes), three());
    fs::create_dir(world.path("in")).expect("made");
    world
}

fn contract() -> String {
    format!("[[contract]]\nprovider = \"{CONTRACTED}\"\nstart = 2025-01-01\n")
}

/// Drops a file that has long been whole.
fn drop_in(folder: &std::path::Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::write(&path, text).expect("written");
    let file = fs::File::options().write(true).open(&path).expect("opens");
    file.set_modified(UNIX_EPOCH).expect("its time is set");
}

/// February's return of a provider, a line a value.
fn february(provider: &str, lines: &[&str]) -> String {
    let line = |line: &&str| format!("{provider},North,2025-02-01,2025-02-28,{line}\n");
    format!("{HEADINGS}{}", lines.iter().map(line).collect::<String>())
}

const PART: [&str; 5] = [
    "missed_visit_pct,8,1560,,%",
    "complaints,,,1,count",
    "starters,,,2,people",
    "leavers,,,1,people",
    "handed_back,,,-4,count",
];

/// The mails about returns; each names its provider in both parts.
fn about_returns(ran: &Ran) -> Vec<&Mail> {
    let mails: Vec<&Mail> = ran.mails.iter().filter(|mail| mail.to == "director").collect();
    for mail in &mails {
        assert_eq!(
            [mail.header("Kind"), mail.header("Severity"), mail.header("Why")],
            ["source", "watch", "first"]
        );
        let ids = mail.header("Subject");
        assert!(!ids.is_empty());
        for id in ids.split(", ") {
            assert!(mail.text.contains(id) && mail.html.contains(id), "{id}: {}", mail.text);
        }
    }
    mails
}

fn shown(mail: &Mail) -> String {
    format!("Subject: {}\n\n{}", mail.subject, mail.text.replace("\r\n", "\n"))
}

#[test]
fn a_file_taken_in_part_is_told_once_with_its_faults() {
    let mut world = council(&format!("{RECIPIENT}{}", contract()));
    drop_in(&world.path("in"), "february.csv", &february(CONTRACTED, &PART));
    let ran = world.today();
    let mails = about_returns(&ran);
    assert_eq!(mails.len(), 1, "{:?}", ran.told());
    assert_eq!(mails[0].header("Subject"), CONTRACTED);
    insta::assert_snapshot!("mail_part", shown(mails[0]));
    assert!(world.path("in/taken/february.csv.txt").exists());
    assert!(about_returns(&world.tomorrow()).is_empty());
    drop_in(&world.path("in"), "again.csv", &february(CONTRACTED, &PART));
    assert!(about_returns(&world.tomorrow()).is_empty(), "the same reading");
    let told =
        world.sql("SELECT file, providers, recipient FROM audit_return_letters WHERE mail IS NOT NULL");
    assert_eq!(told, [format!("february.csv {CONTRACTED} director")]);
    assert_eq!(
        world.sql("SELECT mails_queued FROM audit_runs WHERE job = 'collect' ORDER BY run"),
        ["1", "0", "0"]
    );
}

#[test]
fn a_file_refused_whole_for_its_dates_is_told() {
    let mut world = council(&format!("{RECIPIENT}{}", contract()));
    let wrong_year = february(CONTRACTED, &PART).replace("2025", "2052");
    drop_in(&world.path("in"), "february.csv", &wrong_year);
    let ran = world.today();
    let mails = about_returns(&ran);
    assert_eq!(mails.len(), 1, "{:?}", ran.told());
    insta::assert_snapshot!("mail_whole", shown(mails[0]));
    assert!(mails[0].text.contains("refused/"));
}

#[test]
fn a_watched_provider_is_known_without_a_contract_and_by_its_name() {
    let mut world = council(RECIPIENT);
    drop_in(&world.path("in"), "a.csv", &february(OF_A, &PART));
    drop_in(&world.path("in"), "both.csv", &february(A, &["complaints,,,x,count"]));
    let ran = world.today();
    let mails = about_returns(&ran);
    assert_eq!(mails.len(), 2, "{:?}", ran.told());
    assert!(mails[0].text.contains(&format!("Company {OF_A} ({OF_A})")), "{}", mails[0].text);
    assert!(mails[1].text.contains(&format!("Care {A} ({A})")), "{}", mails[1].text);
    assert!(!mails[0].subject.contains("Company"), "a name stands in no subject line: {}", mails[0].subject);
}

#[test]
fn a_stranger_a_good_file_and_a_file_that_cannot_be_read_are_not_mailed_of() {
    let mut world = council(&format!("{RECIPIENT}{}", contract()));
    let folder = world.path("in");
    drop_in(&folder, "stranger.csv", &february("1-909", &PART));
    drop_in(&folder, "good.csv", &february(CONTRACTED, &PART[..4]));
    drop_in(&folder, "notes.csv", "name,age\nx,1\n");
    drop_in(&folder, "broken.xlsx", "PK\u{3}\u{4}");
    let ran = world.today();
    assert!(about_returns(&ran).is_empty(), "{:?}", ran.told());
    assert!(world.path("in/refused/stranger.csv.txt").exists());
    assert_eq!(world.sql("SELECT count(*) FROM audit_return_letters"), ["0"]);
}

#[test]
fn without_a_mailbox_nothing_is_mailed() {
    let mut world = council(&contract());
    drop_in(&world.path("in"), "february.csv", &february(CONTRACTED, &PART));
    let ran = world.today();
    assert!(about_returns(&ran).is_empty(), "{:?}", ran.told());
    assert!(world.path("in/taken/february.csv.txt").exists(), "the text is there all the same");
}

#[test]
fn of_many_files_the_first_have_mails_and_one_names_the_rest() {
    let mut world = council(&format!("{RECIPIENT}{}", contract()));
    for number in 1..=13 {
        let staff = format!("staff_headcount,,,{number},people");
        let lines = [&PART[..], &[staff.as_str()]].concat();
        drop_in(&world.path("in"), &format!("return-{number:02}.csv"), &february(CONTRACTED, &lines));
    }
    let ran = world.today();
    let mails = about_returns(&ran);
    assert_eq!(mails.len(), 11, "{:?}", ran.told());
    insta::assert_snapshot!("mail_more", shown(mails[10]));
    let mut ids: Vec<&str> = mails.iter().map(|mail| mail.message_id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 11, "each mail has its own Message-ID");
    assert!(about_returns(&world.tomorrow()).is_empty());
}

#[test]
fn what_stands_in_a_cell_is_told_to_the_sender_and_kept_nowhere() {
    let mut world = council(&format!("{RECIPIENT}{}", contract()));
    let secret = [&PART[..], &["late_time_critical,,,Mary Hughes 943 476 5919,count"]].concat();
    drop_in(&world.path("in"), "february.csv", &february(CONTRACTED, &secret));
    let ran = world.today();
    let mails = about_returns(&ran);
    assert!(mails[0].text.contains("not repeated in a mail"), "{}", mails[0].text);
    assert!(!mails[0].text.contains("Hughes") && !mails[0].html.contains("Hughes"));
    let text = fs::read_to_string(world.path("in/refused/february.csv.txt")).expect("is there");
    assert!(text.contains("Mary Hughes"), "{text}");
    for file in ["data/carewarden.db", "data/carewarden.db-wal"] {
        let bytes = fs::read(world.path(file)).unwrap_or_default();
        assert!(!String::from_utf8_lossy(&bytes).contains("Hughes"), "{file}");
    }
}

/// Killed when the files were kept and the last mail was not: the next run names what was left.
#[test]
fn a_run_that_is_killed_leaves_nobody_untold_and_nobody_told_twice() {
    let world = harness::World::new(&harness::Register::day_one());
    let folder = world.dir.path().join("in");
    crate::store::returns_come(&world);
    let path = world.dir.path().join("carewarden.toml");
    let config = fs::read_to_string(&path).expect("is there");
    fs::write(&path, format!("{config}[returns]\nmailbox = \"operator\"\n")).expect("written");
    for number in 1..=12 {
        let staff = format!("staff_headcount,,,{number},people");
        let lines = [&PART[..], &[staff.as_str()]].concat();
        drop_in(&folder, &format!("return-{number:02}.csv"), &february("1-99999999801", &lines));
    }
    let told = || world.ask("SELECT alert FROM outbox WHERE alert LIKE 'return%' ORDER BY seq");
    let run = ["run", "collect", "--as-of", "2025-04-01T05:00:00Z"];
    world.run_to("before-put-away", &run);
    assert_eq!(told().len(), 10);
    world.run(&["run", "collect", "--as-of", "2025-04-01T06:00:00Z"]);
    let after = told();
    assert_eq!(after.len(), 11, "{after:?}");
    assert!(after[10].starts_with("returns-"), "{after:?}");
    let waiting = "SELECT count(*) FROM return_letters w WHERE mail IS NULL AND NOT EXISTS
                   (SELECT 1 FROM return_letters t WHERE t.document = w.document AND t.mail IS NOT NULL)";
    assert_eq!(world.ask(waiting), ["0"]);
    world.run(&["run", "collect", "--as-of", "2025-04-01T07:00:00Z"]);
    assert_eq!(told(), after);
}
