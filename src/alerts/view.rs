//! A flag as an item of a mail: names looked up, dates in words, old against new.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::due::Why;
use super::{Change, Item};
use crate::domain::{Indicator, KeyQuestion, Period, SubjectKind};
use crate::facts::{Attribute, History};
use crate::flags::{Flag, State};
use crate::rules::{Evidence, Policy, name_words, period_words};

/// What is needed to show a flag.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown<'a> {
    pub(super) policy: &'a Policy,
    pub(super) history: &'a History,
    pub(super) zone: &'a TimeZone,
}

/// An instant in the council's zone: "Tue 4 Mar 2025 06:05".
#[must_use]
pub fn moment_words(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%a %-d %b %Y %H:%M").to_string()
}

/// A civil date: "4 Mar 2025".
#[must_use]
pub fn date_words(date: Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}

pub(super) fn item(shown: Shown<'_>, flag: &Flag, why: Why) -> Item {
    let last = &flag.last;
    let rule = shown.policy.rule(&last.rule);
    let subject = &last.subject;
    Item {
        flag: flag.id.to_string(),
        rule: last.rule.clone(),
        rule_name: rule.map_or_else(|| last.rule.clone(), |rule| rule.name.clone()),
        rule_text: rule.map_or_else(String::new, |rule| rule.text.clone()),
        rule_version: last.rule_version.clone(),
        severity: last.severity,
        why,
        state: state_words(last.state).to_owned(),
        subject: subject.clone(),
        subject_name: shown.history.name(subject).to_owned(),
        area: shown.history.value(subject, Attribute::LocalAuthority).map(str::to_owned),
        reason: flag.reason.clone(),
        changes: changes(shown.history, flag),
        questions: questions(shown.history, flag),
        link: link(flag),
        read_at: last
            .evidence
            .iter()
            .map(|evidence| evidence.observed_at)
            .max()
            .map_or_else(String::new, |at| moment_words(at, shown.zone)),
        since: flag.opened_at.map_or_else(String::new, |at| moment_words(at, shown.zone)),
        evidence: last.evidence.clone(),
    }
}

/// A state in words for people.
#[must_use]
pub const fn state_words(state: State) -> &'static str {
    match state {
        State::Pending => "pending",
        State::Open => "open",
        State::Acknowledged => "acknowledged",
        State::Snoozed => "snoozed",
        State::Cleared => "cleared",
        State::Superseded => "superseded",
    }
}

fn changes(history: &History, flag: &Flag) -> Vec<Change> {
    let cleared = flag.last.state == State::Cleared;
    let mut changes: Vec<Change> = flag
        .last
        .evidence
        .iter()
        .map(|evidence| if cleared { change_back(history, flag, evidence) } else { change(evidence) })
        .collect();
    changes.dedup();
    changes
}

fn change(evidence: &Evidence) -> Change {
    Change {
        what: subject_words(evidence),
        old: evidence.old.as_deref().map(|old| value_words(&evidence.fact, old)),
        old_date: evidence.old_effective.map(|date| since_words(evidence, date)),
        new: value_words(&evidence.fact, &evidence.new),
        new_date: evidence.effective.map(|date| since_words(evidence, date)),
    }
}

/// What an evidence is of; of an indicator with its zone.
fn subject_words(evidence: &Evidence) -> String {
    let zone = evidence.working.as_ref().and_then(|working| working.zone.as_deref());
    match Indicator::parse(&evidence.fact) {
        Some(indicator) => name_words(indicator, zone),
        None => fact_words(&evidence.fact),
    }
}

/// What the date of a value is: for what was reported, the period it is about.
fn since_words(evidence: &Evidence, date: Date) -> String {
    if evidence.fact == "return.state" {
        return format!("due {}", date_words(date));
    }
    if Indicator::parse(&evidence.fact).is_none() {
        return date_words(date);
    }
    let points = evidence.working.iter().flat_map(|working| &working.points);
    let period = points.filter(|point| point.end == date).find_map(|point| Period::new(point.start, date));
    period.map_or_else(|| format!("period to {}", date_words(date)), period_words)
}

/// For a flag that has cleared: what was flagged against what holds now.
fn change_back(history: &History, flag: &Flag, evidence: &Evidence) -> Change {
    let subject = &flag.last.subject;
    let fact = match Attribute::parse(&evidence.fact) {
        Some(Attribute::Overall(_)) => history.overall(subject).map(|now| now.fact),
        Some(Attribute::Question(_, question)) => history.question(subject, question).map(|now| now.fact),
        Some(attribute) => history.latest(subject, attribute),
        None => None,
    };
    match fact {
        Some(fact) if fact.value != evidence.new => Change {
            what: fact_words(&evidence.fact),
            old: Some(value_words(&evidence.fact, &evidence.new)),
            old_date: evidence.effective.map(date_words),
            new: value_words(&evidence.fact, &fact.value),
            new_date: fact.effective.map(date_words),
        },
        _ => change(evidence),
    }
}

/// A stored value in words for people: the register's Y and N are yes and no.
fn value_words(fact: &str, value: &str) -> String {
    match (Attribute::parse(fact), value) {
        (Some(Attribute::Dormancy), "Y") => "Yes".to_owned(),
        (Some(Attribute::Dormancy), "N") => "No".to_owned(),
        (None, day) if fact == "contract.end" => day.parse().map_or_else(|_| day.to_owned(), date_words),
        _ => value.to_owned(),
    }
}

/// A stored attribute in words for people.
#[must_use]
pub fn fact_words(fact: &str) -> String {
    match Attribute::parse(fact) {
        Some(Attribute::Overall(_)) => "Overall rating".to_owned(),
        Some(Attribute::Question(_, question)) => question.as_str().to_owned(),
        Some(Attribute::Registration) => "Registration".to_owned(),
        Some(Attribute::Dormancy) => "Dormant".to_owned(),
        Some(Attribute::ManagerAbsentSince) => "Registered manager absent since".to_owned(),
        Some(Attribute::LastInspection) => "Last inspection".to_owned(),
        Some(attribute) => attribute.as_string().replace('_', " "),
        None => match fact {
            "collect.outcome" => "Reading of the source".to_owned(),
            "collect.good_at" => "Last read well".to_owned(),
            "collect.gone_ids" => "Ids that are gone".to_owned(),
            "return.state" => "Return".to_owned(),
            "contract.end" => "Contract ended".to_owned(),
            other => Indicator::parse(other)
                .map_or_else(|| other.to_owned(), |indicator| name_words(indicator, None)),
        },
    }
}

fn questions(history: &History, flag: &Flag) -> Option<String> {
    let subject = &flag.last.subject;
    let words: Vec<String> = KeyQuestion::ALL
        .into_iter()
        .filter_map(|question| {
            let now = history.question(subject, question)?;
            Some(format!("{} {}", question.as_str(), now.rating.as_str()))
        })
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// The regulator's public page of a location or provider, where the flag rests on what stands there.
fn link(flag: &Flag) -> Option<String> {
    let subject = &flag.last.subject;
    let evidence = &flag.last.evidence;
    if !evidence.is_empty() && evidence.iter().all(|one| Attribute::parse(&one.fact).is_none()) {
        return None;
    }
    match subject.kind {
        SubjectKind::Location | SubjectKind::Provider => {
            Some(format!("https://www.cqc.org.uk/{}/{}", subject.kind.as_str(), subject.id))
        }
        SubjectKind::Source => None,
    }
}
