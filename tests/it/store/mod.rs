//! The file itself: what it refuses, what its leaves prove, and what becomes of it when it or the
//! disk under it is damaged.

mod damage;
mod disk;
mod files;
mod guards;
mod leaves;
mod outbox;
mod views;

use std::fs;
use std::time::UNIX_EPOCH;

use carewarden::clock::real_now;
use carewarden::store::{DaemonEvent, DaemonEventKind, Store};
use serde_json::json;

use crate::crash::harness::{Register, World};
use crate::world::regulator::Fault;
use crate::world::smtp::{Act, Verb};

/// A return of one indicator.
const RETURN: &str = "provider_id,location_id,zone,period_start,period_end,metric,numerator,denominator,value,unit,source,submitted_at,note
1-99999999801,,North,2025-02-01,2025-02-28,missed_visit_pct,8,1560,,%,portal,2025-03-03T09:12:00Z,
";

/// Whence returns come, and who owes them.
const CONTRACT: &str = r#"
[[source]]
id = "returns"
kind = "returns"
folder = "in"
[[contract]]
provider = "1-99999999801"
start = 2025-01-01
returns = "month"
"#;

/// A database with rows in every table: two days, a return, a reject, a field that is not known, a hushed
/// telling, a dead letter, and each kind of decision.
pub fn full() -> World {
    let register = Register::day_one();
    let world = World::new(&register);
    returns_come(&world);
    drop_file(
        &world,
        "01-january.csv",
        &RETURN.replace("-02-", "-01-").replace("-28,", "-31,").replace("1560", "156"),
    );
    register.front.fail("/locations/1-99999999903", Fault::json("[]"));
    let mut odd = register.regulator.location("1-99999999901").expect("one of the story");
    odd["aFieldOfTomorrow"] = json!(1);
    register.regulator.set_location(odd, jiff::Timestamp::MIN);
    let refusal = Act::Reply("550 5.1.1 unknown");
    world.smtp.fault(Verb::Rcpt, Some("contract-officer@oldham.example.gov.uk"), refusal, usize::MAX);
    world.run(&["run", "--as-of", "2025-04-01T05:00:00Z"]).failed();
    let by = ["--by", "J. Smith", "--reason", "seen"];
    for decision in [
        &["silence", "--subject", "1-99999999905", "--until", "2100-01-01T00:00:00Z"][..],
        &["note", "1-99999999904"],
        &["stage", "1-99999999904", "watch"],
        &["ack", "CW-0001"],
        &["outbox", "drop", "2"],
    ] {
        world.run(&[decision, &by[..]].concat()).fine();
    }
    register.front.lift();
    register.overnight();
    a_return_is_refused(&world);
    world.run(&["run"]);
    daemon_was_here(&world);
    world
}

/// A folder with one return, and a contract that asks for more of them.
pub fn returns_come(world: &World) {
    let folder = world.dir.path().join("in");
    fs::create_dir(&folder).expect("made");
    drop_file(world, "february.csv", RETURN);
    let path = world.dir.path().join("carewarden.toml");
    let config = fs::read_to_string(&path).expect("is there");
    fs::write(&path, format!("{config}{CONTRACT}")).expect("written");
}

/// A return with a fault, and somebody who is told of it.
fn a_return_is_refused(world: &World) {
    drop_file(world, "march.csv", &RETURN.replace("8,1560", "x,y"));
    let path = world.dir.path().join("carewarden.toml");
    let config = fs::read_to_string(&path).expect("is there");
    fs::write(&path, format!("{config}[returns]\nmailbox = \"operator\"\n")).expect("written");
}

/// Drops a return that has long been whole.
fn drop_file(world: &World, name: &str, text: &str) {
    let file = world.dir.path().join("in").join(name);
    fs::write(&file, text).expect("written");
    let written = fs::File::options().write(true).open(&file).expect("opens");
    written.set_modified(UNIX_EPOCH).expect("its time is set");
}

/// What a daemon writes of itself, without waiting for one.
fn daemon_was_here(world: &World) {
    let wait = std::time::Duration::from_secs(5);
    let mut store = Store::open_writer(&world.database(), wait).expect("nobody else writes");
    let now = real_now();
    let missed = DaemonEvent {
        subject: Some("cqc".to_owned()),
        scheduled_for: Some(now),
        detail: Some("the newest run makes up for it".to_owned()),
        ..DaemonEvent::new(DaemonEventKind::Missed, now)
    };
    store.write(now, |tx| tx.daemon_event(&missed).map(drop)).expect("written");
}

/// Says why a test cannot show what it is for on this machine.
#[expect(clippy::print_stdout, reason = "whoever runs the tests should see what was not shown")]
pub fn skipped(why: &str) {
    println!("skipped: {why}");
}
