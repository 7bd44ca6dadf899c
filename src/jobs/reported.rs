//! What providers reported, put together from the store and the configuration for the rules.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use rusqlite::Connection;

use super::calendar::{ProviderCalendar, calendars, silent_periods};
use crate::config::{Config, Returns as Settings};
use crate::domain::indicator::{Bands, Indicator};
use crate::domain::return_::Misses;
use crate::domain::{Contract, Subject};
use crate::facts::returns::{Calendar, Reported, Reporter, Returns, Series, SeriesKey};
use crate::facts::{History, turnover};
use crate::store::StoreError;
use crate::store::returns::{Version, each_version};

/// The rules look at returns about the newest so many years: more than any of them asks for, and a
/// bound on what is held in memory.
const HISTORY_YEARS: i32 = 4;

/// A reporter's series while its points are gathered, with the template of the newest.
#[derive(Default)]
struct Gathered {
    points: Vec<Reported>,
    newest: Option<((Date, i64), String)>,
}

/// Everything that was reported or owed at an instant.
///
/// # Errors
/// The database's.
pub fn reported(
    conn: &Connection,
    config: &Config,
    history: &History,
    now: Timestamp,
) -> Result<Returns, StoreError> {
    let today = now.to_zoned(config.council.zone.clone()).date();
    let since = today.checked_sub(Span::new().years(HISTORY_YEARS)).unwrap_or(Date::MIN);
    let settings = &config.returns;
    let mut reporters: BTreeMap<String, Reporter> = BTreeMap::new();
    for ((id, key), gathered) in gathered(conn, now, since)? {
        let template = gathered.newest.as_ref().map(|(_, template)| template.as_str());
        let bands = bands(settings, &id, key.indicator, template, today);
        reporters.entry(id).or_default().add(key, Series::new(bands, gathered.points));
    }
    for (id, reporter) in &mut reporters {
        turnover::derive(reporter, bands(settings, id, Indicator::Turnover, None, today));
    }
    let calendars = calendars(conn, config, now, today)?;
    let silent = silent_periods(&calendars);
    for ProviderCalendar { provider_id, mut entries, .. } in calendars {
        // What came from nobody is no provider's fault: an own check tells the operator.
        entries.retain(|entry| !silent.contains_key(&entry.period));
        let misses = Misses::count(&entries, settings.limits);
        let calendar = Calendar { entries, misses, limits: settings.limits };
        reporters.entry(provider_id).or_default().calendar = Some(calendar);
    }
    let locations: BTreeSet<&String> =
        settings.contracts.iter().flat_map(|contract| &contract.location_ids).collect();
    let mut returns = Returns::default();
    for (id, mut reporter) in reporters {
        reporter.ended_on = ended_on(&settings.contracts, &id, today);
        let location = Subject::location(&id);
        let is_location = locations.contains(&id) || history.knows(&location);
        returns.insert(if is_location { location } else { Subject::provider(&id) }, reporter);
    }
    Ok(returns)
}

/// The values of each series; of one period the newest version's comes last, and counts.
fn gathered(
    conn: &Connection,
    now: Timestamp,
    since: Date,
) -> Result<BTreeMap<(String, SeriesKey), Gathered>, StoreError> {
    let mut series: BTreeMap<(String, SeriesKey), Gathered> = BTreeMap::new();
    each_version(conn, now, since, |version| {
        let Version { submission, document, template, came_on, at, values } = version;
        for value in values {
            let key = SeriesKey { indicator: value.indicator, zone: value.zone };
            let id = value.location_id.unwrap_or(value.provider_id);
            let gathered = series.entry((id, key)).or_default();
            let place = (value.period.end(), submission);
            if gathered.newest.as_ref().is_none_or(|(known, _)| *known < place) {
                gathered.newest = Some((place, template.clone()));
            }
            gathered.points.push(Reported {
                period: value.period,
                value: value.value,
                numerator: value.numerator,
                denominator: value.denominator,
                submission,
                document,
                place: value.place,
                came_on,
                read_at: at,
            });
        }
    })?;
    Ok(series)
}

/// A contract's own bands, else those of the template that it names, else those of the template by
/// which the newest return was read.
fn bands(
    settings: &Settings,
    id: &str,
    indicator: Indicator,
    template: Option<&str>,
    today: Date,
) -> Option<Bands> {
    let of_template = |id: &str| {
        let template = settings.templates.iter().find(|template| template.id == id)?;
        template.values.iter().filter(|value| value.indicator == indicator).find_map(|value| value.bands)
    };
    let mut live = contracts_of(&settings.contracts, id).filter(|contract| contract.is_live(today));
    let own = live.find_map(|contract| {
        let named = || contract.template.as_deref().and_then(of_template);
        contract.bands.get(&indicator).copied().or_else(named)
    });
    own.or_else(|| template.and_then(of_template))
}

fn contracts_of<'a>(contracts: &'a [Contract], id: &'a str) -> impl Iterator<Item = &'a Contract> {
    contracts.iter().filter(move |contract| {
        contract.provider_id == id || contract.location_ids.iter().any(|one| one == id)
    })
}

/// The last day of a reporter's last contract, where that is past.
fn ended_on(contracts: &[Contract], id: &str, today: Date) -> Option<Date> {
    let ends = contracts_of(contracts, id).map(|contract| contract.end);
    let last = ends.map(|end| end.unwrap_or(Date::MAX)).max()?;
    (last < today).then_some(last)
}
