//! The facts as they stood at one instant, by subject and attribute.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{Attribute, Fact, Framework};
use crate::domain::{KeyQuestion, Rating, Registration, SUCCESSOR_STEPS_MAX, Subject, SubjectKind};

/// An as-of view: every version of every attribute that was known at an instant, oldest first.
#[derive(Clone, Debug, Default)]
pub struct History {
    subjects: BTreeMap<Subject, BTreeMap<Attribute, Vec<Fact>>>,
    /// Who took the place of whom, whichever of the two records said so; such links only grow.
    successors: BTreeMap<Subject, BTreeSet<Subject>>,
    /// The same links, read backwards.
    predecessors: BTreeMap<Subject, BTreeSet<Subject>>,
}

/// A rating in force, with the fact that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RatingNow<'a> {
    /// The rating.
    pub rating: Rating,
    /// The fact it was read from.
    pub fact: &'a Fact,
}

impl RatingNow<'_> {
    /// Publication date, or the date on which it was first read where the register gives none.
    #[must_use]
    pub fn published(&self) -> Date {
        published(self.fact)
    }
}

fn published(fact: &Fact) -> Date {
    fact.effective.unwrap_or_else(|| fact.observed_at.to_zoned(TimeZone::UTC).date())
}

impl History {
    /// Builds the view from facts observed at or before `as_of`, in the order of their `seq`.
    #[must_use]
    pub fn new(facts: impl IntoIterator<Item = Fact>, as_of: Timestamp) -> Self {
        let mut history = Self::default();
        for fact in facts {
            if fact.observed_at <= as_of {
                history.push(fact);
            }
        }
        history
    }

    /// Adds one fact that is newer than all that are held.
    pub fn push(&mut self, fact: Fact) {
        self.link(&fact);
        self.subjects.entry(fact.subject.clone()).or_default().entry(fact.attribute).or_default().push(fact);
    }

    /// Every subject of a kind, in the order of ids.
    pub fn subjects(&self, kind: SubjectKind) -> impl Iterator<Item = &Subject> {
        self.subjects.keys().filter(move |subject| subject.kind == kind)
    }

    /// Whether anything is known of a subject.
    #[must_use]
    pub fn knows(&self, subject: &Subject) -> bool {
        self.subjects.contains_key(subject)
    }

    /// All versions of an attribute, oldest first; empty when it was never stated.
    #[must_use]
    pub fn versions(&self, subject: &Subject, attribute: Attribute) -> &[Fact] {
        self.subjects
            .get(subject)
            .and_then(|attributes| attributes.get(&attribute))
            .map_or(&[], Vec::as_slice)
    }

    /// The newest version of an attribute; `None` is "never stated", never "no".
    #[must_use]
    pub fn latest(&self, subject: &Subject, attribute: Attribute) -> Option<&Fact> {
        self.versions(subject, attribute).last()
    }

    /// The newest value of an attribute.
    #[must_use]
    pub fn value(&self, subject: &Subject, attribute: Attribute) -> Option<&str> {
        self.latest(subject, attribute).map(|fact| fact.value.as_str())
    }

    /// The name to show, or the id of a subject whose name is unknown.
    #[must_use]
    pub fn name<'a>(&'a self, subject: &'a Subject) -> &'a str {
        self.value(subject, Attribute::Name).unwrap_or(&subject.id)
    }

    /// The provider that carries on a location; a provider or source is its own.
    #[must_use]
    pub fn provider_of(&self, subject: &Subject) -> Option<Subject> {
        match subject.kind {
            SubjectKind::Location => self.value(subject, Attribute::ProviderId).map(Subject::provider),
            SubjectKind::Provider | SubjectKind::Source => Some(subject.clone()),
        }
    }

    /// Whether the register carries the subject, by its newest statement.
    #[must_use]
    pub fn registration(&self, subject: &Subject) -> Option<Registration> {
        self.value(subject, Attribute::Registration).and_then(Registration::parse)
    }

