//! The ratings of a service one after the other, across a change of its id on the register.

use crate::domain::{Rating, Registration, SUCCESSOR_STEPS_MAX, Subject};
use crate::facts::{Attribute, History, RatingNow};

/// The overall ratings of a service, oldest first: never empty, the last one is in force.
pub(super) struct Line<'a> {
    entries: Vec<RatingNow<'a>>,
    now: RatingNow<'a>,
}

impl<'a> Line<'a> {
    /// The line of a location, with its predecessor's ratings before its own; `None` when it has
    /// no rating.
    pub(super) fn of(history: &'a History, subject: &Subject) -> Option<Self> {
        let own = history.overall_series(subject);
        let (first, now) = (*own.first()?, *own.last()?);
        let mut entries = inherited(history, subject);
        entries.retain(|earlier| earlier.published() <= first.published());
        entries.extend(own);
        entries.dedup_by(|later, earlier| same_publication(*later, *earlier));
        Some(Self { entries, now })
    }

    /// The rating in force.
    pub(super) const fn now(&self) -> RatingNow<'a> {
        self.now
    }

    /// The newest earlier rating that was another one.
    pub(super) fn changed_from(&self) -> Option<RatingNow<'a>> {
        self.entries.iter().rev().find(|earlier| earlier.rating != self.now.rating).copied()
    }

    /// The newest earlier rating that was Good or better.
    pub(super) fn last_good(&self) -> Option<RatingNow<'a>> {
        self.entries.iter().rev().skip(1).find(|earlier| !earlier.rating.is_poor()).copied()
    }

    /// The publication before the one in force, whatever it said.
    pub(super) fn previous(&self) -> Option<RatingNow<'a>> {
        self.entries.iter().rev().nth(1).copied()
    }

    /// The first of the unbroken run of poor ratings up to now; `None` when it is not poor now.
    pub(super) fn poor_since(&self) -> Option<RatingNow<'a>> {
        self.entries.iter().rev().take_while(|entry| entry.rating.is_poor()).last().copied()
    }
}

fn same_publication(one: RatingNow<'_>, other: RatingNow<'_>) -> bool {
    one.rating == other.rating && one.published() == other.published()
}

/// Ratings of the ids that this one took the place of, oldest first.
///
/// Where several ids became one, whose rating fell cannot be told; then none is taken.
fn inherited<'a>(history: &'a History, subject: &Subject) -> Vec<RatingNow<'a>> {
    let mut series = Vec::new();
    for earlier in ancestors(history, subject) {
        series.splice(0..0, history.overall_series(&earlier));
    }
    series
}

/// The chain of sole predecessors, newest first.
pub(super) fn ancestors(history: &History, subject: &Subject) -> Vec<Subject> {
    let mut chain: Vec<Subject> = Vec::new();
    let mut at = subject.clone();
    for _ in 0..SUCCESSOR_STEPS_MAX {
        match history.predecessors(&at).as_slice() {
            [sole] if sole != subject && !chain.contains(sole) => {
                chain.push(sole.clone());
                at = sole.clone();
            }
            _ => break,
        }
    }
    chain
}

/// Whether the rating in force came over from an id that is itself still on the register: then
/// that id's flag stands, and moves here when it leaves.
pub(super) fn inherits_from_registered(history: &History, subject: &Subject) -> bool {
    let Some(own) = history.overall(subject) else { return false };
    history.predecessors(subject).iter().any(|earlier| {
        let registered = history.registration(earlier) == Some(Registration::Registered);
        let same = history.overall(earlier).is_some_and(|theirs| same_publication(own, theirs));
        registered && (same || said_to_inherit(history, subject, earlier, own))
    })
}

fn said_to_inherit(history: &History, subject: &Subject, from: &Subject, own: RatingNow<'_>) -> bool {
    history.latest(subject, Attribute::InheritedFrom).is_some_and(|fact| {
        fact.value == from.id && fact.effective.is_some() && fact.effective == own.fact.effective
    })
}

/// How bad the state is that all rules of ratings look at: the overall rating first, then how many
/// key questions are Inadequate. A new date alone changes nothing.
pub(super) fn weight(history: &History, subject: &Subject) -> u32 {
    let overall = history.overall(subject).map_or(0, |now| now.rating.badness());
    overall * OVERALL_WEIGHT + inadequate_questions(history, subject)
}

/// More than the number of key questions, so that no number of them outweighs the overall rating.
const OVERALL_WEIGHT: u32 = 10;

fn inadequate_questions(history: &History, subject: &Subject) -> u32 {
    crate::domain::KeyQuestion::ALL
        .into_iter()
        .filter_map(|question| history.question(subject, question))
        .map(|now| u32::from(now.rating == Rating::Inadequate))
        .sum()
}
