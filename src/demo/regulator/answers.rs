//! What the regulator answers to each question.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{ROOT, RecordedRegulator};
use crate::audit::sha256_hex;
use crate::sources::cqc::is_usable_id;

const PER_PAGE_DEFAULT: usize = 500;
const PER_PAGE_MAX: usize = 1_000;

/// Hex digits of an `ETag`.
const ETAG_HEX: usize = 16;

/// The routes of the API.
pub(super) fn router(regulator: RecordedRegulator) -> Router {
    let routes = Router::new()
        .route("/locations", get(list_locations))
        .route("/locations/{id}", get(location))
        .route("/providers/{id}", get(provider))
        .route("/changes/location", get(changes));
    Router::new().nest(ROOT, routes).fallback(|| async { absent() }).with_state(regulator)
}

type Pairs = Query<Vec<(String, String)>>;

async fn location(
    State(regulator): State<RecordedRegulator>,
    Path(id): Path<String>,
    Query(pairs): Pairs,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    regulator.note(&uri, &headers);
    let record = regulator.location(&id);
    detail(&id, record, &pairs, &headers)
}

async fn provider(
    State(regulator): State<RecordedRegulator>,
    Path(id): Path<String>,
    Query(pairs): Pairs,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    regulator.note(&uri, &headers);
    let record = regulator.lock().providers.get(&id).cloned();
    detail(&id, record, &pairs, &headers)
}

fn detail(id: &str, record: Option<Value>, pairs: &[(String, String)], headers: &HeaderMap) -> Response {
    if let Some((name, _)) = pairs.first() {
        return unknown_parameter(name);
    }
    if !is_usable_id(id) {
        return refused(&format!("{id} is not a valid id."));
    }
    let Some(record) = record else { return absent() };
    let body = record.to_string();
    let etag = format!("\"{}\"", &sha256_hex(body.as_bytes())[..ETAG_HEX]);
    let held = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if held == Some(etag.as_str()) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response();
    }
    let fields = [(header::CONTENT_TYPE, "application/json".to_owned()), (header::ETAG, etag)];
    (StatusCode::OK, fields, body).into_response()
}

async fn list_locations(
    State(regulator): State<RecordedRegulator>,
    Query(pairs): Pairs,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    regulator.note(&uri, &headers);
    let mut asked = match Window::of(&pairs) {
        Ok(asked) => asked,
        Err(refusal) => return *refusal,
    };
    let filters = std::mem::take(&mut asked.rest);
    if let Some((name, _)) = filters.iter().find(|(name, _)| values_of(name, &Value::Null).is_none()) {
        return unknown_parameter(name);
    }
    let records = regulator.lock();
    let found =
        records.locations.values().map(|(record, _)| record).filter(|record| passes(record, &filters));
    let entries: Vec<Value> = found
        .map(|record| {
            json!({"locationId": record["locationId"], "locationName": record["name"], "postalCode": record["postalCode"]})
        })
        .collect();
    asked.page("locations", "/locations", &filters, entries)
}

async fn changes(
    State(regulator): State<RecordedRegulator>,
    Query(pairs): Pairs,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    regulator.note(&uri, &headers);
    let mut asked = match Window::of(&pairs) {
        Ok(asked) => asked,
        Err(refusal) => return *refusal,
    };
    let rest = std::mem::take(&mut asked.rest);
    let instant = |wanted: &str| {
        let text = rest.iter().find(|(name, _)| name == wanted).map(|(_, text)| text);
        text.and_then(|text| text.parse::<Timestamp>().ok())
    };
    if let Some((name, _)) =
        rest.iter().find(|(name, _)| !matches!(name.as_str(), "startTimestamp" | "endTimestamp"))
    {
        return unknown_parameter(name);
    }
    let (Some(start), Some(end)) = (instant("startTimestamp"), instant("endTimestamp")) else {
        return refused("startTimestamp and endTimestamp are required.");
    };
    let records = regulator.lock();
    let changed = records.locations.iter().filter(|(_, (_, at))| start <= *at && *at < end);
    let entries = changed.map(|(id, _)| json!(id)).collect();
    // The real server echoes these names with a capital S.
    let echoed: Vec<(String, String)> =
        rest.iter().map(|(name, text)| (name.replace("Timestamp", "TimeStamp"), text.clone())).collect();
    asked.page("changes", "/changes/location", &echoed, entries)
}

