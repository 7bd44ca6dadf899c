//! Other words for the same state.

use serde_json::{Value, json};

use super::{GOOD, POOR, good, nothing_happened, poor, standing, truth_is_found};
use crate::world::records::{assessed, deregistered, home_care, rated, related, with, without};

/// What the register writes where it has no rating to give.
const SENTINELS: [&str; 12] = [
    "",
    " ",
    "Inspected but not rated",
    "No published rating",
    "Insufficient evidence to rate",
    "No Approved Rating",
    "Regulations met",
    "Not Rated",
    "Not applicable",
    "Not Yet Inspected",
    "Evidence requirements partially scored",
    "Evidence requirements not yet scored",
];

/// Reads each pair of records in an hour of its own and asserts after each that nothing happened.
fn said_otherwise(pairs: impl IntoIterator<Item = (String, Value, Value)>) {
    let mut world = standing();
    for (what, good, poor) in pairs {
        world.publish(good);
        world.publish(poor);
        world.minutes_later(60).exits(0);
        nothing_happened(&mut world, &what);
    }
    truth_is_found(&mut world, "after other words");
}

fn both(change: impl Fn(Value) -> Value, what: &str) -> (String, Value, Value) {
    (what.to_owned(), change(good()), change(poor()))
}

#[test]
fn a_blank_or_a_sentinel_in_the_place_of_a_rating_is_no_rating() {
    said_otherwise(SENTINELS.map(|sentinel| {
        let change = |mut record: Value| {
            record["currentRatings"]["overall"]["rating"] = json!(sentinel);
            record["currentRatings"]["overall"]["reportDate"] = json!("2025-03-01");
            record
        };
        both(change, sentinel)
    }));
}

#[test]
fn a_sentinel_under_the_new_framework_takes_nothing_from_the_old_one() {
    said_otherwise(
        SENTINELS.map(|sentinel| both(|record| assessed(record, sentinel, "2025-03-01"), sentinel)),
    );
}

#[test]
fn a_newest_history_that_says_not_rated_takes_nothing_away() {
    let history = |entry: Value| move |record| with(record, "historicRatings", json!([entry.clone()]));
    said_otherwise([
        both(
            history(json!({"reportDate": "2025-03-01", "overall": {"rating": "Inspected but not rated"}})),
            "not rated",
        ),
        both(history(json!({"reportDate": "2025-03-01", "overall": {}})), "empty"),
        both(history(json!({"reportDate": "2025-03-01"})), "no overall"),
        both(history(json!({"reportDate": "2019-03-01", "overall": {"rating": "Inadequate"}})), "long ago"),
    ]);
}

#[test]
fn spelling_is_no_change() {
    let spelled = |good_as: &str, poor_as: &str| {
        let say = |mut record: Value, rating: &str| {
            record["currentRatings"]["overall"]["rating"] = json!(rating);
            record
        };
        (good_as.to_owned(), say(good(), good_as), say(poor(), poor_as))
    };
    said_otherwise([
        spelled("GOOD", "Requires Improvement"),
        spelled("good", "requires improvement"),
        spelled(" Good ", "Requires  improvement "),
        spelled("Good\u{a0}", "REQUIRES\u{a0}IMPROVEMENT"),
    ]);
}

#[test]
fn states_of_the_register_may_be_spelled_otherwise_too() {
    let register = |status: &'static str, dormancy: &'static str| {
        move |record| with(with(record, "registrationStatus", json!(status)), "dormancy", json!(dormancy))
    };
    said_otherwise([
        both(register("REGISTERED", "n"), "upper case"),
        both(register(" Registered ", "N "), "spaces"),
        both(register("", ""), "blank"),
        both(register("Unknown to us", "?"), "other words"),
    ]);
}

#[test]
fn the_order_of_lists_is_no_change() {
    let turned = |mut record: Value| {
        let questions =
            record.pointer_mut("/currentRatings/overall/keyQuestionRatings").expect("it is rated");
        questions.as_array_mut().expect("a list").reverse();
        record
    };
    said_otherwise([both(turned, "key questions in reverse")]);
}

#[test]
fn a_block_that_is_left_out_says_nothing() {
    let blocks = [
        "currentRatings",
        "lastInspection",
        "lastReport",
        "relationships",
        "specialisms",
        "regulatedActivities",
        "dormancy",
        "localAuthority",
        "region",
        "gacServiceTypes",
        "name",
        "providerId",
        "postalCode",
    ];
    said_otherwise(blocks.map(|block| both(|record| without(record, block), block)));
}

#[test]
fn a_block_that_is_null_or_of_another_shape_says_nothing() {
    let mut pairs = Vec::new();
    for block in
        ["currentRatings", "lastInspection", "relationships", "dormancy", "historicRatings", "assessment"]
    {
        for odd in [Value::Null, json!([]), json!({}), json!(""), json!(0)] {
            pairs.push(both(|record| with(record, block, odd.clone()), &format!("{block} is {odd}")));
        }
    }
    said_otherwise(pairs);
}

#[test]
fn ratings_without_overall_or_questions_say_nothing() {
    said_otherwise([
        both(|record| with(record, "currentRatings", json!({"reportDate": "2025-03-01"})), "no overall"),
        both(|record| with(record, "currentRatings", json!({"overall": {}})), "an empty overall"),
        both(
            |mut record| {
                record["currentRatings"]["overall"]
                    .as_object_mut()
                    .expect("it is rated")
                    .remove("keyQuestionRatings");
                record
            },
            "no key questions",
        ),
        both(
            |record| with(record, "somethingNew", json!({"rating": "Inadequate"})),
            "a field we do not know",
        ),
    ]);
}

#[test]
fn an_inherited_rating_under_a_new_id_is_told_once_in_its_life() {
    let mut world = standing();
    let new_id = "1-1000000055";
    let inherited = |id| rated(home_care(id, super::OF_POOR), "Requires improvement", "2024-05-06");
    world.publish(related(inherited(new_id), "HSCA Predecessor", POOR));
    world.tomorrow().tells(&[]);
    nothing_happened(&mut world, "the new id inherits a rating");
    world.publish(related(deregistered(inherited(POOR), "2025-03-04"), "HSCA Successor", new_id));
    world.tomorrow().tells(&[]);
    assert_eq!(
        world.flags(),
        ["CW-0001 rating-fell open concern 1-1000000055"],
        "the flag moves without a mail"
    );
    assert_eq!(world.outbox().len(), 1, "the summary");
}

#[test]
fn an_old_inspection_inherited_under_a_new_id_is_told_once_too() {
    let old = |id: &str| {
        with(
            rated(home_care(id, super::OF_GOOD), "Good", "2021-03-04"),
            "lastInspection",
            json!({"date": "2021-03-04"}),
        )
    };
    let mut world = crate::world::World::new(&crate::world::Setup::default(), [old(GOOD)]);
    assert_eq!(world.today().mails.len(), 1, "the summary");
    world.publish(related(old("1-1000000055"), "HSCA Predecessor", GOOD));
    world.tomorrow().tells(&[]);
    world.publish(related(deregistered(old(GOOD), "2025-03-04"), "HSCA Successor", "1-1000000055"));
    world.tomorrow().tells(&[]);
    assert_eq!(world.flags(), ["CW-0001 rating-stale open watch 1-1000000055"]);
}
