//! Why a telling is held back: an officer's silence, a graver flag, or a source that is not read.

use jiff::Timestamp;

use super::due::Why;
use super::plan::Inputs;
use crate::domain::{Severity, SubjectKind};
use crate::flags::{Flag, FlagId};
use crate::rules::{Feed, SourceState};

/// A telling that was held back, for the log; it stays due and is told once its cause is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hush {
    /// The flag.
    pub flag: FlagId,
    /// Which opening of it.
    pub opening: u32,
    /// Who was not told.
    pub recipient: String,
    /// Why they would have been.
    pub why: Why,
    /// Severity held back.
    pub severity: Severity,
    /// Weight held back.
    pub weight: u32,
    /// What held it back, in words.
    pub cause: String,
    /// When.
    pub at: Timestamp,
}

impl Hush {
    pub(super) fn new(flag: &Flag, recipient: &str, why: Why, cause: String, at: Timestamp) -> Self {
        Self {
            flag: flag.id,
            opening: flag.openings,
            recipient: recipient.to_owned(),
            why,
            severity: flag.last.severity,
            weight: flag.last.weight,
            cause,
            at,
        }
    }
}

/// What holds a telling back now, in words; a clearing is only held back by a silence.
pub(super) fn cause(inputs: Inputs<'_>, flag: &Flag, why: Why) -> Option<String> {
    silence(inputs, flag).or_else(|| {
        (why != Why::Cleared)
            .then(|| provider_flag(inputs, flag).or_else(|| unread_source(inputs, flag, why)))
            .flatten()
    })
}

fn silence(inputs: Inputs<'_>, flag: &Flag) -> Option<String> {
    let quiet = inputs.quiets.iter().find(|quiet| quiet.hushes(flag, inputs.now))?;
    Some(format!("silence by {}: {}", quiet.by, quiet.reason))
}

/// A provider's own flag says it for all its locations.
fn provider_flag(inputs: Inputs<'_>, flag: &Flag) -> Option<String> {
    if flag.last.subject.kind != SubjectKind::Location {
        return None;
    }
    let provider = inputs.history.provider_of(&flag.last.subject)?;
    let graver = inputs.flags.iter().find(|other| {
        other.last.subject == provider
            && other.last.family == flag.last.family
            && other.last.state.stands()
            && other.last.severity >= flag.last.severity
    })?;
    Some(format!("flag {} of its provider says the same", graver.id))
}

/// What is not read cannot be called late: flags that only time raises wait for the source.
fn unread_source(inputs: Inputs<'_>, flag: &Flag, why: Why) -> Option<String> {
    let rule = inputs.policy.rule(&flag.last.rule)?;
    let waits = |feed: Feed| rule.when.waits_for(feed);
    let failed = |source: &&SourceState| source.failed_in_a_row > 0 && source.feed.is_some_and(waits);
    let source = inputs.sources.iter().find(failed)?;
    (why != Why::Escalated).then(|| format!("rests on source {}, which could not be read", source.id))
}
