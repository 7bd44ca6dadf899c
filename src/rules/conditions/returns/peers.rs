//! All reporters against each other: one funnel for each indicator and period.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Indicator, Period, Subject};
use crate::facts::Returns;
use crate::facts::numbers::{Numbers, Per};
use crate::facts::returns::Whole;
use crate::rules::{Condition, Policy};
use crate::signals::funnel::{Frame, Kind, Unit};

/// With fewer reporters than this nobody can be said to stand out.
const REPORTERS_MIN: usize = 10;

/// Of each series so many of the newest points are looked at: a reporter may be some periods ahead.
const NEWEST_MAX: usize = 3;

/// The funnels of every indicator that a policy asks about.
#[derive(Debug, Default)]
pub(in crate::rules) struct Peers<'a> {
    groups: Vec<Group>,
    /// The places of each reporter's newest points, by indicator.
    places: BTreeMap<&'a Subject, Vec<Place>>,
}

/// All reporters of one indicator and period.
#[derive(Debug)]
pub(in crate::rules) struct Group {
    pub(super) frame: Frame,
    pub(super) units: Vec<Unit>,
}

/// The place of a reporter's newest point of an indicator.
#[derive(Clone, Copy, Debug)]
struct Place {
    indicator: Indicator,
    group: usize,
    place: usize,
}

/// Where one reporter stands among all.
#[derive(Clone, Copy)]
pub(super) struct Stands<'a> {
    groups: &'a [Group],
    places: &'a [Place],
}

impl<'a> Peers<'a> {
    /// The funnels that a policy asks about.
    pub(in crate::rules) fn of(policy: &Policy, returns: &'a Returns) -> Self {
        let mut asked = BTreeSet::new();
        for rule in &policy.rules {
            note_asked(&rule.when, &mut asked);
        }
        let mut peers = Self::default();
        // In the order of indicators, so that each reporter's places are in that order too.
        for ((indicator, _), members) in members(&asked, returns) {
            peers.add(indicator, &members);
        }
        peers
    }

    /// Where a reporter stands.
    pub(super) fn stands(&self, subject: &Subject) -> Stands<'_> {
        Stands { groups: &self.groups, places: self.places.get(subject).map_or(&[], Vec::as_slice) }
    }

    fn add(&mut self, indicator: Indicator, members: &[Member<'a>]) {
        if members.len() < REPORTERS_MIN || !members.iter().any(|member| member.newest) {
            return;
        }
        let kind = if indicator.meaning().share.is_some() { Kind::Proportion } else { Kind::Ratio };
        let units: Vec<Unit> = members.iter().map(|member| member.unit).collect();
        let Ok(frame) = Frame::pooled(kind, &units) else { return };
        for (place, member) in members.iter().enumerate().filter(|(_, member)| member.newest) {
            let place = Place { indicator, group: self.groups.len(), place };
            self.places.entry(member.subject).or_default().push(place);
        }
        self.groups.push(Group { frame, units });
    }
}

impl<'a> Stands<'a> {
    /// The group of the newest point of an indicator, and the reporter's place in it.
    pub(super) fn place(self, indicator: Indicator) -> Option<(&'a Group, usize)> {
        let at = self.places.binary_search_by_key(&indicator, |place| place.indicator).ok()?;
        let Place { group, place, .. } = *self.places.get(at)?;
        Some((self.groups.get(group)?, place))
    }
}

impl Group {
    /// Whether a reporter lies beyond the outer limit on the worse side: the events are those that are
    /// bad, whichever way the indicator is counted.
    pub(super) fn stands_out(&self, place: usize) -> bool {
        self.units.get(place).is_some_and(|unit| self.frame.stands_out(unit))
    }
}

/// One reporter in one period.
struct Member<'a> {
    subject: &'a Subject,
    unit: Unit,
    /// Whether it is the reporter's newest.
    newest: bool,
}

fn note_asked(condition: &Condition, asked: &mut BTreeSet<Indicator>) {
    match condition {
        Condition::IndicatorOutlier { indicators } | Condition::IndicatorSignal { indicators, .. } => {
            asked.extend(indicators);
        }
        Condition::Several { of, .. } => of.iter().for_each(|one| note_asked(one, asked)),
        _ => {}
    }
}

/// The reporters of each indicator and period, by subject: of each its newest points. One reporter after
/// the other, so that what it said is fetched once.
fn members<'a>(
    asked: &BTreeSet<Indicator>,
    returns: &'a Returns,
) -> BTreeMap<(Indicator, Period), Vec<Member<'a>>> {
    let mut members: BTreeMap<(Indicator, Period), Vec<Member<'a>>> = BTreeMap::new();
    for (subject, reporter) in returns.reporters().filter(|(_, reporter)| reporter.ended_on.is_none()) {
        for indicator in asked {
            let Some(whole) = reporter.whole(*indicator) else { continue };
            let last = whole.series.newest().map(|point| point.period);
            for (period, unit) in units(whole) {
                let member = Member { subject, unit, newest: Some(period) == last };
                members.entry((*indicator, period)).or_default().push(member);
            }
        }
    }
    members
}

/// The newest counts of a reporter. A count of errors or complaints has a place among others only
/// where the visits behind it are known.
fn units(whole: &Whole) -> impl Iterator<Item = (Period, Unit)> {
    let Numbers { from, events, exposures, per, .. } = &whole.numbers;
    let share = whole.series.newest().is_some_and(|point| point.denominator.is_some());
    let counted = share || *per == Per::Visits;
    let points = whole.series.points().get(*from..).unwrap_or_default();
    let all =
        points.iter().zip(events.iter().zip(exposures)).rev().take(if counted { NEWEST_MAX } else { 0 });
    all.filter_map(|(point, (events, exposure))| Some((point.period, Unit::new(*events, *exposure)?)))
}
