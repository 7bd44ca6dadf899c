//! One assessment's mails: who is told of which flags, in how many mails, and what is hushed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, tz::TimeZone};

use super::due::{Telling, Told, Why, why_tell};
use super::hush::{Hush, cause};
use super::route::{Quiet, Route, Routing};
use super::view::{Shown, item};
use super::{Alert, Item, Kind};
use crate::domain::{Severity, Subject, SubjectKind};
use crate::facts::History;
use crate::flags::{Flag, State};
use crate::rules::{Policy, SourceState, Tell};

/// Flags that a recipient hears of late (a silence ended, a route is new) come one mail a
/// provider; from so many providers on, in one summary.
const SUMMARY_FROM_PROVIDERS: usize = 2;

/// What is known when the mails of an assessment are planned.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// Council's name.
    pub council: &'a str,
    /// Council's zone.
    pub zone: &'a TimeZone,
    /// Routes and recipients.
    pub routing: Routing<'a>,
    /// The rules in force.
    pub policy: &'a Policy,
    /// All flags, after this assessment's events.
    pub flags: &'a [Flag],
    /// The facts.
    pub history: &'a History,
    /// The sources.
    pub sources: &'a [SourceState],
    /// Everything anybody was told of any flag, oldest first.
    pub tellings: &'a [Telling],
    /// Officers' silences.
    pub quiets: &'a [Quiet],
    /// Recipients of a digest; empty where none is configured.
    pub digest_to: &'a [String],
    /// What the digest says beside its flags, when one is due now.
    pub digest_notes: Option<&'a [String]>,
    /// When sources were first read, of those that no assessment has seen yet: flags that rest on
    /// such a reading are the register as found.
    pub baselines: &'a [Timestamp],
    /// Whether clearings are told.
    pub send_cleared: bool,
    /// Whether a provider's name may stand in a subject line.
    pub name_in_subject: bool,
    /// The instant of the assessment.
    pub now: Timestamp,
}

/// A mail to render and queue, with the tellings it makes true.
#[derive(Clone, Debug)]
pub struct PlannedMail {
    /// What it says.
    pub alert: Alert,
    /// What is then told.
    pub tellings: Vec<Telling>,
}

/// The outcome of planning.
#[derive(Clone, Debug, Default)]
pub struct Planned {
    /// The mails, the gravest first; of one severity by recipient in the order of the configuration.
    pub mails: Vec<PlannedMail>,
    /// What was hushed, for the log.
    pub hushed: Vec<Hush>,
}

/// One flag that one recipient is to be told of.
struct Due<'a> {
    recipient: &'a str,
    flag: &'a Flag,
    why: Why,
    mail: Kind,
    group: Subject,
}

/// Plans the mails of an assessment. Telling is decided by state (what was told against what
/// holds), not by event, so that nothing that was hushed or missed stays untold.
#[must_use]
pub fn plan(inputs: Inputs<'_>) -> Planned {
    let mut planned = Planned::default();
    let mut due: Vec<Due<'_>> = Vec::new();
    for flag in inputs.flags {
        collect_due(inputs, flag, &mut due, &mut planned.hushed);
    }
    settle_late_ones(inputs, &mut due);
    let mut groups: BTreeMap<(usize, Kind, Subject), Vec<Due<'_>>> = BTreeMap::new();
    for one in due {
        let place =
            inputs.routing.recipients.iter().position(|r| r.id == one.recipient).unwrap_or(usize::MAX);
        let group = match one.mail {
            Kind::Summary | Kind::Digest => Subject::source(""),
            _ => one.group.clone(),
        };
        groups.entry((place, one.mail, group)).or_default().push(one);
    }
    let also = told_together(&groups);
    for ((_, kind, group), dues) in groups {
        planned.mails.push(mail(inputs, kind, &group, dues, &also));
    }
    planned.mails.extend(empty_digests(inputs, &planned.mails));
    // What stands goes out before what has cleared, and the gravest first: should the relay fail
    // in the midst of them, the mail that matters most has had its chance.
    planned
        .mails
        .sort_by_key(|mail| (mail.alert.why == Why::Cleared, std::cmp::Reverse(mail.alert.severity)));
    planned
}

