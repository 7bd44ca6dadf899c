//! One row, or one workbook of named cells: whose it is, about when, and its values.

use super::{Around, Place, Reject};
use crate::domain::indicator::{Indicator, Unit, Value};
use crate::domain::period::{Period, days_between};
use crate::domain::return_::ReturnValue;
use crate::sources::returns::book::{Cell, Serials};
use crate::sources::returns::template::{Field, Scale, Template, ValueMap};
use crate::sources::returns::values;

/// A return about a period longer ago than this has a mistake in its date.
const AGE_DAYS_MAX: i32 = 3 * 366;
/// So many days of a period may be still to come: spare hours are told ahead.
const AHEAD_DAYS_MAX: i32 = 31;
/// A value and its parts may differ by this many points: people round.
const ROUNDING_POINTS: f64 = 0.6;
/// What stands in a cell is told up to this.
const FOUND_CHARS_MAX: usize = 40;

/// A cell with the name of its column.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'a> {
    pub(super) cell: &'a Cell,
    pub(super) column: &'a str,
}

/// A record's cells, wherever they stand.
pub(super) trait Source {
    /// The cell of a heading or name; `None` where there is no such column or cell.
    fn at<'a>(&'a self, column: &'a str) -> Option<At<'a>>;
    /// The sheet and row of rejects.
    fn place(&self) -> (String, Option<usize>);
}

/// Whose a record is and about when.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Head {
    /// The provider's id, and the period.
    pub(super) about: (String, Period),
    pub(super) location_id: Option<String>,
    pub(super) zone: Option<String>,
}

/// What is read of one record.
pub(super) struct Record<'r, S> {
    pub(super) source: &'r S,
    pub(super) template: &'r Template,
    pub(super) around: Around<'r>,
    pub(super) serials: Serials,
}

/// The parts of a value as they stand.
pub(super) struct Parts<'a> {
    pub(super) value: Option<At<'a>>,
    pub(super) numerator: Option<At<'a>>,
    pub(super) denominator: Option<At<'a>>,
}

