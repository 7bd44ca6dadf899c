//! What holds for any register, any order and any flag.

use carewarden::domain::{KeyQuestion, Subject};
use carewarden::facts::{Attribute, Fact, Framework, History, Returns};
use carewarden::flags::{EventKind, FlagEvent, State, acknowledge, close, snooze};
use carewarden::rules::{Feed, Known, Policy, SourceState, Standing, Verdicts, evaluate};
use proptest::prelude::*;

use super::world::{World, at, london, shipped};

const DAYS: [&str; 8] = ["01-01", "01-03", "01-20", "02-02", "02-27", "03-30", "05-15", "09-01"];
const IDS: [&str; 3] = ["1-1", "1-2", "1-3"];

/// One thing that a record can say, with a value that fits.
fn said() -> impl Strategy<Value = (Attribute, String)> {
    let rating = prop::sample::select(vec!["Outstanding", "Good", "Requires improvement", "Inadequate"]);
    let of = prop::sample::select(vec![
        Attribute::Overall(Framework::Old),
        Attribute::Overall(Framework::Saf),
        Attribute::Question(Framework::Old, KeyQuestion::Safe),
        Attribute::Question(Framework::Saf, KeyQuestion::WellLed),
    ]);
    let word = |attribute: Attribute, values: &[&'static str]| {
        prop::sample::select(values.to_vec()).prop_map(move |value| (attribute, value.to_owned()))
    };
    prop_oneof![
        6 => (of, rating).prop_map(|(attribute, value)| (attribute, value.to_owned())),
        4 => word(Attribute::Registration, &["Registered", "Registered", "Registered", "Deregistered"]),
        1 => word(Attribute::Dormancy, &["Y", "N"]),
        1 => word(Attribute::ManagerAbsentSince, &["2025-01-02", "2025-02-20", "not a date"]),
        1 => word(Attribute::LastInspection, &["2021-11-30", "2022-02-01", "2025-01-01"]),
        1 => word(Attribute::Successors, &["1-1", "1-2", "1-3"]),
        1 => word(Attribute::Predecessors, &["1-1", "1-2", "1-3"]),
        1 => word(Attribute::ProviderId, &["1-9"]),
    ]
}

/// Facts day by day: in one reading each subject says each thing once.
fn facts() -> impl Strategy<Value = Vec<Fact>> {
    let one = (prop::sample::select(IDS.to_vec()), said(), 0..DAYS.len(), prop::option::of(0..DAYS.len()));
    prop::collection::vec(one, 0..40).prop_map(|statements| {
        let mut facts: Vec<Fact> = Vec::new();
        for id in IDS {
            facts.push(fact(id, Attribute::Registration, "Registered".into(), 0, None));
        }
        for (id, (attribute, value), day, published) in statements {
            let stated = fact(id, attribute, value, day, published.filter(|published| *published <= day));
            let repeated = facts.iter().any(|held| {
                (&held.subject, held.attribute, held.observed_at)
                    == (&stated.subject, stated.attribute, stated.observed_at)
            });
            if !repeated {
                facts.push(stated);
            }
        }
        facts.sort_by_key(|fact| fact.observed_at);
        numbered(facts)
    })
}

fn fact(id: &str, attribute: Attribute, value: String, day: usize, published: Option<usize>) -> Fact {
    Fact {
        seq: 0,
        subject: Subject::location(id),
        attribute,
        value,
        effective: published.map(|published| super::world::date(DAYS[published])),
        observed_at: at(DAYS[day]),
        document: 1,
        row: "/x".into(),
    }
}

fn numbered(mut facts: Vec<Fact>) -> Vec<Fact> {
    for (fact, seq) in facts.iter_mut().zip(1..) {
        fact.seq = seq;
    }
    facts
}

