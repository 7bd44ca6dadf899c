//! `[returns]`, the templates that it names, and `kind = "returns"`.

use std::collections::BTreeMap;
use std::path::Path;

use toml::Spanned;

use super::super::diagnostic::{Diagnostic, Faults, conclude};
use super::super::load::read;
use super::super::nearest::{quoted, suggest};
use super::super::page::Page;
use super::super::reader::{Table, Unit};
use super::super::secret::{Surroundings, secret};
use super::super::{Code, Returns, ReturnsAddress, ReturnsFrom, ReturnsSource};
use super::people::Known;
use super::{policy, sources};
use crate::domain::Contract;
use crate::domain::indicator::{Bands, Between, Bound, DENOMINATOR_MIN, Indicator};
use crate::domain::return_::{DUE_DAYS, MissLimits};
use crate::sources::returns::book::FILE_BYTES_MAX;
use crate::sources::returns::template::{BAD_SHARE_MAX, Field, PeriodIs, Scale, Shape, Template, ValueMap};

/// Patterns for templates at most.
const PATTERNS_MAX: usize = 100;

/// Values of one template at most.
const VALUES_MAX: usize = 500;

/// The templates that ship, file by file.
const BUILTIN: [(&str, &str); 5] = [
    ("returns/asc-wds.toml", include_str!("../../../config/returns/asc-wds.toml")),
    ("returns/capacity-tracker.toml", include_str!("../../../config/returns/capacity-tracker.toml")),
    ("returns/long.toml", include_str!("../../../config/returns/long.toml")),
    ("returns/monthly-table.toml", include_str!("../../../config/returns/monthly-table.toml")),
    ("returns/one-workbook.toml", include_str!("../../../config/returns/one-workbook.toml")),
];

/// The templates that ship with the program.
#[must_use]
pub fn builtin_templates() -> Vec<Template> {
    let pages = BUILTIN.map(|(name, text)| Page { name: name.into(), text: text.into() });
    let (templates, list) = of_pages(&pages);
    conclude(Some(templates), list).expect("the shipped templates are free of faults, a test reads them").0
}

/// Reads one template's text.
///
/// # Errors
/// Every fault of it, with `name` as the file's.
pub fn template_from_str(name: &str, text: &str) -> Result<Template, Faults> {
    let page = Page { name: name.into(), text: text.into() };
    let (mut templates, list) = of_pages(std::slice::from_ref(&page));
    conclude(templates.pop(), list).map(|(template, _)| template)
}

/// `[returns]`, with what has been read of templates and contracts before it.
pub(super) fn returns(
    root: &Table<'_>,
    templates: Vec<Template>,
    contracts: Vec<Contract>,
    mailbox: Option<String>,
) -> Returns {
    let usual = MissLimits::default();
    let Some(table) = root.table_opt("returns") else {
        return Returns { templates, contracts, due_days: DUE_DAYS, limits: usual, mailbox };
    };
    table.expect_keys(&["templates", "mailbox"]);
    let limits = MissLimits {
        in_a_row: table.whole("missed_in_a_row", 1..=120).unwrap_or(usual.in_a_row),
        of: table.whole("missed_of_12", 1..=12).unwrap_or(usual.of),
        of_newest: usual.of_newest,
    };
    let due_days = table.whole("due_days", 0..=366).unwrap_or(DUE_DAYS);
    table.end();
    Returns { templates, contracts, due_days, limits, mailbox }
}

/// `[returns] mailbox`, which names a recipient.
pub(super) fn mailbox(root: &Table<'_>, known: &Known<'_>) -> Option<String> {
    // What is no table is told of where the rest of it is read.
    root.get("returns").filter(|value| value.get_ref().as_table().is_some())?;
    let named = root.table_opt("returns")?.text_opt("mailbox")?;
    known.check(root, &named, Code::ReturnsMailbox);
    Some(named.into_inner())
}

/// The templates of a configuration; the shipped ones where it names none.
pub(super) fn templates(root: &Table<'_>, folder: &Path) -> Vec<Template> {
    let table = root.get("returns").filter(|value| value.get_ref().as_table().is_some());
    let table = table.and_then(|_| root.table_opt("returns"));
    let Some(table) = table.filter(|table| table.has("templates")) else { return builtin_templates() };
    let patterns = table.texts("templates", PATTERNS_MAX).unwrap_or_default();
    let paths = policy::paths(&table, "templates", &patterns, folder, Code::ReturnsNoMatch);
    let (pages, mut list) = policy::pages(&paths);
    let (templates, faults) = of_pages(&pages);
    list.extend(faults);
    list.into_iter().for_each(|fault| table.notes.add(fault));
    templates
}

/// Notes that a template is named which does not exist.
pub(super) fn check_template(table: &Table<'_>, named: Option<&Spanned<String>>, templates: &[&str]) {
    let Some(named) = named.filter(|named| !templates.contains(&named.get_ref().as_str())) else { return };
    let message = format!("there is no template {}", quoted(named.get_ref()));
    let help = suggest(named.get_ref(), templates, "there are:");
    table.notes.fault(Code::ReturnsTemplate, named.span(), message, help);
}

