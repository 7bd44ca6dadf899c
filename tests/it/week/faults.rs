//! What happens to the world in a week, by a seed.

use jiff::{SignedDuration, Timestamp};

/// Something that happens at an instant of true time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// The regulator answers 503.
    RegulatorFails,
    /// It answers again.
    RegulatorWorks,
    /// The relay says 421 to everybody.
    RelayFails,
    /// It takes the mail and hangs up before the answer, so many times.
    RelayTakesAndHangsUp(usize),
    /// It works again.
    RelayWorks,
    /// The database can grow no further.
    DiskFills,
    /// There is space again.
    DiskHasSpace,
    /// The wall clock is set by so many seconds.
    ClockSet(i64),
    /// The machine sleeps for so many seconds.
    Sleeps(i64),
    /// The process ends and starts again.
    Restarts,
    /// This location is now Inadequate.
    Falls(usize),
}

const HOUR_S: i64 = 3600;
const DAY_S: i64 = 24 * HOUR_S;

/// A week of happenings, in order. Faults begin after the first reading and end before the last day.
pub fn week(seed: u64, start: Timestamp, locations: usize) -> Vec<(Timestamp, Happening)> {
    let mut dice = fastrand::Rng::with_seed(seed);
    let mut all: Vec<(i64, Happening)> = Vec::new();
    let mut lasting = |dice: &mut fastrand::Rng, from, to, lasts_s| {
        let begin = dice.i64(DAY_S / 2..5 * DAY_S);
        all.push((begin, from));
        all.push((begin + lasts_s, to));
    };
    if dice.u8(..4) > 0 {
        lasting(&mut dice, Happening::RegulatorFails, Happening::RegulatorWorks, 12 * HOUR_S);
    }
    if dice.u8(..4) > 0 {
        lasting(&mut dice, Happening::RelayFails, Happening::RelayWorks, 2 * DAY_S);
    }
    if dice.bool() {
        lasting(&mut dice, Happening::DiskFills, Happening::DiskHasSpace, HOUR_S);
    }
    if dice.bool() {
        lasting(&mut dice, Happening::ClockSet(2 * HOUR_S), Happening::ClockSet(-2 * HOUR_S), 3 * HOUR_S);
    }
    for _ in 0..dice.usize(..3) {
        all.push((dice.i64(DAY_S..5 * DAY_S), Happening::Restarts));
    }
    if dice.bool() {
        all.push((dice.i64(DAY_S..5 * DAY_S), Happening::Sleeps(dice.i64(9..31) * HOUR_S)));
    }
    if dice.bool() {
        all.push((dice.i64(DAY_S..5 * DAY_S), Happening::RelayTakesAndHangsUp(dice.usize(1..4))));
    }
    for location in 0..locations {
        if dice.bool() {
            all.push((dice.i64(DAY_S..6 * DAY_S), Happening::Falls(location)));
        }
    }
    let mut happenings: Vec<(Timestamp, Happening)> =
        all.into_iter().map(|(after_s, what)| (start + SignedDuration::from_secs(after_s), what)).collect();
    happenings.sort_by_key(|(at, _)| *at);
    happenings
}
