//! One assessment's mails: who is told of which flags, in how many mails, and what is hushed.

mod due_list;
mod letter;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, tz::TimeZone};

use due_list::{Due, Memory, collect_due};
use letter::{Together, empty_digests, mail};

use super::due::{Telling, Why};
use super::hush::Hush;
use super::route::{Quiet, Routing};
use super::{Alert, Kind};
use crate::domain::Subject;
use crate::facts::History;
use crate::flags::Flag;
use crate::rules::{Policy, SourceState};

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

/// Plans the mails of an assessment. Telling is decided by state (what was told against what
/// holds), not by event, so that nothing that was hushed or missed stays untold.
#[must_use]
pub fn plan(inputs: Inputs<'_>) -> Planned {
    let mut planned = Planned::default();
    let memory = Memory::new(inputs);
    let mut due: Vec<Due<'_>> = Vec::new();
    for flag in inputs.flags {
        collect_due(inputs, &memory, flag, &mut due, &mut planned.hushed);
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
    planned.mails.sort_by_key(|mail| (mail.alert.why == Why::Cleared, Reverse(mail.alert.severity)));
    planned
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

fn told_together(groups: &BTreeMap<(usize, Kind, Subject), Vec<Due<'_>>>) -> Together {
    let mut together = Together::new();
    for ((_, kind, group), dues) in groups {
        let names = together.entry((*kind, group.clone())).or_default();
        names.extend(dues.iter().map(|one| one.recipient.to_owned()));
    }
    together
}
