//! Schedules in London across every clock change of forty years, and the planner's decisions.

mod changes;
mod planning;

use carewarden::schedule::Schedule;
use jiff::{Timestamp, tz::TimeZone};

fn london() -> TimeZone {
    TimeZone::get("Europe/London").expect("the zone database has London")
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn schedule(text: &str) -> Schedule {
    Schedule::parse(text).expect("a schedule")
}
