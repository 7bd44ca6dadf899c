//! The unit tests that ship beside the policy.

use std::collections::BTreeSet;

use carewarden::rules::test::{Case, parse_cases, run_cases};

use carewarden::config::builtin_policy as shipped;

use super::world::london;

const FILES: [(&str, &str); 4] = [
    ("ratings", include_str!("../../../config/policy/tests/ratings.toml")),
    ("register", include_str!("../../../config/policy/tests/register.toml")),
    ("returns", include_str!("../../../config/policy/tests/returns.toml")),
    ("sources", include_str!("../../../config/policy/tests/sources.toml")),
];

fn all() -> Vec<Case> {
    FILES
        .iter()
        .flat_map(|(name, text)| parse_cases(text).unwrap_or_else(|e| panic!("{name}: {e}")))
        .collect()
}

#[test]
fn every_shipped_case_passes() {
    let results = run_cases(&shipped(), &all(), &london());
    let printed: Vec<String> = results.iter().map(ToString::to_string).collect();
    assert!(results.iter().all(|result| result.passed()), "{}", printed.join("\n"));
    insta::assert_snapshot!(printed.join("\n"));
}

#[test]
fn every_shipped_rule_has_a_case_that_holds_and_one_that_does_not() {
    let cases = all();
    let held: BTreeSet<&str> = cases.iter().flat_map(|case| &case.expect).map(|o| o.rule.as_str()).collect();
    let absent: BTreeSet<&str> =
        cases.iter().flat_map(|case| &case.expect_absent).map(|place| place.rule.as_str()).collect();
    for rule in shipped().rules {
        assert!(held.contains(rule.id.as_str()), "{} never holds", rule.id);
        assert!(absent.contains(rule.id.as_str()), "{} is never absent", rule.id);
    }
}

#[test]
fn a_case_that_fails_says_what_is_missing_and_what_came_instead() {
    let text = r#"
        [[case]]
        name = "wrong on every count"
        as_of = "2025-03-04T06:05:00Z"
        expect = [{ rule = "rating-slipped", subject = "location 1-1", severity = "watch" }]
        expect_absent = [{ rule = "dormant", subject = "location 1-1" }]
        expect_unknown = [{ rule = "rating-inadequate", subject = "location 1-1" }]
        [[case.fact]]
        subject = "location 1-1"
        attribute = "registration"
        value = "Registered"
        observed_at = "2025-03-04T06:00:00Z"
        [[case.fact]]
        subject = "location 1-1"
        attribute = "rating.overall"
        value = "Inadequate"
        effective = "2025-03-03"
        observed_at = "2025-03-04T06:00:00Z"
    "#;
    let cases = parse_cases(text).expect("it is well formed");
    insta::assert_snapshot!(run_cases(&shipped(), &cases, &london())[0]);
}

#[test]
fn an_interval_beyond_counting_is_refused_with_its_line() {
    let case = |minutes: &str| {
        parse_cases(&format!(
            "[[case]]\nname = \"x\"\nas_of = \"2025-03-04T06:05:00Z\"\n\
             source = [{{ id = \"cqc\", interval_minutes = {minutes} }}]"
        ))
    };
    let longest = case("4294967295").expect("eight thousand years can be counted");
    assert!(run_cases(&shipped(), &longest, &london())[0].passed());
    for minutes in ["9223372036854775807", "-1"] {
        let fault = case(minutes).expect_err("it is no length of time").to_string();
        assert!(fault.contains("line 4"), "{fault}");
    }
}

#[test]
fn a_case_with_a_fault_is_refused_with_its_line() {
    let faults: Vec<String> = [
        "[[case]]\nname = \"x\"",
        "[[case]]\nname = \"x\"\nas_of = \"yesterday\"",
        "[[case]]\nname = \"x\"\nas_of = \"2025-03-04T06:05:00Z\"\nexpects = []",
        "[[case]]\nname = \"x\"\nas_of = \"2025-03-04T06:05:00Z\"\nexpect = [{ rule = \"a\", subject = \"1-1\", severity = \"watch\" }]",
        "[[case]]\nname = \"x\"\nas_of = \"2025-03-04T06:05:00Z\"\nexpect = [{ rule = \"a\", subject = \"source x\", severity = \"red\" }]",
        "[[case]]\nname = \"x\"\nas_of = \"2025-03-04T06:05:00Z\"\nfact = [{ subject = \"location 1\", attribute = \"rating\", value = \"\", observed_at = \"2025-03-04T06:05:00Z\" }]",
    ]
    .iter()
    .map(|text| parse_cases(text).expect_err("it has a fault").to_string())
    .collect();
    insta::assert_snapshot!(faults.join("\n"));
    let many = "[[case]]\nname = \"x\"\nas_of = \"2025-03-04T06:05:00Z\"\n".repeat(1_001);
    insta::assert_snapshot!(parse_cases(&many).expect_err("too many"));
}
