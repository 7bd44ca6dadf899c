//! The old framework: `currentRatings.overall`. The history and the last report are never read for
//! a rating: an entry there can be newer than the rating in force, and say "not rated".

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::ids::is_usable_id;
use super::reading::Reading;
use crate::domain::{KeyQuestion, Rating};
use crate::facts::{Attribute, Framework};

const OVERALL: &str = "/currentRatings/overall";

/// One key question of the rating in force.
struct Answer {
    question: KeyQuestion,
    rating: Option<Rating>,
    published: Option<Date>,
    place: String,
}

/// States the overall rating, its key questions, and from whom it is inherited.
pub(super) fn read(reading: &mut Reading<'_>) {
    let published =
        reading.day(&format!("{OVERALL}/reportDate")).or_else(|| reading.day("/currentRatings/reportDate"));
    let answers = answers(reading);
    let place = format!("{OVERALL}/rating");
    if let Some(rating) = reading.rating(&place) {
        reading.state(Attribute::Overall(Framework::Old), rating.as_str(), published, place);
        inherited(reading, &answers, published);
    }
    for (question, (dated, _, rating, place)) in newest_of_each(&answers) {
        let attribute = Attribute::Question(Framework::Old, question);
        reading.state(attribute, rating.as_str(), dated.or(published), format!("{place}/rating"));
    }
}

/// Key questions are matched by name: their order differs from record to record.
fn answers(reading: &mut Reading<'_>) -> Vec<Answer> {
    let list = format!("{OVERALL}/keyQuestionRatings");
    let mut answers = Vec::new();
    for at in 0..reading.count(&list) {
        let place = format!("{list}/{at}");
        let Some(name) = reading.text(&format!("{place}/name")) else { continue };
        let Some(question) = KeyQuestion::parse(name) else {
            reading.wonder(&format!("key question \"{name}\""));
            continue;
        };
        let rating = reading.rating(&format!("{place}/rating"));
        let published = reading.day(&format!("{place}/reportDate"));
        answers.push(Answer { question, rating, published, place });
    }
    answers
}

type Newest<'a> = (Option<Date>, u32, Rating, &'a str);

/// The newest rating of each question, and on one day the worst.
fn newest_of_each(answers: &[Answer]) -> BTreeMap<KeyQuestion, Newest<'_>> {
    let mut newest: BTreeMap<KeyQuestion, Newest<'_>> = BTreeMap::new();
    for answer in answers {
        let Some(rating) = answer.rating else { continue };
        let entry = (answer.published, rating.badness(), rating, answer.place.as_str());
        let held = newest.entry(answer.question).or_insert(entry);
        if (entry.0, entry.1) > (held.0, held.1) {
            *held = entry;
        }
    }
    newest
}

/// A rating is inherited when every question of its own report was answered at another organisation.
/// Questions of an older report, kept beside a new inspection's, do not make it inherited.
fn inherited(reading: &mut Reading<'_>, answers: &[Answer], published: Option<Date>) {
    let whole = format!("{OVERALL}/organisationId");
    let own_report: Vec<&Answer> = answers.iter().filter(|answer| answer.published == published).collect();
    let judged: Vec<&Answer> = if own_report.is_empty() { answers.iter().collect() } else { own_report };
    let mut origins: Vec<(String, String)> = Vec::new();
    let places = judged.iter().map(|answer| format!("{}/organisationId", answer.place));
    for place in places.chain([whole.clone()]) {
        let other = reading.text(&place).filter(|id| is_usable_id(id) && *id != reading.id());
        origins.extend(other.map(|id| (id.to_owned(), place)));
    }
    let all_questions = !judged.is_empty() && origins.len() >= judged.len();
    let as_a_whole = origins.iter().any(|(_, place)| *place == whole);
    if let (true, Some((id, place))) = (all_questions || as_a_whole, origins.into_iter().min()) {
        reading.state(Attribute::InheritedFrom, id, published, place);
    }
}
