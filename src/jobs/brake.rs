//! The brake: a reading that would make many watched locations vanish, leave the register or lose
//! their rating at once is a fault of the source, until an officer says that it is real.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::CqcApi;
use crate::domain::{Registration, Subject, SubjectKind};
use crate::facts::{Attribute, Framework, History, Statement};
use crate::sources::cqc::Collected;

/// How many watched locations a reading would harm, each counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Harm {
    /// Registered locations that are watched.
    pub watched: usize,
    /// Not found any more, in the list or by their id.
    pub vanished: usize,
    /// On the register before and not now.
    pub deregistered: usize,
    /// Rated before and without a rating now.
    pub unrated: usize,
}

impl Harm {
    /// All harmed.
    #[must_use]
    pub const fn total(&self) -> usize {
        self.vanished + self.deregistered + self.unrated
    }

    /// The counts in words.
    #[must_use]
    pub fn counts(&self) -> String {
        format!(
            "of {} watched locations {} would vanish, {} leave the register and {} lose their rating",
            self.watched, self.vanished, self.deregistered, self.unrated
        )
    }

    /// Why the source is not believed, and what to do.
    #[must_use]
    pub fn in_words(&self, limit: usize) -> String {
        format!(
            "implausible: {} in one reading; the brake allows {limit}. Nothing of it was kept. If it is real: \
             carewarden run collect --accept-mass-change --by NAME --reason TEXT",
            self.counts()
        )
    }
}

/// How many may be harmed in one reading.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of a small count, floored on purpose"
)]
pub fn limit(settings: &CqcApi, watched: usize) -> usize {
    ((watched as f64 * settings.brake_share) as usize).max(settings.brake_floor)
}

/// Counts what a reading would harm; an id that was not found before is not lost once more.
#[must_use]
pub fn harm(
    history: &History,
    settings: &CqcApi,
    collected: &Collected,
    gone_before: &BTreeSet<String>,
) -> Harm {
    let records: BTreeMap<&Subject, &[Statement]> =
        collected.records.iter().map(|record| (&record.subject, record.statements.as_slice())).collect();
    let mut harm = Harm::default();
    let watched = history
        .subjects(SubjectKind::Location)
        .filter(|s| history.registration(s) == Some(Registration::Registered));
    for subject in watched {
        harm.watched += 1;
        let statements = records.get(subject).copied();
        let is_lost =
            collected.gone.contains(&subject.id) || is_unlisted(history, settings, collected, subject);
        if is_lost && !gone_before.contains(&subject.id) {
            harm.vanished += 1;
        } else if statements.is_some_and(leaves_register) {
            harm.deregistered += 1;
        } else if history.overall(subject).is_some() && statements.is_some_and(has_no_rating) {
            harm.unrated += 1;
        }
    }
    harm
}

/// A full reading's list does not name a location that the filter has found before.
fn is_unlisted(history: &History, settings: &CqcApi, collected: &Collected, subject: &Subject) -> bool {
    let Some(listed) = &collected.listed else { return false };
    let same = |held: &str, wanted: &str| held.trim().eq_ignore_ascii_case(wanted.trim());
    let in_area = history
        .value(subject, Attribute::LocalAuthority)
        .is_some_and(|area| settings.local_authorities.iter().any(|wanted| same(area, wanted)));
    in_area && !listed.contains(&subject.id) && !settings.locations.contains(&subject.id)
}

fn leaves_register(statements: &[Statement]) -> bool {
    statements.iter().any(|statement| {
        statement.attribute == Attribute::Registration
            && Registration::parse(&statement.value) == Some(Registration::Deregistered)
    })
}

fn has_no_rating(statements: &[Statement]) -> bool {
    !statements.iter().any(|statement| {
        Framework::ALL.into_iter().any(|framework| statement.attribute == Attribute::Overall(framework))
    })
}
