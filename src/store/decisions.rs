//! What named people decided.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{StoreError, Tx, instant, instant_of};
use crate::alerts::{Quiet, QuietMatch};
use crate::audit::Cell;
use crate::domain::{Subject, SubjectKind};
use crate::flags::FlagId;
use crate::rules::Decided;

/// The kinds of decision that are recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecisionKind {
    /// A flag was taken on.
    Acknowledge,
    /// A flag was put to rest until an end.
    Snooze,
    /// A flag was closed although its condition may still hold.
    Close,
    /// A rule or subject was silenced until an end.
    Silence,
    /// A provider's stage was set.
    Stage,
    /// Something was noted about a subject.
    Note,
    /// A dead letter was given up.
    DropMail,
    /// A mass change was let through the brake.
    AcceptMassChange,
    /// A backup was put in the place of the database.
    Restore,
}

impl DecisionKind {
    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledge",
            Self::Snooze => "snooze",
            Self::Close => "close",
            Self::Silence => "silence",
            Self::Stage => "stage",
            Self::Note => "note",
            Self::DropMail => "drop_mail",
            Self::AcceptMassChange => "accept_mass_change",
            Self::Restore => "restore",
        }
    }
}

/// A decision to record.
#[derive(Clone, Copy, Debug)]
pub struct NewDecision<'a> {
    /// When.
    pub at: Timestamp,
    /// What kind.
    pub kind: DecisionKind,
    /// About whom, where it is about someone.
    pub subject: Option<&'a Subject>,
    /// About which flag, where it is about one.
    pub flag: Option<FlagId>,
    /// About which mail, where it is about one.
    pub outbox: Option<i64>,
    /// Who decided; never empty.
    pub by: &'a str,
    /// Why; never empty.
    pub reason: &'a str,
    /// Until when, where it ends.
    pub until: Option<Timestamp>,
    /// The stage that was set, or what was silenced.
    pub detail: Option<&'a str>,
}

impl Tx<'_> {
    /// Records a decision.
    ///
    /// # Errors
    /// SQLite's.
    pub fn decision(&self, new: NewDecision<'_>) -> Result<i64, StoreError> {
        let until = new.until.map(instant);
        self.append(
            "decisions",
            &[
                ("at", Cell::Text(&instant(new.at))),
                ("kind", Cell::Text(new.kind.as_str())),
                ("subject_kind", new.subject.map_or(Cell::Null, |s| Cell::Text(s.kind.as_str()))),
                ("subject_id", new.subject.map_or(Cell::Null, |s| Cell::Text(&s.id))),
                ("flag", new.flag.map_or(Cell::Null, |flag| Cell::Integer(flag.0))),
                ("outbox", new.outbox.map_or(Cell::Null, Cell::Integer)),
                ("by", Cell::Text(new.by)),
                ("reason", Cell::Text(new.reason)),
                ("until", until.as_deref().map_or(Cell::Null, Cell::Text)),
                ("detail", new.detail.map_or(Cell::Null, Cell::Text)),
            ],
        )
    }
}

/// The decisions that stop the clock of an undecided poor rating: a stage set or a note made.
/// An acknowledgement says "seen", not "decided".
///
/// # Errors
/// SQLite's.
pub fn decided(conn: &Connection, as_of: Timestamp) -> Result<Vec<Decided>, StoreError> {
    let doing = || StoreError::sql("reading decisions");
    let mut statement = conn
        .prepare(
            "SELECT subject_kind, subject_id, at FROM decisions
             WHERE kind IN ('stage', 'note') AND subject_id IS NOT NULL AND at <= ?1 ORDER BY seq",
        )
        .map_err(doing())?;
    let rows = statement
        .query_map([instant(as_of)], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
        })
        .map_err(doing())?;
    let mut decided = Vec::new();
    for row in rows {
        let (kind, id, at) = row.map_err(doing())?;
        if let (Some(kind), Some(at)) = (SubjectKind::parse(&kind), instant_of(&at)) {
            decided.push(Decided { subject: Subject { kind, id }, at });
        }
    }
    Ok(decided)
}

/// The silences that were in force at an instant.
///
/// # Errors
/// SQLite's.
pub fn quiets(conn: &Connection, as_of: Timestamp) -> Result<Vec<Quiet>, StoreError> {
    let doing = || StoreError::sql("reading silences");
    let mut statement = conn
        .prepare(
            "SELECT subject_id, detail, until, by, reason FROM decisions
             WHERE kind = 'silence' AND at <= ?1 AND until > ?1 ORDER BY seq",
        )
        .map_err(doing())?;
    let rows = statement
        .query_map(params![instant(as_of)], |row| {
            let subject: Option<String> = row.get(0)?;
            let rule: Option<String> = row.get(1)?;
            let until: String = row.get(2)?;
            Ok((subject, rule, until, row.get(3)?, row.get(4)?))
        })
        .map_err(doing())?;
    let mut quiets = Vec::new();
    for row in rows {
        let (subject, rule, until, by, reason) = row.map_err(doing())?;
        let matches = subject.map(QuietMatch::Subject).or_else(|| rule.map(QuietMatch::Rule));
        if let (Some(matches), Some(until)) = (matches, instant_of(&until)) {
            quiets.push(Quiet { matches, until, by, reason });
        }
    }
    Ok(quiets)
}