fn of_pages(pages: &[Page]) -> (Vec<Template>, Vec<Diagnostic>) {
    let mut templates: Vec<Template> = Vec::new();
    let mut list = Vec::new();
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for page in pages {
        let (template, faults) = read(page, |root| {
            let template = template(root);
            if let Some(first) = template.as_ref().and_then(|template| files.get(&template.id)) {
                let message = format!("{first} has this id too");
                root.notes.fault(Code::DuplicateId, root.span_of("id"), message, "give each its own id");
            }
            template
        });
        if let Some(template) = &template {
            files.entry(template.id.clone()).or_insert_with(|| page.name.clone());
        }
        templates.extend(template);
        list.extend(faults);
    }
    (templates, list)
}

fn template(root: &Table<'_>) -> Option<Template> {
    let id = root.id();
    let name = root.text("name", "give it the name by which providers know the form");
    if !root.has("shape") {
        root.missing("shape", "write \"long\", \"wide\" or \"cells\"");
    }
    let shape = root.word("shape", &[("long", Shape::Long), ("wide", Shape::Wide), ("cells", Shape::Cells)]);
    let period_is = [("month", PeriodIs::Month), ("week", PeriodIs::Week), ("day", PeriodIs::Day)];
    let fields = fields(root);
    let tables = root.tables("value", VALUES_MAX);
    let values: Vec<ValueMap> = tables.into_iter().filter_map(|table| value(table, shape)).collect();
    let template = Template {
        id: id?.into_inner(),
        name: name?.into_inner(),
        shape: shape?,
        sheet: root.text_opt("sheet").map(Spanned::into_inner),
        fields,
        period_is: root.word("period_is", &period_is).unwrap_or_default(),
        values,
        bad_share_max: root.real("bad_share_max", 0.0..=1.0).unwrap_or(BAD_SHARE_MAX),
    };
    check_layout(root, &template);
    Some(template)
}

fn fields(root: &Table<'_>) -> BTreeMap<Field, String> {
    let Some(table) = root.table("fields") else { return BTreeMap::new() };
    let found =
        Field::ALL.into_iter().filter_map(|(field, key)| Some((field, table.text_opt(key)?.into_inner())));
    let found = found.collect();
    table.end();
    found
}

/// What a shape cannot do without.
fn check_layout(root: &Table<'_>, template: &Template) {
    let has = |field| template.fields.contains_key(&field);
    let bad = |message: &str, help: &str| {
        root.notes.fault(Code::ReturnsLayout, root.span_of("fields"), message, help);
    };
    if !has(Field::ProviderId) {
        bad("nothing says whose a return is", "add provider_id = \"the heading\" under [fields]");
    }
    if has(Field::Period) && (has(Field::PeriodStart) || has(Field::PeriodEnd)) {
        bad("the period is said in two ways", "keep `period`, or `period_start` and `period_end`");
    } else if has(Field::PeriodStart) != has(Field::PeriodEnd) {
        bad("one end of the period is missing", "name both period_start and period_end");
    }
    let numbers = [Field::Value, Field::Numerator];
    if template.shape == Shape::Long && (!has(Field::Metric) || !numbers.into_iter().any(has)) {
        bad("a long form needs a metric and its value", "add metric and value, or numerator and denominator");
    }
    if template.shape != Shape::Long && template.values.is_empty() {
        bad("no value is named", "add a [[value]] for each column or cell");
    }
}

fn value(table: Table<'_>, shape: Option<Shape>) -> Option<ValueMap> {
    let named = table.text("indicator", "name one of the indicators, for example missed_visit_pct");
    let indicator = named.as_ref().and_then(|named| indicator(&table, named));
    let [metric, value, numerator, denominator, zone] =
        ["metric", "value", "numerator", "denominator", "zone"]
            .map(|key| table.text_opt(key).map(Spanned::into_inner));
    let scales = [("percent", Scale::Percent), ("share", Scale::Share), ("either", Scale::Either)];
    let scale = table.word("scale", &scales);
    let bands = indicator.and_then(|indicator| bands(&table, indicator));
    check_value(&table, shape, indicator, scale);
    table.end();
    let indicator = indicator?;
    let scale = scale.unwrap_or_else(|| Scale::of(indicator));
    Some(ValueMap { indicator, metric, value, numerator, denominator, zone, scale, bands })
}

fn indicator(table: &Table<'_>, named: &Spanned<String>) -> Option<Indicator> {
    let found = Indicator::parse(named.get_ref());
    if found.is_none() {
        let keys: Vec<&str> = Indicator::ALL.iter().map(|indicator| indicator.key()).collect();
        let message = format!("{} is not an indicator", quoted(named.get_ref()));
        let help = suggest(named.get_ref(), &keys, "they are:");
        table.notes.fault(Code::ReturnsIndicator, named.span(), message, help);
    }
    found
}