fn source() -> impl Strategy<Value = SourceState> {
    let day = || prop::option::of(prop::sample::select(DAYS.to_vec()).prop_map(at));
    (0..3_u32, day(), day(), 0..3_usize).prop_map(|(failed_in_a_row, last_at, good_at, gone)| SourceState {
        id: "cqc".into(),
        failed_in_a_row,
        last_error: None,
        last_at,
        good_at,
        interval: jiff::SignedDuration::from_hours(24),
        gone_ids: IDS[..gone].iter().map(|id| (*id).to_owned()).collect(),
        baseline_at: good_at,
        feed: Some(Feed::Register),
    })
}

/// The shipped rules with any small days to wait, keep and reopen.
fn policy() -> impl Strategy<Value = Policy> {
    let days = || 0..4_u16;
    prop::collection::vec((days(), days(), 0..40_u16), 12).prop_map(|all| {
        let mut policy = shipped();
        for (rule, (for_days, keep_days, reopen_days)) in policy.rules.iter_mut().zip(all) {
            (rule.for_days, rule.keep_days, rule.reopen_days) = (for_days, keep_days, reopen_days);
        }
        policy
    })
}

/// What an officer does after each assessment: nothing, or one thing to one flag.
fn officer() -> impl Strategy<Value = Vec<(u8, usize)>> {
    prop::collection::vec((0..6_u8, 0..6_usize), DAYS.len())
}

fn decide(world: &World, (what, which): (u8, usize), day: &str) -> Option<FlagEvent> {
    let flags = world.flags();
    let flag = flags.get(which)?;
    let (by, reason, now) = ("A. Officer", "seen", at(day));
    match what {
        0 => acknowledge(flag, by, reason, now).ok(),
        1 => snooze(flag, by, reason, at("04-15").max(now + jiff::SignedDuration::from_hours(1)), now).ok(),
        2 => close(flag, by, reason, now).ok(),
        _ => None,
    }
}

/// The states that an event may lead to, from the state before it.
fn allowed(before: Option<State>, event: &FlagEvent) -> bool {
    use EventKind as K;
    use State::{Acknowledged, Cleared, Open, Pending, Snoozed, Superseded};
    let opened = matches!(before, Some(Open | Acknowledged | Snoozed));
    let stood = before.is_some_and(State::stands);
    match event.kind {
        K::Pending => !stood && event.state == Pending,
        K::Opened => (!stood || before == Some(Pending)) && event.state == Open,
        K::Reopened => matches!(before, Some(Pending | Cleared | Superseded)) && event.state == Open,
        K::Worse => opened && event.state == Open,
        K::Eased | K::Absent | K::Returned => opened && Some(event.state) == before,
        K::Acknowledged => opened && event.state == Acknowledged,
        K::Snoozed => opened && event.state == Snoozed && event.until.is_some(),
        K::Woken => before == Some(Snoozed) && event.state == Open,
        K::Closed | K::Withdrawn => stood && event.state == Cleared,
        K::Cleared => (opened || before == Some(Cleared)) && event.state == Cleared,
        K::Lapsed => before == Some(Pending) && event.state == Cleared,
        K::Moved => stood && Some(event.state) == before,
        K::Superseded => stood && event.state == Superseded,
    }
}