fn collect_due<'a>(inputs: Inputs<'a>, flag: &'a Flag, due: &mut Vec<Due<'a>>, hushed: &mut Vec<Hush>) {
    let of_opening: Vec<&Telling> =
        inputs.tellings.iter().filter(|t| t.flag == flag.id && t.opening == flag.openings).collect();
    for (recipient, route_remind) in candidates(inputs, flag, &of_opening) {
        let own: Vec<&Telling> = of_opening.iter().copied().filter(|t| t.recipient == recipient).collect();
        let told = Told {
            of_flag: &own,
            knows_group: knows_group(inputs, flag, recipient),
            others_know: !of_opening.is_empty(),
            remind_after: route_remind,
            send_cleared: inputs.send_cleared,
        };
        let why = why_tell(flag, told, inputs.now)
            .map(|why| if escalates(inputs, flag, &of_opening, recipient) { Why::Escalated } else { why })
            .or_else(|| {
                escalates(inputs, flag, &of_opening, recipient)
                    .then_some(Why::Escalated)
                    .filter(|_| flag.last.state == State::Open)
            });
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
    let in_digest = inputs.digest_to.iter().any(|id| id == recipient)
        && inputs.policy.rule(&flag.last.rule).is_some_and(|rule| rule.tell == Tell::Digest);
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
) -> Vec<(&'a str, Option<jiff::SignedDuration>)> {
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

fn remind_after(routes: &[&Route], recipient: &str) -> Option<jiff::SignedDuration> {
    routes
        .iter()
        .filter(|route| route.to.iter().any(|to| to == recipient))
        .filter_map(|route| route.remind_after)
        .min()
}

/// Whether nobody answered an alert in time and this recipient is next and not yet told so.
fn escalates(inputs: Inputs<'_>, flag: &Flag, of_opening: &[&Telling], recipient: &str) -> bool {
    if flag.last.state != State::Open {
        return false;
    }
    let Some(first_alert) = of_opening.iter().find(|t| t.mail == Kind::Alert) else { return false };
    let was_told = of_opening.iter().any(|t| t.recipient == recipient && t.mail == Kind::Alert);
    !was_told
        && inputs.routing.routes_for(flag.last.severity).iter().any(|route| {
            route.escalate_to.iter().any(|to| to == recipient)
                && route
                    .answer_within
                    .is_some_and(|within| inputs.now.duration_since(first_alert.at) >= within)
        })
}

fn knows_group(inputs: Inputs<'_>, flag: &Flag, recipient: &str) -> bool {
    let provider = inputs.history.provider_of(&flag.last.subject);
    provider.is_some()
        && inputs.flags.iter().any(|other| {
            other.id != flag.id
                && other.last.state.stands()
                && inputs.history.provider_of(&other.last.subject) == provider
                && inputs.tellings.iter().any(|t| {
                    t.flag == other.id
                        && t.opening == other.openings
                        && t.recipient == recipient
                        && t.mail == Kind::Alert
                })
        })
}

/// Turns what is told late (see [`SUMMARY_FROM_PROVIDERS`]) into one summary a recipient.
fn settle_late_ones(inputs: Inputs<'_>, due: &mut [Due<'_>]) {
    let late = |one: &Due<'_>| {
        one.mail == Kind::Alert
            && one.why == Why::First
            && one.flag.opened_at.is_some_and(|at| at < inputs.now)
    };
    let mut providers: BTreeMap<String, BTreeSet<Subject>> = BTreeMap::new();
    for one in due.iter().filter(|one| late(one)) {
        providers.entry(one.recipient.to_owned()).or_default().insert(one.group.clone());
    }
    for one in due.iter_mut() {
        let many = providers.get(one.recipient).is_some_and(|groups| groups.len() >= SUMMARY_FROM_PROVIDERS);
        if many && late(one) {
            one.mail = Kind::Summary;
        }
    }
}

type Together = BTreeMap<(Kind, Subject), BTreeSet<String>>;

fn told_together(groups: &BTreeMap<(usize, Kind, Subject), Vec<Due<'_>>>) -> Together {
    let mut together = Together::new();
    for ((_, kind, group), dues) in groups {
        let names = together.entry((*kind, group.clone())).or_default();
        names.extend(dues.iter().map(|one| one.recipient.to_owned()));
    }
    together
}

fn mail(
    inputs: Inputs<'_>,
    kind: Kind,
    group: &Subject,
    mut dues: Vec<Due<'_>>,
    also: &Together,
) -> PlannedMail {
    dues.sort_by_key(|one| {
        let standing = one.why != Why::Cleared;
        std::cmp::Reverse((
            standing,
            one.flag.last.severity,
            one.flag.last.weight,
            std::cmp::Reverse(one.flag.id),
        ))
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
        alert.provider_name =
            inputs.history.latest(group, crate::facts::Attribute::Name).map(|f| f.value.clone());
        alert.provider = Some(group.clone());
    }
    let others = also.get(&(kind, group.clone())).into_iter().flatten();
    alert.also_told = others.filter(|id| **id != recipient).map(|id| shown_name(inputs, id)).collect();
    alert.answer = answer(inputs, &dues);
    if kind == Kind::Alert && alert.why != Why::Cleared {
        alert.not_known = not_known(inputs);
    }
    if kind == Kind::Digest {
        alert.notes = inputs.digest_notes.unwrap_or_default().to_vec();
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
    let (within, next) = routes
        .filter_map(|route| route.answer_within.map(|within| (within, &route.escalate_to)))
        .min_by_key(|(within, _)| *within)?;
    let by = deadline_words(inputs, inputs.now.checked_add(within).ok()?);
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
        super::view::moment_words(by, inputs.zone)
    }
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
fn empty_digests(inputs: Inputs<'_>, mails: &[PlannedMail]) -> Vec<PlannedMail> {
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
