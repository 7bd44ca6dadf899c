//! `[[contract]]`, and the list of contracts in a file: CSV, or a workbook's first sheet.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use toml::Spanned;
use toml::de::DeValue;

use super::super::diagnostic::{Diagnostic, Place};
use super::super::nearest::quoted;
use super::super::page::read_limited;
use super::super::reader::Table;
use super::super::{Code, Source, SourceKind};
use super::returns::{band_ends, check_template};
use crate::domain::indicator::Bands;
use crate::domain::period::Rhythm;
use crate::domain::{Contract, Indicator};
use crate::sources::returns::book::{self, Cell};
use crate::sources::returns::lists;

/// Contracts at most, of each kind of list.
const CONTRACTS_MAX: usize = 5_000;

/// Locations or contacts of one contract at most.
const ENTRIES_MAX: usize = 200;

/// Words for how often a return is due.
const RHYTHMS: [(&str, Rhythm); 4] = [
    ("week", Rhythm::Week),
    ("four-weeks", Rhythm::FourWeeks),
    ("month", Rhythm::Month),
    ("quarter", Rhythm::Quarter),
];

/// All contracts; `templates` are the ids that they may name.
pub(super) fn contracts(root: &Table<'_>, folder: &Path, templates: &[&str]) -> Vec<Contract> {
    let tables = root.tables("contract", CONTRACTS_MAX);
    let mut contracts: Vec<Contract> =
        tables.into_iter().filter_map(|table| of_table(table, templates)).collect();
    if let Some(path) = super::path(root, "contracts", folder) {
        let (listed, faults) = of_file(path.get_ref(), templates);
        contracts.extend(listed);
        faults.into_iter().for_each(|fault| root.notes.add(fault));
    }
    contracts
}

/// Every register watches the locations that contracts name, in its area or not.
pub(super) fn watch(sources: &mut [Source], contracts: &[Contract]) {
    let locations: Vec<&String> = contracts.iter().flat_map(|contract| &contract.location_ids).collect();
    for source in sources {
        if let SourceKind::CqcApi(cqc) = &mut source.kind {
            cqc.locations.extend(locations.iter().map(|id| (*id).clone()));
            cqc.locations.sort();
            cqc.locations.dedup();
        }
    }
}

fn of_table(table: Table<'_>, templates: &[&str]) -> Option<Contract> {
    let provider = table.text("provider", "give the provider's id on the register");
    if !table.has("start") {
        table.missing("start", "give the first day, for example start = 2026-04-01");
    }
    let start = date(&table, "start");
    let end = date(&table, "end");
    if let (Some(start), Some(end)) = (start, end)
        && end < start
    {
        table.bad(table.span_of("end"), "the contract ends before it starts", "put the dates right");
    }
    let template = table.text_opt("template");
    check_template(&table, template.as_ref(), templates);
    let hours = |key| table.real(key, 0.0..=1e6);
    let texts = |key| -> Vec<String> {
        table.texts(key, ENTRIES_MAX).unwrap_or_default().into_iter().map(Spanned::into_inner).collect()
    };
    let contract = Contract {
        provider_id: String::new(),
        location_ids: texts("locations"),
        lot: table.text_opt("lot").map(Spanned::into_inner),
        zone: table.text_opt("zone").map(Spanned::into_inner),
        guaranteed_hours: hours("guaranteed_hours"),
        cap_hours: hours("cap_hours"),
        min_viable_hours: hours("min_viable_hours"),
        rate: table.real("rate", 0.0..=1_000.0),
        start: Date::MIN,
        end,
        notice_days: table.whole("notice_days", 0..=1_000),
        returns: table.word("returns", &RHYTHMS),
        template: template.map(Spanned::into_inner),
        due_days: table.whole("due_days", 0..=366),
        bands: own_bands(&table),
        contacts: texts("contacts").iter().filter_map(|contact| contact_of(contact)).collect(),
    };
    table.end();
    Some(Contract { provider_id: provider?.into_inner(), start: start?, ..contract })
}

/// `bands = { missed_visit_pct = { green = "<= 1", red = "> 3" } }`
fn own_bands(table: &Table<'_>) -> BTreeMap<Indicator, Bands> {
    let Some(own) = table.get("bands").and_then(|value| table.inline("`bands`", value)) else {
        return BTreeMap::new();
    };
    let of = |indicator: &Indicator| {
        let value = own.get(indicator.key())?;
        let ends = own.inline(&format!("`bands` of {}", indicator.key()), value)?;
        Some((*indicator, band_ends(ends, *indicator)?))
    };
    let bands = Indicator::ALL.iter().filter_map(of).collect();
    own.end();
    bands
}