    /// The overall rating in force: of the two frameworks the newer publication, on one day SAF's.
    #[must_use]
    pub fn overall(&self, subject: &Subject) -> Option<RatingNow<'_>> {
        newer(
            Framework::ALL
                .map(|framework| self.latest(subject, Attribute::Overall(framework)).and_then(rating_now)),
        )
    }

    /// The rating of a key question in force, weighed like [`Self::overall`].
    #[must_use]
    pub fn question(&self, subject: &Subject, question: KeyQuestion) -> Option<RatingNow<'_>> {
        newer(Framework::ALL.map(|framework| {
            self.latest(subject, Attribute::Question(framework, question)).and_then(rating_now)
        }))
    }

    /// The overall ratings that were in force one after the other, oldest first.
    ///
    /// What one reading brought is weighed together, so that a record which carries both
    /// frameworks shows one rating and no fall between its own two blocks.
    #[must_use]
    pub fn overall_series(&self, subject: &Subject) -> Vec<RatingNow<'_>> {
        let mut stated: Vec<&Fact> = Framework::ALL
            .iter()
            .flat_map(|framework| self.versions(subject, Attribute::Overall(*framework)))
            .collect();
        stated.sort_by_key(|fact| (fact.observed_at, fact.seq));
        let mut series: Vec<RatingNow<'_>> = Vec::new();
        for (index, fact) in stated.iter().enumerate() {
            let more_of_this_reading =
                stated.get(index + 1).is_some_and(|next| next.observed_at == fact.observed_at);
            if more_of_this_reading {
                continue;
            }
            let now = newer(Framework::ALL.map(|framework| {
                stated[..=index]
                    .iter()
                    .rfind(|fact| fact.attribute == Attribute::Overall(framework))
                    .and_then(|fact| rating_now(fact))
            }));
            series.extend(now.filter(|now| series.last() != Some(now)));
        }
        series
    }

    /// Notes who takes the place of whom, so that no later question has to look at every subject.
    fn link(&mut self, fact: &Fact) {
        let forward = match fact.attribute {
            Attribute::Successors => true,
            Attribute::Predecessors => false,
            _ => return,
        };
        for id in fact.value.split_whitespace() {
            let named = Subject { kind: fact.subject.kind, id: id.to_owned() };
            if named == fact.subject {
                continue;
            }
            let own = fact.subject.clone();
            let (old, new) = if forward { (own, named) } else { (named, own) };
            self.successors.entry(old.clone()).or_default().insert(new.clone());
            self.predecessors.entry(new).or_default().insert(old);
        }
    }

    /// Ids that a location's record, or the records of others, name as taking its place.
    #[must_use]
    pub fn successors(&self, subject: &Subject) -> Vec<Subject> {
        self.successors.get(subject).into_iter().flatten().cloned().collect()
    }

    /// Ids that a location took the place of.
    #[must_use]
    pub fn predecessors(&self, subject: &Subject) -> Vec<Subject> {
        self.predecessors.get(subject).into_iter().flatten().cloned().collect()
    }

    /// The registered location that a chain of re-registrations leads to, if it leads to one.
    #[must_use]
    pub fn registered_successor(&self, subject: &Subject) -> Option<Subject> {
        let mut seen = vec![subject.clone()];
        let mut frontier = vec![subject.clone()];
        for _ in 0..SUCCESSOR_STEPS_MAX {
            let next: Vec<Subject> = frontier.iter().flat_map(|s| self.successors(s)).collect();
            let live = |s: &&Subject| self.registration(s) == Some(Registration::Registered);
            if let Some(found) = next.iter().find(live) {
                return Some(found.clone());
            }
            frontier = next.into_iter().filter(|s| !seen.contains(s)).collect();
            seen.extend(frontier.iter().cloned());
        }
        None
    }
}

fn rating_now(fact: &Fact) -> Option<RatingNow<'_>> {
    Rating::parse(&fact.value).map(|rating| RatingNow { rating, fact })
}

/// The newer of old and SAF; SAF comes last and wins a tie.
fn newer<'a>(of_frameworks: [Option<RatingNow<'a>>; 2]) -> Option<RatingNow<'a>> {
    of_frameworks.into_iter().flatten().max_by_key(RatingNow::published)
}