/// Which page is asked, and the parameters besides.
struct Window {
    number: usize,
    per_page: usize,
    rest: Vec<(String, String)>,
}

impl Window {
    fn of(pairs: &[(String, String)]) -> Result<Self, Box<Response>> {
        let mut window = Self { number: 1, per_page: PER_PAGE_DEFAULT, rest: Vec::new() };
        for (name, text) in pairs {
            let place = match name.as_str() {
                "page" => &mut window.number,
                "perPage" => &mut window.per_page,
                _ => {
                    window.rest.push((name.clone(), text.clone()));
                    continue;
                }
            };
            *place = text
                .parse()
                .ok()
                .filter(|number| *number > 0)
                .ok_or_else(|| Box::new(refused(&format!("{name} must be a positive number."))))?;
        }
        window.per_page = window.per_page.min(PER_PAGE_MAX);
        Ok(window)
    }

    fn page(&self, field: &str, path: &str, rest: &[(String, String)], entries: Vec<Value>) -> Response {
        let total = entries.len();
        let pages = total.div_ceil(self.per_page);
        let uri = |number: usize| {
            let rest = rest.iter().map(|(name, text)| format!("&{name}={}", text.replace(' ', "+")));
            format!("{path}?page={number}&perPage={}{}", self.per_page, rest.collect::<String>())
        };
        let next = (self.number < pages).then(|| uri(self.number + 1));
        let previous = (self.number > 1).then(|| uri(self.number - 1));
        let shown: Vec<Value> =
            entries.into_iter().skip((self.number - 1) * self.per_page).take(self.per_page).collect();
        let body = json!({
            "total": total, "page": self.number, "perPage": self.per_page, "totalPages": pages,
            "firstPageUri": uri(1), "previousPageUri": previous, "nextPageUri": next,
            "lastPageUri": uri(pages.max(1)), "uri": path, field: shown,
        });
        in_json(StatusCode::OK, &body)
    }
}

/// The values of a record that a filter looks at; `None` for a filter that the API does not have.
fn values_of<'a>(filter: &str, record: &'a Value) -> Option<Vec<&'a str>> {
    let (list, field) = match filter {
        "localAuthority" | "region" | "careHome" | "inspectionDirectorate" => (None, filter),
        "overallRating" => (Some("/currentRatings/overall"), "rating"),
        "gacServiceTypeDescription" => (Some("/gacServiceTypes"), "description"),
        "regulatedActivity" => (Some("/regulatedActivities"), "name"),
        "primaryInspectionCategoryCode" => (Some("/inspectionCategories"), "code"),
        _ => return None,
    };
    let place = list.map_or(Some(record), |list| record.pointer(list));
    let items = match place {
        Some(Value::Array(items)) => items.iter().collect(),
        other => other.into_iter().collect::<Vec<_>>(),
    };
    Some(items.into_iter().filter_map(|item| item.get(field)?.as_str()).collect())
}

/// Filters of one name are alternatives; different names all have to pass. Case counts.
fn passes(record: &Value, filters: &[(String, String)]) -> bool {
    filters.iter().all(|(name, _)| {
        let said = values_of(name, record).unwrap_or_default();
        filters.iter().any(|(other, wanted)| other == name && said.contains(&wanted.as_str()))
    })
}

fn in_json(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

fn absent() -> Response {
    in_json(StatusCode::NOT_FOUND, &json!({"statusCode": 404, "message": "Resource not found"}))
}

fn refused(message: &str) -> Response {
    in_json(StatusCode::BAD_REQUEST, &json!({"statusCode": 400, "message": message}))
}

fn unknown_parameter(name: &str) -> Response {
    refused(&format!("Unspecified query parameter {name} is not allowed."))
}
