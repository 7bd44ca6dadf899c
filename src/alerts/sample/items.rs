//! The flags that the samples tell of.

use jiff::civil;

use super::super::{Change, Item, Why};
use crate::domain::{Severity, Subject};
use crate::rules::Evidence;

pub(super) fn change(
    what: &str,
    old: Option<&str>,
    old_date: Option<&str>,
    new: &str,
    new_date: &str,
) -> Change {
    Change {
        what: what.into(),
        old: old.map(Into::into),
        old_date: old_date.map(Into::into),
        new: new.into(),
        new_date: Some(new_date.into()),
    }
}

pub(super) fn item(flag: &str, severity: Severity, subject: Subject) -> Item {
    Item {
        flag: flag.into(),
        rule: String::new(),
        rule_name: String::new(),
        rule_text: String::new(),
        rule_version: "9f3c21d04ab7".into(),
        severity,
        why: Why::First,
        state: "open".into(),
        link: Some(format!("https://www.cqc.org.uk/location/{}", subject.id)),
        subject,
        subject_name: "Brightside Home Care".into(),
        area: Some("Oldham".into()),
        reason: String::new(),
        changes: Vec::new(),
        questions: None,
        read_at: "Tue 4 Mar 2025 06:00".into(),
        since: "Tue 4 Mar 2025 06:05".into(),
        evidence: Vec::new(),
    }
}

pub(super) fn fell_to_inadequate() -> Item {
    Item {
        rule: "rating-inadequate".into(),
        rule_name: "Rated Inadequate".into(),
        rule_text: "The overall rating becomes or is Inadequate.".into(),
        reason: "Overall rating fell from Good (12 Jun 2021) to Inadequate (3 Mar 2025), with Safe and Well-led Inadequate.".into(),
        changes: ["Overall rating", "Safe", "Well-led"]
            .map(|what| change(what, Some("Good"), Some("12 Jun 2021"), "Inadequate", "3 Mar 2025"))
            .to_vec(),
        questions: Some(
            "Safe Inadequate, Effective Requires improvement, Caring Good, \
             Responsive Requires improvement, Well-led Inadequate"
                .into(),
        ),
        evidence: vec![Evidence {
            working: None,
            fact: "rating.overall".into(),
            old: Some("Good".into()),
            old_effective: Some(civil::date(2021, 6, 12)),
            new: "Inadequate".into(),
            effective: Some(civil::date(2025, 3, 3)),
            observed_at: "2025-03-04T06:00:00Z".parse().expect("the instant is well formed"),
            document: Some(1),
            row: Some("/currentRatings/overall".into()),
        }],
        ..item("CW-0142", Severity::Contingency, Subject::location("1-5550000222"))
    }
}

pub(super) fn fell_to_requires_improvement() -> Item {
    Item {
        rule: "rating-fell".into(),
        rule_name: "Rating fell to Requires improvement".into(),
        rule_text: "The overall rating falls to Requires improvement.".into(),
        reason: "Overall rating fell from Good (12 Jun 2021) to Requires improvement (3 Mar 2025).".into(),
        changes: vec![change(
            "Overall rating",
            Some("Good"),
            Some("12 Jun 2021"),
            "Requires improvement",
            "3 Mar 2025",
        )],
        questions: Some(
            "Safe Requires improvement, Effective Good, Caring Good, Responsive Good, \
             Well-led Requires improvement"
                .into(),
        ),
        ..item("CW-0137", Severity::Concern, Subject::location("1-5550000222"))
    }
}

pub(super) fn key_question() -> Item {
    Item {
        rule: "key-question-inadequate".into(),
        rule_name: "A key question is Inadequate".into(),
        rule_text: "A key question is rated Inadequate while the overall rating is not.".into(),
        reason: "Safe is rated Inadequate while overall is Requires improvement (3 Mar 2025).".into(),
        changes: vec![change("Safe", Some("Good"), Some("12 Jun 2021"), "Inadequate", "3 Mar 2025")],
        ..item("CW-0143", Severity::Concern, Subject::location("1-5550000222"))
    }
}

pub(super) fn undecided() -> Item {
    Item {
        rule: "poor-rating-undecided".into(),
        rule_name: "Poor rating without a decision".into(),
        rule_text: "A poor rating has stood for 28, 90 or 180 days without a recorded decision.".into(),
        reason: "Rated Inadequate (3 Sep 2024); no decision has been recorded for 180 days.".into(),
        changes: vec![change("Overall rating", None, None, "Inadequate", "3 Sep 2024")],
        since: "Mon 2 Dec 2024 06:05".into(),
        ..item("CW-0098", Severity::Contingency, Subject::location("1-5550000222"))
    }
}

pub(super) fn left_register() -> Item {
    Item {
        rule: "deregistered".into(),
        rule_name: "Left the register".into(),
        rule_text: "A watched location leaves the register and no successor takes over.".into(),
        reason: "Left the register on 3 Mar 2025. CW-0098 and CW-0137 are closed with it.".into(),
        changes: vec![change("Registration", Some("Registered"), None, "Deregistered", "3 Mar 2025")],
        ..item("CW-0144", Severity::Contingency, Subject::location("1-5550000222"))
    }
}

pub(super) fn dormant() -> Item {
    Item {
        rule: "dormant".into(),
        rule_name: "Dormant".into(),
        rule_text: "The register calls the location dormant.".into(),
        reason: "The register calls it dormant since 3 Mar 2025.".into(),
        changes: vec![change("Dormant", Some("No"), None, "Yes", "3 Mar 2025")],
        ..item("CW-0145", Severity::Watch, Subject::location("1-5550000444"))
    }
}

pub(super) fn stale() -> Item {
    Item {
        rule: "rating-stale".into(),
        rule_name: "Old inspection".into(),
        rule_text: "The newest inspection is more than 3 years old.".into(),
        reason: "Last inspected on 12 Jun 2021, more than 3 years ago.".into(),
        subject_name: "Fernlea Domiciliary Services".into(),
        ..item("CW-0146", Severity::Watch, Subject::location("1-5550000555"))
    }
}