/// The flags of a register over all days, with an officer at work; each step is checked.
fn live(
    policy: Policy,
    facts: Vec<Fact>,
    source: SourceState,
    officer: &[(u8, usize)],
    mut check: impl FnMut(&World, &Verdicts, &[FlagEvent], &str) -> Result<(), TestCaseError>,
) -> Result<World, TestCaseError> {
    let mut world = World::new(policy);
    world.facts = facts;
    world.sources = vec![source];
    for (day, decision) in DAYS.iter().zip(officer) {
        let verdicts = world.verdicts(day);
        let events = world.events_for(&verdicts, at(day));
        check(&world, &verdicts, &events, day)?;
        world.events.extend(events);
        prop_assert_eq!(world.events_for(&verdicts, at(day)), vec![], "a second look adds nothing");
        let decided = decide(&world, *decision, day);
        world.events.extend(decided);
    }
    Ok(world)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(20_250_304), ..ProptestConfig::default() })]

    #[test]
    fn flags_settle_and_follow_allowed_ways(
        policy in policy(), facts in facts(), source in source(), officer in officer(),
    ) {
        let world = live(policy, facts, source, &officer, |_, _, events, _| {
            prop_assert!(events.iter().all(|event| !event.evidence.is_empty() && !event.reason.is_empty()));
            Ok(())
        })?;
        let mut states = std::collections::BTreeMap::new();
        for event in &world.events {
            let before = states.insert(event.flag, event.state);
            prop_assert!(allowed(before, event), "{before:?} -> {event:?}");
            prop_assert!(event.state != State::Snoozed || event.until.is_some(), "a snooze without end: {event:?}");
        }
    }

    #[test]
    fn no_two_standing_flags_share_an_identity(
        policy in policy(), facts in facts(), source in source(), officer in officer(),
    ) {
        live(policy, facts, source, &officer, |world, _, _, _| {
            let mut identities: Vec<_> = world
                .flags()
                .into_iter()
                .filter(|flag| flag.last.state.stands())
                .map(|flag| (flag.last.subject, flag.last.family))
                .collect();
            let all = identities.len();
            identities.sort();
            identities.dedup();
            prop_assert_eq!(identities.len(), all);
            Ok(())
        })?;
    }

    #[test]
    fn only_a_stated_absence_clears(
        policy in policy(), facts in facts(), source in source(), officer in officer(),
    ) {
        live(policy, facts, source, &officer, |world, verdicts, events, day| {
            for event in events.iter().filter(|event| {
                matches!(event.kind, EventKind::Cleared | EventKind::Absent | EventKind::Lapsed)
            }) {
                let key = (event.rule.clone(), event.family.clone(), event.subject.clone());
                let moved = world.flags().iter().any(|flag| flag.id == event.flag && flag.last.kind == EventKind::Closed);
                prop_assert!(moved || verdicts.absent.contains_key(&key), "{event:?}");
            }
            let silent = Verdicts {
                holding: vec![], absent: std::collections::BTreeMap::new(), asked: verdicts.asked.clone(),
            };
            let lost: Vec<EventKind> = world.events_for(&silent, at(day)).into_iter().map(|e| e.kind)
                .filter(|kind| !matches!(kind, EventKind::Woken | EventKind::Moved | EventKind::Superseded))
                .collect();
            prop_assert_eq!(lost, vec![], "gaps alone change nothing");
            Ok(())
        })?;
    }

    #[test]
    fn findings_do_not_depend_on_the_order_within_a_reading(
        facts in facts(), source in source(), shuffle in any::<u64>(),
    ) {
        let shuffled = {
            let mut shuffled = facts.clone();
            // Any order within a reading, the same order of readings.
            shuffled.sort_by_key(|fact| {
                let mixed = u64::try_from(fact.seq).unwrap_or(0).wrapping_add(1).wrapping_mul(shuffle | 1);
                (fact.observed_at, mixed.rotate_left(17))
            });
            numbered(shuffled)
        };
        let judged = |facts: Vec<Fact>| {
            let history = History::new(facts, at("09-01"));
            let (sources, zone) = ([source.clone()], london());
            let known = Known {
                history: &history,
                returns: &Returns::default(),
                standing: Standing::All,
                sources: &sources,
                decisions: &[],
                now: at("09-01"),
                zone: &zone,
            };
            evaluate(&shipped(), known)
        };
        let (one, other) = (judged(facts), judged(shuffled));
        prop_assert!(one.holding.iter().all(|finding| !finding.evidence.is_empty() && !finding.reason.is_empty()));
        prop_assert!(one.absent.values().all(|absence| !absence.evidence.is_empty()));
        prop_assert_eq!(one, other);
    }
}
