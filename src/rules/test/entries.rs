//! What a case states, as it is written.

use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::Deserialize;

use crate::domain::{Severity, Subject, SubjectKind};
use crate::facts::{Attribute, Fact};
use crate::rules::{Decided, Feed, SourceState};

const MINUTES_A_DAY: u32 = 1_440;

/// One `[[case.fact]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseFact {
    #[serde(deserialize_with = "subject")]
    subject: Subject,
    #[serde(deserialize_with = "attribute")]
    attribute: Attribute,
    value: String,
    effective: Option<Date>,
    pub(super) observed_at: Timestamp,
}

/// One `[[case.decision]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseDecision {
    #[serde(deserialize_with = "subject")]
    subject: Subject,
    at: Timestamp,
}

/// One `[[case.source]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseSource {
    id: String,
    #[serde(default)]
    failed_in_a_row: u32,
    last_error: Option<String>,
    last_at: Option<Timestamp>,
    good_at: Option<Timestamp>,
    baseline_at: Option<Timestamp>,
    #[serde(default = "a_day")]
    interval_minutes: u32,
    #[serde(default)]
    gone_ids: Vec<String>,
}

impl CaseFact {
    /// The fact as it would be stored.
    pub(super) fn stored(&self, seq: i64) -> Fact {
        Fact {
            seq,
            subject: self.subject.clone(),
            attribute: self.attribute,
            value: self.value.clone(),
            effective: self.effective,
            observed_at: self.observed_at,
            document: 1,
            row: format!("case fact {seq}"),
        }
    }
}

impl CaseDecision {
    /// The decision as the rules need it.
    pub(super) fn decided(&self) -> Decided {
        Decided { subject: self.subject.clone(), at: self.at }
    }
}

impl CaseSource {
    /// The source's state.
    pub(super) fn state(&self) -> SourceState {
        SourceState {
            id: self.id.clone(),
            failed_in_a_row: self.failed_in_a_row,
            last_error: self.last_error.clone(),
            last_at: self.last_at,
            good_at: self.good_at,
            interval: SignedDuration::from_mins(i64::from(self.interval_minutes)),
            gone_ids: self.gone_ids.clone(),
            baseline_at: self.baseline_at,
            feed: Some(Feed::Register),
        }
    }
}

const fn a_day() -> u32 {
    MINUTES_A_DAY
}

pub(super) fn subject<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Subject, D::Error> {
    let text = String::deserialize(from)?;
    text.split_once(' ')
        .and_then(|(kind, id)| Some((SubjectKind::parse(kind)?, id.trim())))
        .filter(|(_, id)| !id.is_empty())
        .map(|(kind, id)| Subject { kind, id: id.to_owned() })
        .ok_or_else(|| {
            serde::de::Error::custom(format!("\"{text}\" is no subject; write \"location 1-100000001\""))
        })
}

fn attribute<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Attribute, D::Error> {
    let text = String::deserialize(from)?;
    Attribute::parse(&text).ok_or_else(|| {
        let known: Vec<String> = Attribute::all().into_iter().map(Attribute::as_string).collect();
        serde::de::Error::custom(format!("no attribute \"{text}\"; there are {}", known.join(", ")))
    })
}

pub(super) fn severity<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Severity, D::Error> {
    let text = String::deserialize(from)?;
    Severity::parse(&text).ok_or_else(|| {
        let known = Severity::ALL.map(Severity::as_str).join(", ");
        serde::de::Error::custom(format!("no severity \"{text}\"; there are {known}"))
    })
}