/// `role: whom`
fn contact_of(text: &str) -> Option<(String, String)> {
    let (role, whom) = text.split_once(':')?;
    Some((role.trim().to_owned(), whom.trim().to_owned()))
}

/// A date, with or without quotes.
fn date(table: &Table<'_>, key: &'static str) -> Option<Date> {
    let value = table.get(key)?;
    let text = match value.get_ref() {
        DeValue::Datetime(date) => date.to_string(),
        DeValue::String(text) => text.to_string(),
        _ => String::new(),
    };
    let date = text.parse().ok();
    if date.is_none() {
        table.bad(value.span(), format!("`{key}` must be a date"), "write it as 2026-04-01");
    }
    date
}

fn of_file(path: &Path, templates: &[&str]) -> (Vec<Contract>, Vec<Diagnostic>) {
    let name = path.display().to_string();
    let fault = |row: usize, message: String, help: &str| Diagnostic {
        place: Place { line: row, column: 1 },
        ..Diagnostic::of_file(Code::ContractList, &name, message, help)
    };
    let book = read_limited(path).and_then(|bytes| book::read(&bytes).map_err(|error| error.to_string()));
    let book = match book {
        Ok(book) => book,
        Err(why) => {
            return (
                Vec::new(),
                vec![fault(1, format!("the list of contracts: {why}"), "check the path and the file")],
            );
        }
    };
    let list = book.sheets.first().map(lists::List::of).unwrap_or_default();
    let absent: Vec<&str> = ["provider", "start"].into_iter().filter(|heading| !list.has(heading)).collect();
    if !absent.is_empty() {
        let message = format!("the list of contracts has no column {}", absent.join(", "));
        return (Vec::new(), vec![fault(1, message, "name the columns in the first row")]);
    }
    let mut contracts = Vec::new();
    let mut faults = Vec::new();
    for line in list.lines().take(CONTRACTS_MAX) {
        match of_line(&line, templates) {
            Ok(contract) => contracts.push(contract),
            Err((column, expected)) => {
                let message = format!("column {column}: expected {expected}");
                faults.push(fault(line.row(), message, "put the line right; every line must be readable"));
            }
        }
    }
    (contracts, faults)
}

/// What was expected in which column.
type LineFault = (&'static str, String);

fn of_line(line: &lists::Line<'_>, templates: &[&str]) -> Result<Contract, LineFault> {
    let text = |column: &'static str| line.text(column);
    let number = |column: &'static str| line.number(column).map_err(|expected| (column, expected));
    let day = |column: &'static str| line.date(column).map_err(|expected| (column, expected));
    let returns = match text("returns") {
        None => None,
        Some(word) => Some(
            Rhythm::parse(&word).ok_or_else(|| ("returns", "week, four-weeks, month or quarter".into()))?,
        ),
    };
    let template = text("template");
    if let Some(unknown) = template.as_ref().filter(|named| !templates.contains(&named.as_str())) {
        return Err(("template", format!("the id of a template, not {}", quoted(unknown))));
    }
    let whole = |column| -> Result<Option<i32>, LineFault> {
        let number = number(column)?;
        let fits = |number: &f64| number.fract() == 0.0 && (0.0..=1_000.0).contains(number);
        match number {
            None => Ok(None),
            Some(number) if fits(&number) => Ok(Some(number as i32)),
            Some(_) => Err((column, "a whole number of days".into())),
        }
    };
    Ok(Contract {
        provider_id: line.id("provider").map_err(|expected| ("provider", expected))?,
        location_ids: text("locations")
            .map(|ids| ids.split([' ', ';']).filter(|id| !id.is_empty()).map(str::to_owned).collect())
            .unwrap_or_default(),
        lot: text("lot"),
        zone: text("zone"),
        guaranteed_hours: number("guaranteed_hours")?,
        cap_hours: number("cap_hours")?,
        min_viable_hours: number("min_viable_hours")?,
        rate: number("rate")?,
        start: day("start")?.ok_or_else(|| ("start", "a date".into()))?,
        end: day("end")?,
        notice_days: whole("notice_days")?.and_then(|days| u16::try_from(days).ok()),
        returns,
        template,
        due_days: whole("due_days")?,
        bands: BTreeMap::new(),
        contacts: contacts(line),
    })
}

/// Columns that begin with `contact_`: the rest is the role.
fn contacts(line: &lists::Line<'_>) -> BTreeMap<String, String> {
    let cells = line.cells().filter(|(_, cell): &(&str, &Cell)| !cell.is_blank());
    let of_role = |(heading, cell): (&str, &Cell)| {
        Some((heading.strip_prefix("contact_")?.replace('_', " "), cell.shown()))
    };
    cells.filter_map(of_role).collect()
}
