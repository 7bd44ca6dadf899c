//! The Single Assessment Framework: `assessment[].ratings.asgRatings[]`, one entry a service.
//!
//! The services' names are not relied on: of each name the newest entry in force counts, and the
//! location is judged by the worst of its services.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::reading::Reading;
use super::words::plain;
use crate::domain::{KeyQuestion, Rating, clean_name};
use crate::facts::{Attribute, Framework};

/// Services that the summary names; further ones are counted.
const SUMMARY_SERVICES_MAX: usize = 20;

/// The rating of one service.
struct Service {
    name: String,
    rating: Rating,
    published: Option<Date>,
    place: String,
}

impl Service {
    /// Newer first; on one day the worse.
    const fn age(&self) -> (Option<Date>, u32) {
        (self.published, self.rating.badness())
    }

    /// Worse first; of two alike the newer.
    const fn badness(&self) -> (u32, Option<Date>) {
        (self.rating.badness(), self.published)
    }
}

/// States the worst of the services, each key question's worst, and how many services there are.
pub(super) fn read(reading: &mut Reading<'_>) {
    let services = services(reading);
    let Some(worst) = services.values().max_by_key(|service| service.badness()) else { return };
    let (overall, place) = (Attribute::Overall(Framework::Saf), format!("{}/rating", worst.place));
    reading.state(overall, worst.rating.as_str(), worst.published, place);
    questions(reading, &services);
    reading.state(Attribute::SafServices, services.len().to_string(), None, "/assessment");
    if let Some(newest) = services.values().filter_map(|service| service.published).max() {
        reading.state(Attribute::SafNewest, newest.to_string(), None, "/assessment");
    }
    if services.len() > 1 {
        reading.state(Attribute::SafSummary, summary(&services), None, "/assessment");
    }
}

/// Of each service, by its name without case and blanks, the newest entry that is current and rated.
fn services(reading: &mut Reading<'_>) -> BTreeMap<String, Service> {
    let mut services: BTreeMap<String, Service> = BTreeMap::new();
    for plan in 0..reading.count("/assessment") {
        let plan = format!("/assessment/{plan}");
        let list = format!("{plan}/ratings/asgRatings");
        for at in 0..reading.count(&list) {
            let Some(service) = service(reading, &plan, format!("{list}/{at}")) else { continue };
            let key = plain(&service.name);
            if services.get(&key).is_none_or(|held| service.age() > held.age()) {
                services.insert(key, service);
            }
        }
    }
    services
}

fn service(reading: &mut Reading<'_>, plan: &str, place: String) -> Option<Service> {
    let status = reading.text(&format!("{place}/status"))?;
    if !status.eq_ignore_ascii_case("current") {
        return None;
    }
    let rating = reading.rating(&format!("{place}/rating"))?;
    let published = reading
        .day(&format!("{plan}/assessmentPlanPublishedDateTime"))
        .or_else(|| reading.day(&format!("{place}/assessmentDate")));
    let name = reading.text(&format!("{place}/name")).and_then(clean_name).unwrap_or_default();
    Some(Service { name, rating, published, place })
}

type Worst = (u32, Option<Date>, Rating, String);

/// A question counts with the rating it carries, even where it was "Not Assessed" this time.
fn questions(reading: &mut Reading<'_>, services: &BTreeMap<String, Service>) {
    let mut worst: BTreeMap<KeyQuestion, Worst> = BTreeMap::new();
    for service in services.values() {
        let list = format!("{}/keyQuestionRatings", service.place);
        for at in 0..reading.count(&list) {
            let name = reading.text(&format!("{list}/{at}/name"));
            let Some(question) = name.and_then(KeyQuestion::parse) else { continue };
            let place = format!("{list}/{at}/rating");
            let Some(rating) = reading.rating(&place) else { continue };
            let entry = (rating.badness(), service.published, rating, place);
            if worst.get(&question).is_none_or(|held| (entry.0, entry.1) > (held.0, held.1)) {
                worst.insert(question, entry);
            }
        }
    }
    for (question, (_, published, rating, place)) in worst {
        reading.state(Attribute::Question(Framework::Saf, question), rating.as_str(), published, place);
    }
}

fn summary(services: &BTreeMap<String, Service>) -> String {
    let one = |service: &Service| {
        let name = if service.name.is_empty() { "service without a name" } else { &service.name };
        let published = service.published.map(|day| format!(" ({day})")).unwrap_or_default();
        format!("{name}: {}{published}", service.rating.as_str())
    };
    let mut words: Vec<String> = services.values().take(SUMMARY_SERVICES_MAX).map(one).collect();
    if services.len() > SUMMARY_SERVICES_MAX {
        words.push(format!("and {} more", services.len() - SUMMARY_SERVICES_MAX));
    }
    words.join("; ")
}
