//! One mail of a plan: what stands in it, and which tellings it makes true.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::due_list::Due;
use super::{Inputs, PlannedMail};
use crate::alerts::due::{Telling, Why};
use crate::alerts::view::{Shown, item, moment_words};
use crate::alerts::{Alert, Item, Kind};
use crate::domain::{Registration, Severity, Subject, SubjectKind};
use crate::facts::Attribute;

/// Recipients that are told of one group in one kind of mail.
pub(super) type Together = BTreeMap<(Kind, Subject), BTreeSet<String>>;

pub(super) fn mail(
    inputs: Inputs<'_>,
    kind: Kind,
    group: &Subject,
    mut dues: Vec<Due<'_>>,
    also: &Together,
) -> PlannedMail {
    dues.sort_by_key(|one| {
        let standing = one.why != Why::Cleared;
        Reverse((standing, one.flag.last.severity, one.flag.last.weight, Reverse(one.flag.id)))
    });
    let recipient = dues.first().map_or("", |one| one.recipient).to_owned();
    let shown = Shown { policy: inputs.policy, history: inputs.history, zone: inputs.zone };
    let items: Vec<Item> = dues.iter().map(|one| item(shown, one.flag, one.why)).collect();
    let tellings = dues.iter().map(|one| telling(one, kind, inputs.now)).collect();
    // What stands comes before what has cleared, the gravest first: the first speaks for the mail.
    let severity = dues.first().map_or(Severity::Watch, |one| one.flag.last.severity);
    let mut alert = blank(inputs, kind, severity, &recipient);
    alert.why = dues.first().map_or(Why::First, |one| one.why);
    if group.kind == SubjectKind::Provider {
        alert.provider_name = inputs.history.latest(group, Attribute::Name).map(|f| f.value.clone());
        alert.provider = Some(group.clone());
    }
    let others = also.get(&(kind, group.clone())).into_iter().flatten();
    alert.also_told = others.filter(|id| **id != recipient).map(|id| shown_name(inputs, id)).collect();
    alert.answer = answer(inputs, &dues);
    if kind == Kind::Alert && alert.why != Why::Cleared {
        alert.not_known = not_known(inputs);
    }
    match kind {
        Kind::Digest => alert.notes = inputs.digest_notes.unwrap_or_default().to_vec(),
        Kind::Summary => alert.notes = vec![watched_words(inputs, &dues)],
        _ => {}
    }
    alert.items = items;
    PlannedMail { alert, tellings }
}

fn blank(inputs: Inputs<'_>, kind: Kind, severity: Severity, recipient: &str) -> Alert {
    let alert =
        Alert::blank(kind, severity, inputs.council, recipient, &inputs.now.to_zoned(inputs.zone.clone()));
    Alert { name_in_subject: inputs.name_in_subject, ..alert }
}

fn telling(one: &Due<'_>, mail: Kind, now: Timestamp) -> Telling {
    Telling {
        flag: one.flag.id,
        opening: one.flag.openings,
        recipient: one.recipient.to_owned(),
        why: one.why,
        severity: one.flag.last.severity,
        weight: one.flag.last.weight,
        mail,
        at: now,
    }
}

fn shown_name(inputs: Inputs<'_>, id: &str) -> String {
    let recipient = inputs.routing.recipients.iter().find(|recipient| recipient.id == id);
    recipient.and_then(|r| r.name.clone()).unwrap_or_else(|| id.to_owned())
}

/// "Please answer by …, or it goes to …", for the strictest route of what is told.
fn answer(inputs: Inputs<'_>, dues: &[Due<'_>]) -> Option<String> {
    let asked = dues
        .iter()
        .filter(|one| one.mail == Kind::Alert && !matches!(one.why, Why::Cleared | Why::Escalated));
    let routes = asked.flat_map(|one| inputs.routing.routes_for(one.flag.last.severity));
    let (by, next) = routes
        .filter_map(|route| route.answer_by(inputs.now, inputs.zone).map(|by| (by, &route.escalate_to)))
        .min_by_key(|(by, _)| *by)?;
    let by = deadline_words(inputs, by);
    let next: Vec<String> = next.iter().map(|id| shown_name(inputs, id)).collect();
    Some(if next.is_empty() {
        format!("Please answer by {by}.")
    } else {
        format!("Please answer by {by}, or it goes to {}.", next.join(" and "))
    })
}

/// A deadline of the same day is a time; a later one carries its date.
fn deadline_words(inputs: Inputs<'_>, by: Timestamp) -> String {
    let civil = |at: Timestamp| at.to_zoned(inputs.zone.clone());
    if civil(by).date() == civil(inputs.now).date() {
        civil(by).strftime("%H:%M").to_string()
    } else {
        moment_words(by, inputs.zone)
    }
}

/// How many locations are watched, and how many of them a summary names.
fn watched_words(inputs: Inputs<'_>, dues: &[Due<'_>]) -> String {
    let locations = inputs.history.subjects(SubjectKind::Location);
    let watched =
        locations.filter(|s| inputs.history.registration(s) == Some(Registration::Registered)).count();
    let named: BTreeSet<&Subject> = dues.iter().map(|one| &one.flag.last.subject).collect();
    format!("{watched} locations are watched; {} of them have a flag.", named.len())
}

/// Gaps in what is known, said so: what is left out in silence reads as "none".
fn not_known(inputs: Inputs<'_>) -> Vec<String> {
    let failing = inputs.sources.iter().filter(|source| source.failed_in_a_row > 0);
    failing
        .map(|source| {
            format!("Source {} could not be read last time: newer changes may be missing.", source.id)
        })
        .collect()
}

/// A digest is sent even when nothing gathered: its absence must be noticed.
pub(super) fn empty_digests(inputs: Inputs<'_>, mails: &[PlannedMail]) -> Vec<PlannedMail> {
    let Some(notes) = inputs.digest_notes else { return Vec::new() };
    let has_one = |id: &str| mails.iter().any(|m| m.alert.kind == Kind::Digest && m.alert.recipient == id);
    inputs
        .digest_to
        .iter()
        .filter(|id| !has_one(id))
        .map(|id| {
            let mut alert = blank(inputs, Kind::Digest, Severity::Watch, id);
            alert.notes = notes.to_vec();
            PlannedMail { alert, tellings: Vec::new() }
        })
        .collect()
}
