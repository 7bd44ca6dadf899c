//! What the council has agreed with a provider, as far as Carewarden needs it.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::indicator::{Bands, Indicator};
use super::period::Rhythm;
use super::return_::Dues;

/// One line of the contract list.
#[derive(Clone, Debug, PartialEq)]
pub struct Contract {
    /// The provider's id on the register.
    pub provider_id: String,
    /// Its locations that serve the council; they are watched wherever they are registered.
    pub location_ids: Vec<String>,
    /// Lot or framework.
    pub lot: Option<String>,
    /// Zone.
    pub zone: Option<String>,
    /// Hours a week that the council has promised.
    pub guaranteed_hours: Option<f64>,
    /// Hours a week at most.
    pub cap_hours: Option<f64>,
    /// Hours a week below which the provider cannot carry on.
    pub min_viable_hours: Option<f64>,
    /// Pounds an hour.
    pub rate: Option<f64>,
    /// First day.
    pub start: Date,
    /// Last day, where it has one.
    pub end: Option<Date>,
    /// Days of notice.
    pub notice_days: Option<u16>,
    /// How often a return is due; none is where this is absent.
    pub returns: Option<Rhythm>,
    /// The template of its returns.
    pub template: Option<String>,
    /// Days after a period's end by which its return is due.
    pub due_days: Option<i32>,
    /// Bands agreed with this provider, where they are not those of its template.
    pub bands: BTreeMap<Indicator, Bands>,
    /// Whom to reach, by role.
    pub contacts: BTreeMap<String, String>,
}

impl Contract {
    /// When its returns are due.
    #[must_use]
    pub fn dues(&self, due_days: i32) -> Option<Dues> {
        Some(Dues {
            provider_id: self.provider_id.clone(),
            start: self.start,
            end: self.end,
            rhythm: self.returns?,
            due_days: self.due_days.unwrap_or(due_days),
        })
    }

    /// Whether it is in force on a day.
    #[must_use]
    pub fn is_live(&self, day: Date) -> bool {
        self.start <= day && self.end.is_none_or(|end| end >= day)
    }
}

/// Each provider's dues once: several contracts of one provider and rhythm ask for one return.
#[must_use]
pub fn dues_of(contracts: &[Contract], due_days: i32) -> Vec<Dues> {
    let mut by_provider: BTreeMap<String, Dues> = BTreeMap::new();
    for dues in contracts.iter().filter_map(|contract| contract.dues(due_days)) {
        by_provider
            .entry(dues.provider_id.clone())
            .and_modify(|known| {
                known.start = known.start.min(dues.start);
                known.end = known.end.zip(dues.end).map(|(one, other)| one.max(other));
                known.due_days = known.due_days.max(dues.due_days);
            })
            .or_insert(dues);
    }
    by_provider.into_values().collect()
}
