//! Conditions on ratings.

use super::line::{Line, weight};
use super::{Asked, Evidence, Verdict, and, evidence};
use crate::domain::{KeyQuestion, Rating, Subject};
use crate::facts::{Attribute, Fact, Framework, History, RatingNow};
use crate::rules::date_words;

/// The overall rating is this one.
pub(super) fn overall_is(asked: Asked<'_>, rating: Rating) -> Verdict {
    let Some(line) = Line::of(asked.known.history, asked.subject) else { return Verdict::Unknown };
    overall_verdict(asked, &line, line.now().rating == rating)
}

/// The overall rating is this one and is a fall from Good or better, or the first known one and poor.
pub(super) fn overall_fell_to(asked: Asked<'_>, rating: Rating) -> Verdict {
    let Some(line) = Line::of(asked.known.history, asked.subject) else { return Verdict::Unknown };
    let fell = match line.last_good() {
        Some(good) => rating > good.rating,
        None => rating.is_poor(),
    };
    overall_verdict(asked, &line, line.now().rating == rating && fell)
}

/// The newest publication was worse than the one before, and is Good or better.
pub(super) fn overall_slipped(asked: Asked<'_>) -> Verdict {
    let Some(line) = Line::of(asked.known.history, asked.subject) else { return Verdict::Unknown };
    let now = line.now().rating;
    let slipped = line.previous().is_some_and(|before| now > before.rating) && !now.is_poor();
    overall_verdict(asked, &line, slipped)
}

fn overall_verdict(asked: Asked<'_>, line: &Line<'_>, holds: bool) -> Verdict {
    let history = asked.known.history;
    let mut shown = vec![evidence(line.now().fact, line.changed_from().map(|old| old.fact))];
    if !holds {
        return Verdict::absent(format!("{}.", overall_words(line)), shown);
    }
    let inadequate = rated(history, asked.subject, Rating::Inadequate);
    shown.extend(inadequate.iter().map(|question| question_evidence(history, asked.subject, question)));
    let names: Vec<&str> = inadequate.iter().map(|(question, _)| question.as_str()).collect();
    let with = if names.is_empty() { String::new() } else { format!(", with {} Inadequate", and(&names)) };
    Verdict::holds(weight(history, asked.subject), format!("{}{with}.", overall_words(line)), shown)
}

/// A key question has this rating while the overall rating is another.
pub(super) fn key_question_is(asked: Asked<'_>, rating: Rating) -> Verdict {
    let (history, subject) = (asked.known.history, asked.subject);
    let Some(overall) = history.overall(subject) else { return Verdict::Unknown };
    if KeyQuestion::ALL.into_iter().all(|question| history.question(subject, question).is_none()) {
        return Verdict::Unknown;
    }
    let such = rated(history, subject, rating);
    let names: Vec<&str> = such.iter().map(|(question, _)| question.as_str()).collect();
    if names.is_empty() || overall.rating == rating {
        let words = if names.is_empty() {
            format!("No key question is rated {} any more.", rating.as_str())
        } else {
            format!("Overall rating is {} itself.", dated(overall))
        };
        return Verdict::absent(words, no_more(history, subject, rating, overall));
    }
    let is = if names.len() == 1 { "is" } else { "are" };
    let reason =
        format!("{} {is} rated {} while overall is {}.", and(&names), rating.as_str(), dated(overall));
    let shown = such.iter().map(|question| question_evidence(history, subject, question)).collect();
    Verdict::holds(weight(history, subject), reason, shown)
}

/// The key questions that had this rating and have another now; for lack of one, the overall rating.
fn no_more(history: &History, subject: &Subject, rating: Rating, overall: RatingNow<'_>) -> Vec<Evidence> {
    let mut shown: Vec<Evidence> = KeyQuestion::ALL
        .into_iter()
        .filter_map(|question| Some((question, history.question(subject, question)?)))
        .filter(|(_, now)| now.rating != rating)
        .map(|question| question_evidence(history, subject, &question))
        .filter(|shown| shown.old.as_deref().and_then(Rating::parse) == Some(rating))
        .collect();
    if shown.is_empty() {
        shown.push(evidence(overall.fact, None));
    }
    shown
}

fn rated<'a>(history: &'a History, subject: &Subject, rating: Rating) -> Vec<(KeyQuestion, RatingNow<'a>)> {
    KeyQuestion::ALL
        .into_iter()
        .filter_map(|question| Some((question, history.question(subject, question)?)))
        .filter(|(_, now)| now.rating == rating)
        .collect()
}

fn question_evidence(
    history: &History,
    subject: &Subject,
    (question, now): &(KeyQuestion, RatingNow<'_>),
) -> Evidence {
    evidence(now.fact, question_before(history, subject, *question, now))
}

/// The newest other rating of a key question that was read before this one.
fn question_before<'a>(
    history: &'a History,
    subject: &Subject,
    question: KeyQuestion,
    now: &RatingNow<'_>,
) -> Option<&'a Fact> {
    Framework::ALL
        .into_iter()
        .flat_map(|framework| history.versions(subject, Attribute::Question(framework, question)))
        .filter(|fact| fact.observed_at < now.fact.observed_at)
        .filter(|fact| Rating::parse(&fact.value).is_some_and(|rating| rating != now.rating))
        .max_by_key(|fact| (fact.observed_at, fact.seq))
}

/// The overall rating and where it came from, without a full stop.
pub(super) fn overall_words(line: &Line<'_>) -> String {
    let now = line.now();
    let Some(old) = line.changed_from() else { return format!("Overall rating is {}", dated(now)) };
    if line.previous().is_some_and(|before| before.rating == now.rating) {
        return format!("Overall rating remains {}, after {}", dated(now), dated(old));
    }
    if now.rating > old.rating {
        return format!("Overall rating fell from {} to {}", dated(old), dated(now));
    }
    let still = line.last_good().filter(|_| now.rating.is_poor());
    let still = still.map_or_else(String::new, |good| format!(", still below {}", dated(good)));
    format!("Overall rating rose from {} to {}{still}", dated(old), dated(now))
}

/// "Good (12 Jun 2021)"; a rating that the register does not date shows when it was read.
pub(super) fn dated(now: RatingNow<'_>) -> String {
    let read = if now.fact.effective.is_none() { "read " } else { "" };
    format!("{} ({read}{})", now.rating.as_str(), date_words(now.published()))
}
