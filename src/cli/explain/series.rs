//! What was reported and how it was judged, for a flag on an indicator: every point with the version,
//! file and place that it came from. It stays in the machine, so nothing is hidden.

use super::super::Fault;
use super::super::out::Out;
use super::head;
use crate::alerts::{date_words, limit_words, title_of};
use crate::domain::Period;
use crate::rules::{Evidence, Method, Point, Working, figure, period_words};
use crate::store::returns::VersionRow;

/// Prints the sections SERIES, LIMITS and HOW IT WAS JUDGED, where there is a working.
pub(super) fn show(evidence: &[Evidence], versions: &[VersionRow], out: &mut Out) -> Result<(), Fault> {
    let workings: Vec<&Working> =
        evidence.iter().filter_map(|evidence| evidence.working.as_deref()).collect();
    if workings.is_empty() {
        return Ok(());
    }
    out.line(&head("SERIES"))?;
    for (place, working) in workings.iter().enumerate() {
        // A series that is judged in two ways is shown once.
        let shown = |one: &&Working| (&one.zone, &one.points) == (&working.zone, &working.points);
        if !workings[..place].iter().any(shown) {
            out.line(&format!("  {}, {}", title_of(working), working.unit))?;
            table(working, versions, out)?;
        }
    }
    section("LIMITS", &workings, limit_words, out)?;
    section("HOW IT WAS JUDGED", &workings, |working| working.said.clone(), out)
}

/// What each working says, under what it was held against.
fn section(
    title: &str,
    workings: &[&Working],
    words: fn(&Working) -> Vec<String>,
    out: &mut Out,
) -> Result<(), Fault> {
    out.line(&head(title))?;
    for working in workings {
        let lines = words(working);
        if !lines.is_empty() {
            out.line(&format!("  {}, {}:", title_of(working), against(&working.method)))?;
        }
        for line in lines {
            out.line(&format!("    {line}"))?;
        }
    }
    Ok(())
}

const fn against(method: &Method) -> &'static str {
    match method {
        Method::Bands => "by its bands",
        Method::Xmr { .. } => "against its own past",
        Method::PoissonCusum { .. } => "against its own past, as a running sum",
        Method::Funnel { .. } => "against all reporters",
    }
}

fn table(working: &Working, versions: &[VersionRow], out: &mut Out) -> Result<(), Fault> {
    let head = ["period", "value", "counted", "version", "file", "place", "document", "came", "by", "source"];
    let rows = working.points.iter().rev().map(|point| row(point, versions)).collect();
    out.table(&head, rows)?;
    Ok(())
}

fn row(point: &Point, versions: &[VersionRow]) -> Vec<String> {
    let version = versions.iter().find(|version| version.submission == point.submission);
    let of = |text: fn(&VersionRow) -> String| version.map_or_else(|| "not kept".to_owned(), text);
    vec![
        Period::new(point.start, point.end).map_or_else(String::new, period_words),
        figure(point.value),
        counts(point),
        of(|version| version.version.to_string()),
        of(|version| version.file.clone()),
        point.place.clone(),
        point.document.to_string(),
        date_words(point.came_on),
        of(|version| version.provider_id.clone().unwrap_or_default()),
        of(|version| version.source.clone()),
    ]
}

fn counts(point: &Point) -> String {
    match (point.numerator, point.denominator) {
        (Some(part), Some(base)) => format!("{} of {}", figure(part), figure(base)),
        (Some(part), None) => figure(part),
        (None, Some(base)) => format!("of {}", figure(base)),
        (None, None) => String::new(),
    }
}
