//! `carewarden returns --remarks`

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::super::{Context, Fault};
use crate::alerts::date_words;
use crate::domain::Subject;
use crate::exit::Exit;
use crate::facts::History;
use crate::store::remarks::{LISTED_MAX, RemarkRow};

/// A remark in `returns --remarks --json`.
#[derive(Debug, Serialize)]
struct Row<'a> {
    provider_id: &'a str,
    name: String,
    start: Date,
    end: Date,
    version: i64,
    newest: bool,
    at: Timestamp,
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    indicator: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zone: Option<&'a str>,
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<&'a str>,
    sentence: &'a str,
}

pub(super) fn list(
    found: &[RemarkRow],
    json: bool,
    history: &History,
    context: &mut Context,
) -> Result<Exit, Fault> {
    let rows: Vec<Row<'_>> = found.iter().map(|remark| row(remark, history)).collect();
    if json {
        context.out.json(&rows)?;
    } else if rows.is_empty() {
        context.out.line("Nothing is remarked on the returns that came.")?;
    } else {
        context.out.table(&["provider", "id", "period", "version", "remark"], table(&rows))?;
    }
    if found.len() >= LISTED_MAX && !json {
        context.out.line(&format!("Only the newest {LISTED_MAX} are listed."))?;
    }
    Ok(Exit::Fine)
}

fn row<'a>(remark: &'a RemarkRow, history: &History) -> Row<'a> {
    Row {
        provider_id: &remark.provider_id,
        name: history.name(&Subject::provider(&remark.provider_id)).to_owned(),
        start: remark.period.start(),
        end: remark.period.end(),
        version: remark.version,
        newest: remark.is_newest,
        at: remark.at,
        kind: &remark.kind,
        indicator: remark.indicator.as_deref(),
        location_id: remark.location_id.as_deref(),
        zone: remark.zone.as_deref(),
        file: &remark.file,
        place: remark.place.as_deref(),
        sentence: &remark.sentence,
    }
}

fn table(rows: &[Row<'_>]) -> Vec<Vec<String>> {
    let line = |row: &Row<'_>| {
        vec![
            row.name.clone(),
            row.provider_id.to_owned(),
            format!("{} to {}", date_words(row.start), date_words(row.end)),
            row.version.to_string(),
            row.sentence.to_owned(),
        ]
    };
    rows.iter().map(line).collect()
}
