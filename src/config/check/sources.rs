//! `[[source]]`.

use jiff::tz::TimeZone;
use reqwest::Url;
use toml::Spanned;

use super::super::nearest::{quoted, suggest};
use super::super::reader::{Table, Unit};
use super::super::secret::{Surroundings, secret};
use super::super::{Code, CqcApi, Source, SourceKind};
use super::address::is_loopback;
use super::{Ids, cron};
use crate::schedule::CatchUp;
use crate::sources::cqc::is_usable_id;

/// Sources at most.
const SOURCES_MAX: usize = 50;

/// Entries of a source's lists at most.
const LIST_ENTRIES_MAX: usize = 10_000;

/// Bytes of the unit of `max_body_mb`.
pub(super) const MEGABYTE: usize = 1024 * 1024;

/// When a source is due if it does not say.
const SCHEDULE: &str = "0 6 * * *";

/// The kinds that this version reads.
const CQC_API: &str = "cqc-api";
/// Provider returns.
const RETURNS: &str = "returns";
const KINDS: [&str; 2] = [CQC_API, RETURNS];

/// Kinds of the contract that are not built yet.
const NOT_YET: [&str; 5] = ["cqc-directory", "care-inspectorate", "companies-house", "packages", "capacity"];

/// All sources that are free of faults.
pub(super) fn sources(
    root: &Table<'_>,
    zone: &TimeZone,
    around: Surroundings<'_>,
    templates: &[&str],
) -> Vec<Source> {
    let tables = root.tables("source", SOURCES_MAX);
    if root.lacks("source") {
        let message = "there is no [[source]], so nothing would be watched";
        root.notes.fault(Code::SourceNone, root.span_of("source"), message, "add a [[source]]");
    }
    let mut ids = Ids::default();
    tables.into_iter().filter_map(|table| source(table, &mut ids, zone, around, templates)).collect()
}

fn source(
    table: Table<'_>,
    ids: &mut Ids,
    zone: &TimeZone,
    around: Surroundings<'_>,
    templates: &[&str],
) -> Option<Source> {
    let id = ids.take(&table);
    let kind = table.text("kind", format!("write kind = \"{CQC_API}\"").as_str());
    let schedule = cron::schedule(&table, zone).unwrap_or_else(|| SCHEDULE.into());
    let catch_up = table.word("catch_up", &CatchUp::ALL.map(|way| (way.as_str(), way))).unwrap_or_default();
    // The keys of a kind that is not known are not known either.
    let kind = kind.filter(|kind| is_known(&table, kind))?;
    let kind = match kind.get_ref().as_str() {
        RETURNS => super::returns::source(&table, around, templates).map(SourceKind::Returns),
        _ => cqc_api(&table, around).map(SourceKind::CqcApi),
    };
    table.end();
    Some(Source { id: id?, schedule, catch_up, kind: kind? })
}

fn is_known(table: &Table<'_>, kind: &Spanned<String>) -> bool {
    let word = kind.get_ref().as_str();
    if NOT_YET.contains(&word) {
        let message = format!("`{word}` cannot be read yet: this version reads {}", KINDS.join(", "));
        let help = "take this source out, or wait for the version that reads it";
        table.notes.fault(Code::SourceNotYet, kind.span(), message, help);
    } else if !KINDS.contains(&word) {
        let help = suggest(word, &KINDS, "it is one of:");
        table.bad(kind.span(), format!("`kind` cannot be {}", quoted(word)), help);
    }
    KINDS.contains(&word)
}