impl<S: Source> Record<'_, S> {
    fn reject(&self, at: Option<At<'_>>, expected: impl Into<String>) -> Reject {
        let mut expected = expected.into();
        if at.is_some_and(|at| matches!(at.cell, Cell::Fault(_))) {
            expected.push_str("; the formula of this cell has an error");
        }
        let found = at.map(|at| shortened(&at.cell.shown())).unwrap_or_default();
        Reject { place: self.place(at), found, expected }
    }

    fn place(&self, at: Option<At<'_>>) -> Place {
        let (sheet, row) = self.source.place();
        Place { sheet, row, column: at.map(|at| at.column.to_owned()).unwrap_or_default() }
    }

    fn field(&self, field: Field) -> Option<At<'_>> {
        self.source.at(self.template.field(field)?)
    }

    /// The parts of a value where a template places them.
    pub(super) fn parts<'m>(&'m self, map: &'m ValueMap) -> Parts<'m> {
        let at = |column: &'m Option<String>| self.source.at(column.as_deref()?);
        Parts { value: at(&map.value), numerator: at(&map.numerator), denominator: at(&map.denominator) }
    }

    /// Whether its owner shares it; a record without the column is shared.
    pub(super) fn is_shared(&self) -> bool {
        self.template.field(Field::Consent).is_none()
            || self.field(Field::Consent).is_some_and(|at| values::yes_no(at.cell) == Some(true))
    }

    pub(super) fn head(&self) -> Result<Head, Reject> {
        let missing = || self.reject(None, "a provider's id");
        let at = self.field(Field::ProviderId).ok_or_else(missing)?;
        let provider_id = values::id(at.cell).map_err(|expected| self.reject(Some(at), expected))?;
        let known = self.around.known;
        let location_id = self.location()?;
        let is_known = |id: &String| known.contains(id);
        if !known.is_empty() && !is_known(&provider_id) && !location_id.as_ref().is_some_and(is_known) {
            let expected = "the id of a provider that the council has a contract with or watches";
            return Err(self.reject(Some(at), expected));
        }
        let zone = self.zone()?;
        Ok(Head { about: (provider_id, self.period()?), location_id, zone })
    }

    /// The provider's id, whatever else cannot be read.
    pub(super) fn named(&self) -> Option<String> {
        values::id(self.field(Field::ProviderId)?.cell).ok()
    }

    fn location(&self) -> Result<Option<String>, Reject> {
        let Some(at) = self.field(Field::LocationId).filter(|at| !values::is_absent(at.cell)) else {
            return Ok(None);
        };
        values::id(at.cell).map(Some).map_err(|expected| self.reject(Some(at), expected))
    }

    fn zone(&self) -> Result<Option<String>, Reject> {
        let Some(at) = self.field(Field::Zone) else { return Ok(None) };
        values::zone(at.cell).map_err(|expected| self.reject(Some(at), expected))
    }

    fn period(&self) -> Result<Period, Reject> {
        let (period, at) = self.period_as_said()?;
        let age = days_between(period.end(), self.around.came_on);
        if !(-AHEAD_DAYS_MAX..=AGE_DAYS_MAX).contains(&age) {
            let expected = format!(
                "a period near the day the file came, {}; is the year right?",
                words(self.around.came_on)
            );
            return Err(self.reject(at, expected));
        }
        Ok(period)
    }

    fn period_as_said(&self) -> Result<(Period, Option<At<'_>>), Reject> {
        if let Some(at) = self.field(Field::Period) {
            let period = values::period(at.cell, self.template.period_is, self.serials);
            return period
                .map(|period| (period, Some(at)))
                .map_err(|expected| self.reject(Some(at), expected));
        }
        let [start, end] = [Field::PeriodStart, Field::PeriodEnd].map(|field| self.field(field));
        let (Some(start), Some(end)) = (start, end) else {
            // A feed without dates is about the day or month on which it came.
            let period = values::of_day(self.around.came_on, self.template.period_is);
            return period.map(|period| (period, None)).ok_or_else(|| self.reject(None, "a period"));
        };
        let date = |at: At<'_>| {
            values::date(at.cell, self.serials).map_err(|expected| self.reject(Some(at), expected))
        };
        let (first, last) = (date(start)?, date(end)?);
        let period = Period::new(first, last);
        let expected = format!("a last day after the first, {}, and within 400 days of it", words(first));
        period.map(|period| (period, Some(end))).ok_or_else(|| self.reject(Some(end), expected))
    }

    /// Reads a value of its parts; `None` where nothing is said.
    pub(super) fn value(
        &self,
        head: &Head,
        map: &ValueMap,
        parts: &Parts<'_>,
    ) -> Option<Result<(ReturnValue, Place), Reject>> {
        let said = |at: &Option<At<'_>>| at.is_some_and(|at| !values::is_absent(at.cell));
        let any = [&parts.value, &parts.numerator, &parts.denominator].into_iter().any(said);
        any.then(|| self.value_said(head, map, parts))
    }

    fn value_said(
        &self,
        head: &Head,
        map: &ValueMap,
        parts: &Parts<'_>,
    ) -> Result<(ReturnValue, Place), Reject> {
        let numerator = self.part(map, parts.numerator)?;
        let denominator = self.part(map, parts.denominator)?;
        let at = parts.value.filter(|at| !values::is_absent(at.cell));
        let said = at.map(|at| self.plain(map, at)).transpose()?;
        let computed = self.computed(map.indicator, numerator, denominator, parts)?;
        let value = match (said, computed) {
            (Some(Value::Number(said)), Some(computed)) => Value::Number(self.agree(said, computed, at)?),
            (Some(said), _) => said,
            (None, Some(computed)) => Value::Number(computed),
            (None, None) => return Err(self.incomplete(map.indicator, parts)),
        };
        let at = at.or(parts.numerator).or(parts.denominator);
        self.in_range(map.indicator, value, at)?;
        let place = self.place(at);
        let value = ReturnValue {
            provider_id: head.about.0.clone(),
            location_id: head.location_id.clone(),
            zone: map.zone.clone().or_else(|| head.zone.clone()),
            period: head.about.1,
            indicator: map.indicator,
            numerator,
            denominator,
            value,
            place: place.told(),
        };
        Ok((value, place))
    }

    fn incomplete(&self, indicator: Indicator, parts: &Parts<'_>) -> Reject {
        let (counted, over) = indicator.meaning().share.unwrap_or(("a value", "a value"));
        let lacks = |at: Option<At<'_>>| at.is_none_or(|at| values::is_absent(at.cell));
        let (at, what) =
            if lacks(parts.numerator) { (parts.numerator, counted) } else { (parts.denominator, over) };
        self.reject(at.or(parts.value), format!("a number of {what}, as the other part is given"))
    }

    fn part(&self, map: &ValueMap, at: Option<At<'_>>) -> Result<Option<f64>, Reject> {
        let Some(at) = at.filter(|at| !values::is_absent(at.cell)) else { return Ok(None) };
        let read = if map.indicator == Indicator::HoursDelivered { values::hours } else { values::number };
        let number = read(at.cell).map_err(|expected| self.reject(Some(at), expected))?;
        if number < 0.0 {
            return Err(self.reject(Some(at), "a number that is not below zero"));
        }
        Ok(Some(number))
    }

    fn plain(&self, map: &ValueMap, at: At<'_>) -> Result<Value, Reject> {
        let read = match map.indicator.meaning().unit {
            Unit::Percent => values::percent(at.cell, self.scale(map)).map(Value::Number),
            Unit::Count => values::count(at.cell).map(Value::Number),
            Unit::Hours => values::hours(at.cell).map(Value::Number),
            Unit::People => values::number(at.cell).map(Value::Number),
            Unit::Date => values::date(at.cell, self.serials).map(Value::Date),
            Unit::YesNo => match values::yes_no(at.cell) {
                Some(yes) => Ok(Value::YesNo(yes)),
                None => values::date(at.cell, self.serials)
                    .map(Value::Date)
                    .map_err(|_| "yes, or no, or the date since when not".to_owned()),
            },
        };
        read.map_err(|expected| self.reject(Some(at), expected))
    }

    /// A unit in the row overrules the template's reading of bare numbers.
    fn scale(&self, map: &ValueMap) -> Scale {
        match self.field(Field::Unit).map(|at| at.cell.shown().to_lowercase()).as_deref() {
            Some("share" | "ratio" | "fraction") => Scale::Share,
            Some("%" | "percent" | "pct" | "percentage") if map.scale != Scale::Share => Scale::Percent,
            _ => map.scale,
        }
    }

    fn computed(
        &self,
        indicator: Indicator,
        numerator: Option<f64>,
        denominator: Option<f64>,
        parts: &Parts<'_>,
    ) -> Result<Option<f64>, Reject> {
        let (Some(counted), Some(over)) = (numerator, denominator) else { return Ok(None) };
        let most = indicator.meaning().range.1 / 100.0;
        if counted > over * most {
            let (what, of) = indicator.meaning().share.unwrap_or(("part", "whole"));
            return Err(self.reject(parts.numerator, format!("{what}, not more than the {over} {of}")));
        }
        // None of none: it is kept, and too few to judge.
        Ok(Some(if over == 0.0 { 0.0 } else { values::tidy(100.0 * counted / over) }))
    }

    /// The parts are more exact than the rounded value, if both say the same.
    fn agree(&self, said: f64, computed: f64, at: Option<At<'_>>) -> Result<f64, Reject> {
        let near = |said: f64| (said - computed).abs() <= ROUNDING_POINTS;
        if near(said) || near(said * 100.0) {
            return Ok(computed);
        }
        Err(self.reject(at, format!("about {computed:.1}%, as its two parts say")))
    }

    fn in_range(&self, indicator: Indicator, value: Value, at: Option<At<'_>>) -> Result<(), Reject> {
        let (least, most) = indicator.meaning().range;
        match value {
            Value::Number(number) if !(least..=most).contains(&number) => {
                Err(self.reject(at, format!("a number from {least} to {most}")))
            }
            Value::Date(date) if days_between(date, self.around.came_on).abs() > 20 * 366 => {
                Err(self.reject(at, "a date within 20 years; is the year right?"))
            }
            _ => Ok(()),
        }
    }
}

/// A day as people write it.
fn words(day: jiff::civil::Date) -> String {
    day.strftime("%-d %B %Y").to_string()
}

/// A long text is cut: what is told is enough to find the cell.
fn shortened(text: &str) -> String {
    let mut chars = text.chars();
    let mut kept: String = chars.by_ref().take(FOUND_CHARS_MAX).collect();
    if chars.next().is_some() {
        kept.push('\u{2026}');
    }
    crate::domain::clean_text(&kept)
}
