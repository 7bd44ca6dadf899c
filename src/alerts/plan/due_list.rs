//! Which flags each recipient is to be told of, and in which kind of mail.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::Inputs;
use crate::alerts::Kind;
use crate::alerts::due::{Telling, Told, Why, why_tell};
use crate::alerts::hush::{Hush, cause};
use crate::alerts::route::Route;
use crate::domain::{Subject, SubjectKind};
use crate::flags::{Flag, FlagId};
use crate::rules::{Rule, Tell};

/// One flag that one recipient is to be told of.
pub(super) struct Due<'a> {
    pub(super) recipient: &'a str,
    pub(super) flag: &'a Flag,
    pub(super) why: Why,
    pub(super) mail: Kind,
    pub(super) group: Subject,
}

/// What was told, by flag and opening, and which flags stand, by provider: looked up for every
/// flag and recipient, so it is sorted once.
pub(super) struct Memory<'a> {
    tellings: BTreeMap<(FlagId, u32), Vec<&'a Telling>>,
    standing: BTreeMap<Subject, Vec<&'a Flag>>,
}

impl<'a> Memory<'a> {
    pub(super) fn new(inputs: Inputs<'a>) -> Self {
        let mut memory = Self { tellings: BTreeMap::new(), standing: BTreeMap::new() };
        for telling in inputs.tellings {
            memory.tellings.entry((telling.flag, telling.opening)).or_default().push(telling);
        }
        for flag in inputs.flags.iter().filter(|flag| flag.last.state.stands()) {
            if let Some(provider) = inputs.history.provider_of(&flag.last.subject) {
                memory.standing.entry(provider).or_default().push(flag);
            }
        }
        memory
    }

    /// What was told of a flag's present opening, oldest first.
    fn of(&self, flag: &Flag) -> &[&'a Telling] {
        self.tellings.get(&(flag.id, flag.openings)).map_or(&[], Vec::as_slice)
    }

    /// Whether a recipient has had an alert about another standing flag of the same provider.
    fn knows_group(&self, provider: &Subject, flag: &Flag, recipient: &str) -> bool {
        let others = self.standing.get(provider).into_iter().flatten().filter(|other| other.id != flag.id);
        others.flat_map(|other| self.of(other)).any(|t| t.recipient == recipient && t.mail == Kind::Alert)
    }
}

/// Adds what is due of one flag, and what is held back of it.
pub(super) fn collect_due<'a>(
    inputs: Inputs<'a>,
    memory: &Memory<'a>,
    flag: &'a Flag,
    due: &mut Vec<Due<'a>>,
    hushed: &mut Vec<Hush>,
) {
    let of_opening = memory.of(flag);
    let group = inputs.history.provider_of(&flag.last.subject).unwrap_or_else(|| flag.last.subject.clone());
    for (recipient, remind_after) in candidates(inputs, flag, of_opening) {
        let own: Vec<&Telling> = of_opening.iter().copied().filter(|t| t.recipient == recipient).collect();
        let told = Told {
            of_flag: &own,
            knows_group: memory.knows_group(&group, flag, recipient),
            others_know: !of_opening.is_empty(),
            remind_after,
            send_cleared: inputs.send_cleared,
        };
        let escalates = escalates(inputs, flag, of_opening, recipient);
        let why = if escalates { Some(Why::Escalated) } else { why_tell(flag, told, inputs.now) };
        let Some(why) = why else { continue };
        match cause(inputs, flag, why) {
            Some(cause) => hushed.push(Hush::new(flag, recipient, why, cause, inputs.now)),
            None => due.extend(place(inputs, flag, recipient, why)),
        }
    }
}

/// Where a due telling goes: a mail of its own provider, the summary, or the digest; `None` while
/// it waits for the next digest.
fn place<'a>(inputs: Inputs<'a>, flag: &'a Flag, recipient: &'a str, why: Why) -> Option<Due<'a>> {
    let subject = &flag.last.subject;
    let waits = |rule: &Rule| rule.tell == Tell::Digest && flag.last.severity <= rule.severity;
    let in_digest = inputs.digest_to.iter().any(|id| id == recipient)
        && inputs.policy.rule(&flag.last.rule).is_some_and(waits);
    let mail = if subject.kind == SubjectKind::Source {
        Kind::Source
    } else if why == Why::First && rests_on_baseline(inputs, flag) {
        Kind::Summary
    } else if in_digest && why != Why::Escalated {
        inputs.digest_notes?;
        Kind::Digest
    } else {
        Kind::Alert
    };
    let group = inputs.history.provider_of(subject).unwrap_or_else(|| subject.clone());
    Some(Due { recipient, flag, why, mail, group })
}

fn rests_on_baseline(inputs: Inputs<'_>, flag: &Flag) -> bool {
    flag.last.evidence.iter().any(|evidence| inputs.baselines.contains(&evidence.observed_at))
}

/// Everyone who may have to hear of a flag, with the reminder interval of their route.
fn candidates<'a>(
    inputs: Inputs<'a>,
    flag: &Flag,
    of_opening: &[&'a Telling],
) -> Vec<(&'a str, Option<SignedDuration>)> {
    let routes = inputs.routing.routes_for(flag.last.severity);
    let routed = inputs.routing.told_of(flag.last.severity);
    let is_candidate = |id: &str| {
        routed.contains(&id)
            || of_opening.iter().any(|t| t.recipient == id)
            || routes.iter().any(|route| route.escalate_to.iter().any(|to| to == id))
                && escalates(inputs, flag, of_opening, id)
    };
    inputs
        .routing
        .recipients
        .iter()
        .map(|recipient| recipient.id.as_str())
        .filter(|id| is_candidate(id))
        .map(|id| (id, remind_after(&routes, id)))
        .collect()
}

fn remind_after(routes: &[&Route], recipient: &str) -> Option<SignedDuration> {
    routes
        .iter()
        .filter(|route| route.to.iter().any(|to| to == recipient))
        .filter_map(|route| route.remind_after)
        .min()
}

/// Whether nobody answered an alert in time and this recipient is next and not yet told so.
fn escalates(inputs: Inputs<'_>, flag: &Flag, of_opening: &[&Telling], recipient: &str) -> bool {
    let was_told = of_opening.iter().any(|t| t.recipient == recipient && t.mail == Kind::Alert);
    !was_told
        && inputs.routing.routes_for(flag.last.severity).iter().any(|route| {
            route.escalate_to.iter().any(|to| to == recipient)
                && waits_since(flag, route, of_opening)
                    .zip(route.answer_within)
                    .is_some_and(|(since, within)| route.waited(since, inputs.now, inputs.zone) >= within)
        })
}

/// Since when a route waits for an answer: since the first alert that was grave enough for it, or
/// since the flag is open again after an answer. A flag that was less grave before gives nobody
/// less time.
fn waits_since(flag: &Flag, route: &Route, of_opening: &[&Telling]) -> Option<Timestamp> {
    let asked = of_opening.iter().find(|t| t.mail == Kind::Alert && route.takes(t.severity))?;
    flag.open_since.map(|open_since| open_since.max(asked.at))
}