fn cqc_api(table: &Table<'_>, around: Surroundings<'_>) -> Option<CqcApi> {
    let base_url = url(table, "base_url", "for example \"https://api.service.cqc.org.uk/public/v1\"")
        .and_then(|text| without_query(table, &text));
    let subscription_key = secret(table, "subscription_key", around);
    if let Some(url) = base_url.as_ref().filter(|_| !table.has("subscription_key"))
        && !url.host_str().is_some_and(is_loopback)
    {
        let help = "add subscription_key = { credential = \"cqc-subscription-key\" }";
        table.missing("subscription_key", help);
    }
    let list = |key| -> Vec<String> {
        let texts = table.texts(key, LIST_ENTRIES_MAX).unwrap_or_default();
        texts.into_iter().map(Spanned::into_inner).collect()
    };
    let [local_authorities, service_types, locations] =
        ["local_authorities", "service_types", "locations"].map(list);
    check_filter(table);
    check_ids(table);
    Some(CqcApi {
        local_authorities,
        service_types,
        locations,
        subscription_key,
        requests_per_second: table.real("requests_per_second", 0.01..=10_000.0).unwrap_or(5.0),
        connect_timeout: table.duration("connect_timeout_s", Unit::Seconds, 10.0),
        timeout: table.duration("timeout_s", Unit::Seconds, 60.0),
        retries: table.whole("retries", 0..=20).unwrap_or(4),
        retry_after_max: table.duration("retry_after_max_s", Unit::Seconds, 300.0),
        max_body_bytes: table.whole::<usize>("max_body_mb", 1..=1024).unwrap_or(64) * MEGABYTE,
        full_reread_days: table.whole("full_reread_days", 0..=366).unwrap_or(7),
        brake_share: table.real("brake_share", 0.0..=1.0).unwrap_or(0.02),
        brake_floor: table.whole("brake_floor", 0..=1_000_000).unwrap_or(20),
        per_page: table.whole("per_page", 1..=1000).unwrap_or(1000),
        base_url: base_url?.as_str().trim_end_matches('/').to_owned(),
    })
}

/// Without ids of its own, a source needs an area: service types alone are all England. Without
/// service types it watches every service of the area.
fn check_filter(table: &Table<'_>) {
    if table.lacks("locations") && table.lacks("local_authorities") {
        let message = "nothing says what to watch: local_authorities, or locations";
        let help = "for example local_authorities = [\"Oldham\"] and \
                    service_types = [\"Domiciliary care service\"]";
        table.notes.fault(Code::SourceNoFilter, table.span.clone(), message, help);
    }
}

/// An id that the register cannot have issued is never asked for, so it is not watched either.
fn check_ids(table: &Table<'_>) {
    for id in table.texts("locations", LIST_ENTRIES_MAX).unwrap_or_default() {
        if !is_usable_id(id.get_ref()) {
            let message = format!("{} is not an id of the register", quoted(id.get_ref()));
            let help = "write it as on the regulator's page of the location, for example \"1-6321709131\"";
            table.notes.fault(Code::BadValue, id.span(), message, help);
        }
    }
}

/// An address of an API: what is asked is put behind it.
fn without_query(table: &Table<'_>, (text, url): &(Spanned<String>, Url)) -> Option<Url> {
    if url.query().is_none() && url.fragment().is_none() {
        return Some(url.clone());
    }
    not_an_address(table, text, "write https://HOST/PATH, without `?` and `#`");
    None
}

fn not_an_address(table: &Table<'_>, text: &Spanned<String>, help: &str) {
    let message = format!("{} is not the address of an API", quoted(text.get_ref()));
    table.notes.fault(Code::SourceUrl, text.span(), message, help);
}

/// An address that may be asked: https, or http to this machine, without a password in it.
pub(super) fn url(table: &Table<'_>, key: &'static str, example: &str) -> Option<(Spanned<String>, Url)> {
    let text = table.text(key, example)?;
    if text.get_ref().contains('@') {
        let message = format!("`{key}` holds a user name or password");
        table.notes.fault(Code::SecretInline, text.span(), message, "write the address without them");
        return None;
    }
    let Some(url) = Url::parse(text.get_ref()).ok().filter(|url| url.has_host()) else {
        not_an_address(table, &text, "write https://HOST/PATH, without `?` and `#`");
        return None;
    };
    let safe = url.scheme() == "https" || url.scheme() == "http" && url.host_str().is_some_and(is_loopback);
    if !safe {
        // A path or query may hold a token: only the host is said again.
        let said = format!("{}://{}", url.scheme(), url.host_str().unwrap_or_default());
        let message = format!("{} is neither https nor http to this machine", quoted(&said));
        table.notes.fault(Code::SourceInsecure, text.span(), message, "write https://");
        return None;
    }
    Some((text, url))
}
