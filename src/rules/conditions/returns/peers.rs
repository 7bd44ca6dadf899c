//! All reporters against each other: one funnel for each indicator and period.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Indicator, Period, Subject};
use crate::facts::Returns;
use crate::facts::numbers::{Numbers, Per};
use crate::facts::returns::{Series, Whole};
use crate::rules::{Condition, Policy};
use crate::signals::Side;
use crate::signals::funnel::{Funnel, Judged, Kind, Position, Unit};

/// With fewer reporters than this nobody can be said to stand out.
const REPORTERS_MIN: usize = 10;

/// Of each series so many of the newest points are looked at: a reporter may be some periods ahead.
const NEWEST_MAX: usize = 3;

/// The funnels of every indicator that a policy asks about.
#[derive(Debug, Default)]
pub(in crate::rules) struct Peers<'a> {
    groups: BTreeMap<(Indicator, Period), Group<'a>>,
}

/// All reporters of one indicator and period, judged.
#[derive(Debug)]
pub(in crate::rules) struct Group<'a> {
    places: BTreeMap<&'a Subject, usize>,
    pub(super) funnel: Funnel,
}

impl<'a> Peers<'a> {
    /// The funnels that a policy asks about.
    pub(in crate::rules) fn of(policy: &Policy, returns: &'a Returns) -> Self {
        let mut asked = BTreeSet::new();
        for rule in &policy.rules {
            note_asked(&rule.when, &mut asked);
        }
        let groups = asked.into_iter().flat_map(|indicator| groups(indicator, returns)).collect();
        Self { groups }
    }

    /// The group of a series' newest point, and the reporter's place in it.
    pub(super) fn place(
        &self,
        indicator: Indicator,
        series: &Series,
        subject: &Subject,
    ) -> Option<(&Group<'a>, usize)> {
        let group = self.groups.get(&(indicator, series.newest()?.period))?;
        Some((group, *group.places.get(subject)?))
    }
}

impl Group<'_> {
    /// One reporter, judged.
    pub(super) fn judged(&self, place: usize) -> Option<&Judged> {
        self.funnel.units.get(place)
    }
}

/// Where a unit lies by the limits that count: those that allow for the spread of all, where there
/// are enough reporters to know it.
pub(super) fn stands_out(judged: &Judged) -> bool {
    let verdict = judged.adjusted.unwrap_or(judged.plain);
    // The events are those that are bad, whichever way the indicator is counted.
    verdict.position == Position::Beyond998(Side::Above)
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

fn groups(indicator: Indicator, returns: &Returns) -> Vec<((Indicator, Period), Group<'_>)> {
    let mut newest = BTreeSet::new();
    let mut members: BTreeMap<Period, Vec<(&Subject, Unit)>> = BTreeMap::new();
    for (subject, reporter) in returns.reporters() {
        if reporter.ended_on.is_some() {
            continue;
        }
        let Some(whole) = reporter.whole(indicator) else { continue };
        newest.extend(whole.series.newest().map(|point| point.period));
        for (period, unit) in units(whole) {
            members.entry(period).or_default().push((subject, unit));
        }
    }
    let kind = if indicator.meaning().share.is_some() { Kind::Proportion } else { Kind::Ratio };
    let asked =
        members.into_iter().filter(|(period, group)| newest.contains(period) && group.len() >= REPORTERS_MIN);
    asked.filter_map(|(period, group)| Some(((indicator, period), judged(kind, &group)?))).collect()
}

fn judged<'a>(kind: Kind, group: &[(&'a Subject, Unit)]) -> Option<Group<'a>> {
    let units: Vec<Unit> = group.iter().map(|(_, unit)| *unit).collect();
    let funnel = Funnel::pooled(kind, &units).ok()?;
    let places = group.iter().enumerate().map(|(place, (subject, _))| (*subject, place)).collect();
    Some(Group { places, funnel })
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
