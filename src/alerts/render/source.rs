//! Where what an item says was read: a register's page, a provider's return, or our own books.

use crate::facts::Attribute;
use crate::rules::Evidence;
use crate::{domain::Indicator, rules::date_words};

use super::super::Item;
use super::words::clean;

/// Places in returns that are named; the rest is counted.
const PLACES_MAX: usize = 3;

/// Longest place: a sheet's name is at most 31 letters.
const PLACE_CHARS_MAX: usize = 80;

/// Where an item was read, as what follows "Source: ".
pub(super) fn publisher(item: &Item, link: Option<&str>) -> String {
    let mut sources: Vec<String> = Vec::new();
    if item.evidence.is_empty() || item.evidence.iter().any(|one| origin(one) == Origin::Register) {
        sources.push(link.map_or("register", page_of).to_owned());
    }
    let mut places: Vec<String> = Vec::new();
    for evidence in item.evidence.iter().filter(|one| origin(one) == Origin::Return) {
        let place = place(evidence);
        if !places.contains(&place) {
            places.push(place);
        }
    }
    let more = places.len().saturating_sub(PLACES_MAX);
    sources.extend(places.into_iter().take(PLACES_MAX));
    if more > 0 {
        sources.push(format!("{more} more places in returns"));
    }
    let own =
        [(Origin::Calendar, "Carewarden's calendar of returns"), (Origin::Contract, "list of contracts")];
    for (wanted, words) in own {
        if item.evidence.iter().any(|one| origin(one) == wanted) {
            sources.push(words.to_owned());
        }
    }
    sources.join("; ")
}

/// Who says a fact.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Register,
    Return,
    Calendar,
    Contract,
}

fn origin(evidence: &Evidence) -> Origin {
    match evidence.fact.as_str() {
        "return.state" => Origin::Calendar,
        "contract.end" => Origin::Contract,
        fact if Attribute::parse(fact).is_none() && Indicator::parse(fact).is_some() => Origin::Return,
        _ => Origin::Register,
    }
}

/// "provider return row 9, column G, came 5 Aug 2026".
fn place(evidence: &Evidence) -> String {
    let place = evidence.row.as_deref().map(|row| clean(row, PLACE_CHARS_MAX)).unwrap_or_default();
    let newest = evidence.working.as_ref().and_then(|working| working.points.last());
    let came = newest.map_or_else(String::new, |point| format!(", came {}", date_words(point.came_on)));
    format!("provider return {}{came}", place.trim()).replace("  ", " ")
}

/// Whose page a link leads to.
fn page_of(link: &str) -> &'static str {
    let host = link.split('/').nth(2).unwrap_or_default();
    if host == "cqc.org.uk" || host.ends_with(".cqc.org.uk") { "CQC" } else { "register" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_the_regulators_only_on_its_own_host() {
        assert_eq!(page_of("https://www.cqc.org.uk/location/1"), "CQC");
        assert_eq!(page_of("https://cqc.org.uk.example.com/"), "register");
    }
}
