//! A council's template: which of its columns means what.

use std::collections::BTreeMap;

use crate::domain::indicator::{Bands, Better, Indicator, Unit};

/// Share of bad rows over which a file is refused whole, unless a template says else.
pub const BAD_SHARE_MAX: f64 = 0.2;

/// How a template lays a return out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One row a value, with the metric's name in a column.
    Long,
    /// One row a provider, with a column for each value.
    Wide,
    /// One workbook a provider, with values in named cells.
    Cells,
}

/// What a column or cell means beside the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The provider's id.
    ProviderId,
    /// The location's id.
    LocationId,
    /// Zone or lot.
    Zone,
    /// The whole period in one cell: "July 2026", or a day of it.
    Period,
    /// First day.
    PeriodStart,
    /// Last day.
    PeriodEnd,
    /// Name of the metric (long).
    Metric,
    /// What was counted (long).
    Numerator,
    /// What it was counted over (long).
    Denominator,
    /// The value (long).
    Value,
    /// Its unit (long).
    Unit,
    /// Whether the row may be shared with councils; a row that says no is not kept.
    Consent,
}

/// What a day in the one cell of a period stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PeriodIs {
    /// The month it lies in.
    #[default]
    Month,
    /// The week it lies in, Monday to Sunday.
    Week,
    /// That day.
    Day,
}

/// How a share is written where neither a sign nor a format says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// 93 is 93 %.
    Percent,
    /// 0.93 is 93 %.
    Share,
    /// Up to 1 it is a share: only for what is rarely under 2 %.
    Either,
}

/// Where a value stands and what it means.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueMap {
    /// What is measured.
    pub indicator: Indicator,
    /// The metric's name (long).
    pub metric: Option<String>,
    /// Heading or cell of the value.
    pub value: Option<String>,
    /// Heading or cell of what was counted.
    pub numerator: Option<String>,
    /// Heading or cell of what it was counted over.
    pub denominator: Option<String>,
    /// The zone that this column is about, where the heading says it and no column does.
    pub zone: Option<String>,
    /// How a bare number is read.
    pub scale: Scale,
    /// Bands other than the default ones.
    pub bands: Option<Bands>,
}

/// One template.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// Its id, which contracts and sources name.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// How it is laid out.
    pub shape: Shape,
    /// The one sheet that is read; without, every sheet with the headings.
    pub sheet: Option<String>,
    /// Headings or cells of the fields.
    pub fields: BTreeMap<Field, String>,
    /// What a day in the period's cell stands for.
    pub period_is: PeriodIs,
    /// The values; a long template without any takes the indicators' own keys.
    pub values: Vec<ValueMap>,
    /// Share of bad rows over which a file is refused whole.
    pub bad_share_max: f64,
}

impl Field {
    /// Every field with the key that names it in a template.
    pub const ALL: [(Self, &'static str); 12] = [
        (Self::ProviderId, "provider_id"),
        (Self::LocationId, "location_id"),
        (Self::Zone, "zone"),
        (Self::Period, "period"),
        (Self::PeriodStart, "period_start"),
        (Self::PeriodEnd, "period_end"),
        (Self::Metric, "metric"),
        (Self::Numerator, "numerator"),
        (Self::Denominator, "denominator"),
        (Self::Value, "value"),
        (Self::Unit, "unit"),
        (Self::Consent, "consent"),
    ];
}

impl Scale {
    /// How a bare number of an indicator is read if its template does not say: where more is
    /// better, 0.93 cannot be 0.93 %; where less is, it can.
    #[must_use]
    pub fn of(indicator: Indicator) -> Self {
        if Self::may_be_either(indicator) { Self::Either } else { Self::Percent }
    }

    /// Whether a share and a percentage of an indicator cannot be mistaken for each other.
    #[must_use]
    pub fn may_be_either(indicator: Indicator) -> bool {
        let meaning = indicator.meaning();
        meaning.unit == Unit::Percent && meaning.better == Better::Higher
    }
}

impl ValueMap {
    /// A value by its indicator's own key, as the long form has it.
    #[must_use]
    pub fn own(indicator: Indicator) -> Self {
        Self {
            indicator,
            metric: Some(indicator.key().to_owned()),
            value: None,
            numerator: None,
            denominator: None,
            zone: None,
            scale: Scale::of(indicator),
            bands: None,
        }
    }
}

impl Template {
    /// The values, or the indicators' own keys.
    #[must_use]
    pub fn all_values(&self) -> Vec<ValueMap> {
        if self.values.is_empty() {
            Indicator::ALL.iter().copied().map(ValueMap::own).collect()
        } else {
            self.values.clone()
        }
    }

    /// The heading or cell of a field.
    #[must_use]
    pub fn field(&self, field: Field) -> Option<&str> {
        self.fields.get(&field).map(String::as_str)
    }
}