fn check_value(table: &Table<'_>, shape: Option<Shape>, indicator: Option<Indicator>, scale: Option<Scale>) {
    let bad = |span, message: String, help: &str| table.notes.fault(Code::ReturnsLayout, span, message, help);
    let placed = table.has("value") || table.has("numerator");
    match shape {
        Some(Shape::Long) if !table.has("metric") => {
            bad(
                table.span.clone(),
                "a value of a long form needs its metric".into(),
                "add metric = \"the name in the form\"",
            );
        }
        Some(Shape::Wide | Shape::Cells) if !placed => {
            bad(
                table.span.clone(),
                "nothing says where the value stands".into(),
                "add value, or numerator and denominator",
            );
        }
        _ => {}
    }
    if table.has("numerator") != table.has("denominator") {
        bad(
            table.span.clone(),
            "a part is named without the other".into(),
            "name both numerator and denominator",
        );
    }
    let Some(indicator) = indicator else { return };
    if table.has("numerator") && indicator.meaning().share.is_none() {
        let message = format!("{} is not a share of anything", indicator.key());
        bad(table.span_of("numerator"), message, "name its value alone");
    }
    if scale == Some(Scale::Either) && !Scale::may_be_either(indicator) {
        let message = format!("0.4 could be 0.4 % or 40 % of {}", indicator.key());
        bad(table.span_of("scale"), message, "write \"percent\" or \"share\", as the form has it");
    }
}

/// Bands of a value's own.
fn bands(table: &Table<'_>, indicator: Indicator) -> Option<Bands> {
    band_ends(table.inline("`bands`", table.get("bands")?)?, indicator)
}

/// The ends of bands: `{ green = "<= 0.5", red = "> 2", denominator_min = 50 }`
pub(super) fn band_ends(own: Table<'_>, indicator: Indicator) -> Option<Bands> {
    let bound = |key: &'static str| {
        let text = own.text_opt(key)?;
        let bound = Bound::parse(text.get_ref());
        if bound.is_none() {
            let message = format!("{} is not an end of a band", quoted(text.get_ref()));
            let help = "write >= 95, > 95, <= 95 or < 95; the sign says whether 95 itself belongs to it";
            own.notes.fault(Code::ReturnsBands, text.span(), message, help);
        }
        bound
    };
    let usual = indicator.meaning().bands.map_or(DENOMINATOR_MIN, |bands| bands.denominator_min);
    let bands = Bands {
        green: bound("green"),
        red: bound("red"),
        amber: Between::Amber,
        denominator_min: own.real("denominator_min", 0.0..=1e6).unwrap_or(usual),
    };
    if bands.overlap() {
        let message = "a value could be both green and red";
        own.notes.fault(
            Code::ReturnsBands,
            own.span.clone(),
            message,
            "let one end begin where the other stops",
        );
    }
    own.end();
    Some(bands)
}

/// `kind = "returns"`
pub(super) fn source(
    table: &Table<'_>,
    around: Surroundings<'_>,
    templates: &[&str],
) -> Option<ReturnsSource> {
    let template = table.text_opt("template");
    check_template(table, template.as_ref(), templates);
    let template = template.map(Spanned::into_inner);
    let from = if table.has("url") {
        if table.has("folder") {
            table.bad(table.span_of("folder"), "a source has a folder or an address", "keep one of them");
        }
        table.expect_keys(&["folder", "settle_s"]);
        address(table, around).map(ReturnsFrom::Address)
    } else {
        if !table.has("folder") {
            table.missing("folder", "name the folder into which returns are dropped, or give a url");
        }
        let settle = table.duration("settle_s", Unit::Seconds, 60.0);
        super::path(table, "folder", around.folder)
            .map(|folder| ReturnsFrom::Folder { folder: folder.into_inner(), settle })
    };
    Some(ReturnsSource { from: from?, template })
}

fn address(table: &Table<'_>, around: Surroundings<'_>) -> Option<ReturnsAddress> {
    let url = sources::url(table, "url", "for example \"https://portal.example.gov.uk/returns.csv\"");
    let most = i64::try_from(FILE_BYTES_MAX / sources::MEGABYTE).unwrap_or(16);
    let address = ReturnsAddress {
        token: secret(table, "token", around),
        connect_timeout: table.duration("connect_timeout_s", Unit::Seconds, 10.0),
        timeout: table.duration("timeout_s", Unit::Seconds, 60.0),
        retries: table.whole("retries", 0..=20).unwrap_or(4),
        retry_after_max: table.duration("retry_after_max_s", Unit::Seconds, 300.0),
        max_body_bytes: table.whole("max_body_mb", 1..=most).unwrap_or(FILE_BYTES_MAX / sources::MEGABYTE)
            * sources::MEGABYTE,
        url: String::new(),
    };
    Some(ReturnsAddress { url: url?.1.to_string(), ..address })
}
