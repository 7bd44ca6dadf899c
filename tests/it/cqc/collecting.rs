//! Whole collects against the recorded regulator: what is asked, kept, owed and given up.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use carewarden::clock::Clock;
use carewarden::config::CqcApi;
use carewarden::demo::{oldham, regulator::RecordedRegulator, regulator::Running};
use carewarden::domain::Subject;
use carewarden::facts::Attribute;
use carewarden::sources::cqc::{CacheEntry, Collected, FetchOutcome, Plan, Progress, collect};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::home_care;
use crate::world::regulator::{Fault, Front};

const NOW: &str = "2025-04-01T06:00:00.5Z";
const BEFORE: &str = "2025-03-31T06:00:00Z";
const BETWEEN: &str = "2025-03-31T12:00:00Z";
const STRANGER: &str = "1-900000009";

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn id(number: usize) -> String {
    format!("1-1{number:08}")
}

fn ids(numbers: impl IntoIterator<Item = usize>) -> BTreeSet<String> {
    numbers.into_iter().map(id).collect()
}

struct Stage {
    regulator: RecordedRegulator,
    front: Front,
    settings: CqcApi,
    watched: BTreeSet<String>,
    providers: BTreeSet<String>,
    ask_again: BTreeSet<String>,
    watermark: Option<Timestamp>,
    full: bool,
    cache: BTreeMap<String, CacheEntry>,
    _running: Running,
}

fn settings(base_url: &str) -> CqcApi {
    CqcApi {
        base_url: base_url.to_owned(),
        local_authorities: vec!["Oldham".into()],
        service_types: vec!["Domiciliary care service".into()],
        locations: Vec::new(),
        subscription_key: None,
        requests_per_second: 10_000.0,
        connect_timeout: Duration::from_millis(500),
        timeout: Duration::from_secs(5),
        retries: 1,
        retry_after_max: Duration::from_secs(1),
        max_body_bytes: 1_000_000,
        full_reread_days: 7,
        brake_share: 0.02,
        brake_floor: 20,
        per_page: 1_000,
    }
}

/// A world of so many locations of one provider.
async fn stage(locations: usize) -> Stage {
    let provider =
        json!({"providerId": "1-200000001", "name": "A Care Ltd", "ownershipType": "Organisation"});
    on(RecordedRegulator::new((0..locations).map(|number| home_care(&id(number))), [provider])).await
}

async fn on(regulator: RecordedRegulator) -> Stage {
    let running = regulator.start().await.expect("a free port");
    let front = Front::before(&running.base_url);
    Stage {
        settings: settings(&front.base_url),
        regulator,
        front,
        watched: BTreeSet::new(),
        providers: BTreeSet::new(),
        ask_again: BTreeSet::new(),
        watermark: None,
        full: false,
        cache: BTreeMap::new(),
        _running: running,
    }
}

impl Stage {
    /// From now on only changes are read, of so many watched locations.
    fn following(mut self, watched: usize) -> Self {
        self.watched = ids(0..watched);
        self.watermark = Some(at(BEFORE));
        self
    }

    async fn collect(&self) -> Collected {
        let plan = Plan {
            watched: &self.watched,
            providers: &self.providers,
            ask_again: &self.ask_again,
            watermark: self.watermark,
            full: self.full,
            clock: Clock::from(at(NOW)),
            first_wait: Duration::from_millis(1),
            cache: &|url| self.cache.get(url).cloned(),
            progress: &|_| (),
        };
        collect(&self.settings, plan).await
    }

    fn change(&self, record: Value) {
        self.regulator.set_location(record, at(BETWEEN));
    }

    fn path(&self, url: &str) -> String {
        url.trim_start_matches(&self.front.base_url).to_owned()
    }

    fn outcome(&self, got: &Collected, path: &str) -> Option<FetchOutcome> {
        got.fetches.iter().find(|fetch| self.path(&fetch.url) == path).map(|fetch| fetch.outcome)
    }
}

fn located(got: &Collected) -> BTreeSet<String> {
    let locations = got.records.iter().filter(|record| matches!(record.subject, Subject { ref id, .. } if record.subject == Subject::location(id.clone())));
    locations.map(|record| record.subject.id.clone()).collect()
}

fn deregistered(id: &str, successor: &str) -> Value {
    let mut raw = home_care(id);
    raw["registrationStatus"] = json!("Deregistered");
    raw["deregistrationDate"] = json!("2025-03-30");
    raw["relationships"] = json!([{"type": "HSCA Successor", "relatedLocationId": successor}]);
    raw
}

#[tokio::test]
async fn a_first_collect_reads_the_whole_list_and_its_providers() {
    let (locations, providers) = oldham();
    let stage = on(RecordedRegulator::new(locations, providers)).await;
    let progress: RefCell<Vec<Progress>> = RefCell::default();
    let plan = Plan {
        watched: &stage.watched,
        providers: &stage.providers,
        ask_again: &stage.ask_again,
        watermark: None,
        full: false,
        clock: Clock::from(at(NOW)),
        first_wait: Duration::ZERO,
        cache: &|_| None,
        progress: &|step| progress.borrow_mut().push(step),
    };
    let got = collect(&stage.settings, plan).await;
    assert_eq!(got.outcome, Ok(()));
    assert_eq!((got.full, located(&got).len(), got.rejects.len(), got.drift.len()), (true, 105, 0, 0));
    assert_eq!(got.listed.as_ref().map(BTreeSet::len), Some(105));
    assert_eq!(got.watermark, Some(at("2025-04-01T06:00:00Z")), "whole seconds");
    assert_eq!(got.records.len() - 105, 35, "providers that are recorded");
    assert_eq!(progress.borrow().last().map(|step| step.done == step.total), Some(true));
    for record in &got.records {
        let body = got.documents[record.document].body.as_ref().expect("a record has its document");
        let kept: Value = serde_json::from_slice(body).expect("it is JSON");
        assert!(record.statements.iter().all(|said| kept.pointer(&said.row).is_some()));
    }
}

#[tokio::test]
async fn the_list_is_asked_by_filter_and_read_page_by_page() {
    let mut stage = stage(7).await;
    stage.settings.per_page = 3;
    let got = stage.collect().await;
    assert_eq!((got.outcome.clone(), located(&got)), (Ok(()), ids(0..7)));
    let wanted: Vec<String> = (1..=3)
        .map(|page| format!("/locations?localAuthority=Oldham&gacServiceTypeDescription=Domiciliary+care+service&page={page}&perPage=3"))
        .collect();
    assert_eq!(stage.front.asked()[..3], wanted);
    assert_eq!(stage.front.count("/providers/"), 1, "a provider is asked once");
}

#[tokio::test]
async fn a_full_reading_asks_what_is_watched_configured_and_owed_too() {
    let mut stage = stage(4).await;
    for number in 1..4 {
        let mut raw = home_care(&id(number));
        raw["localAuthority"] = json!("Bury");
        stage.change(raw);
    }
    stage.watched = ids([1]);
    stage.settings.locations = vec![id(2)];
    stage.ask_again = ids([3]);
    stage.providers = BTreeSet::from(["RT2".to_owned(), "1-200000001".to_owned()]);
    stage.full = true;
    stage.watermark = Some(at(BEFORE));
    let got = stage.collect().await;
    assert_eq!((located(&got), got.listed.clone()), (ids([0, 1, 2]), Some(ids([0]))));
    assert_eq!(stage.outcome(&got, &format!("/locations/{}", id(3))), Some(FetchOutcome::OutsideFilter));
    assert!(got.fine.contains(&id(3)), "it need not be asked again");
    assert_eq!(stage.front.count("/changes"), 0);
    assert_eq!((stage.front.count("/providers/RT2"), stage.front.count("/providers/1-200000001")), (1, 1));
    assert_eq!(stage.outcome(&got, "/providers/RT2"), Some(FetchOutcome::Gone));
}

#[tokio::test]
async fn a_later_collect_asks_for_the_window_since_the_watermark_only() {
    let stage = stage(5).await.following(5);
    stage.change(home_care(&id(2)));
    stage.regulator.set_location(home_care(&id(3)), at("2025-04-01T06:00:00Z"));
    let got = stage.collect().await;
    assert_eq!((got.outcome.clone(), got.full, located(&got)), (Ok(()), false, ids([2])));
    assert_eq!(
        stage.front.asked()[0],
        "/changes/location?startTimestamp=2025-03-31T06%3A00%3A00Z&endTimestamp=2025-04-01T06%3A00%3A00Z&page=1&perPage=1000"
    );
    assert_eq!(got.watermark, Some(at("2025-04-01T06:00:00Z")), "what changed at the end comes next time");
    assert_eq!(stage.front.count("/locations?"), 0);
}

#[tokio::test]
async fn an_empty_window_is_fine_and_moves_the_watermark() {
    let stage = stage(3).await.following(3);
    let got = stage.collect().await;
    assert_eq!((got.outcome.clone(), got.records.len()), (Ok(()), 0));
    assert_eq!(got.watermark, Some(at("2025-04-01T06:00:00Z")));
    let mut same_second = stage;
    same_second.watermark = Some(at("2025-04-01T06:00:00Z"));
    let got = same_second.collect().await;
    assert_eq!((got.outcome.clone(), got.watermark), (Ok(()), Some(at("2025-04-01T06:00:00Z"))));
    assert_eq!(same_second.front.count("/changes"), 1, "an empty span is not asked");
}

#[tokio::test]
async fn strangers_among_the_changes_are_held_against_the_filter() {
    let stage = stage(1).await.following(1);
    let with = |number: usize, field: &str, value: Value| {
        let mut raw = home_care(&id(number));
        raw[field] = value;
        stage.change(raw);
    };
    with(1, "localAuthority", json!(" OLDHAM "));
    with(2, "localAuthority", json!("Bury"));
    with(3, "gacServiceTypes", json!([{"description": "Dental service"}]));
    with(4, "registrationStatus", json!("Deregistered"));
    let got = stage.collect().await;
    assert_eq!(located(&got), ids([1]));
    for number in 2..5 {
        let fetch = got.fetches.iter().find(|fetch| fetch.url.ends_with(&id(number))).expect("it was asked");
        assert_eq!((fetch.outcome, fetch.document), (FetchOutcome::OutsideFilter, None));
    }
    let kept: Vec<&str> = got.documents.iter().map(|document| document.url.as_str()).collect();
    assert_eq!(kept.iter().filter(|url| url.contains("/locations/")).count(), 1, "{kept:?}");
    assert_eq!((got.fine, got.rejected), (vec![id(1)], vec![]));
}

#[tokio::test]
async fn a_record_that_fails_is_owed_and_the_watermark_moves() {
    let stage = stage(20).await.following(20);
    for number in 0..20 {
        stage.change(home_care(&id(number)));
    }
    stage.front.fail(&format!("/locations/{}", id(7)), Fault::Status(500));
    let got = stage.collect().await;
    assert_eq!((got.outcome.clone(), got.rejected.clone()), (Ok(()), vec![id(7)]));
    assert_eq!(got.rejects.len(), 1);
    assert!(got.rejects[0].reason.contains("status 500"), "{:?}", got.rejects);
    assert_eq!((located(&got).len(), got.watermark), (19, Some(at("2025-04-01T06:00:00Z"))));
    let mut later = stage;
    later.front.lift();
    later.watermark = got.watermark;
    later.ask_again = got.rejected.into_iter().collect();
    let got = later.collect().await;
    assert_eq!((located(&got), got.fine), (ids([7]), vec![id(7)]));
}

#[tokio::test]
async fn a_tenth_of_the_records_may_fail_and_not_more() {
    for (failing, good) in [(2, true), (3, false)] {
        let stage = stage(20).await;
        for number in 0..failing {
            stage.front.fail(&format!("/locations/{}", id(number * 3)), Fault::html(200));
        }
        let got = stage.collect().await;
        assert_eq!(got.outcome.is_ok(), good, "{:?}", got.outcome);
        if !good {
            assert_eq!((got.records.len(), got.rejected.len(), got.watermark), (0, 0, None));
            assert!(got.outcome.expect_err("it failed").contains("3 of 20 records failed"));
            assert!(stage.front.count("/locations/") < 20, "it stops early");
        }
    }
}

#[tokio::test]
async fn a_list_that_cannot_be_believed_fails_the_source() {
    let page = |total: usize, page: usize, pages: usize, listed: Value| {
        Fault::json(
            json!({"total": total, "page": page, "totalPages": pages, "perPage": 3, "locations": listed})
                .to_string(),
        )
    };
    let three: Value = (0..3).map(|number| json!({"locationId": id(number)})).collect();
    for (fault, word) in [
        (Fault::html(200), "web page"),
        (Fault::html(403), "outage"),
        (Fault::Status(403), "key or token"),
        (Fault::Status(404), "base_url"),
        (Fault::Status(500), "500"),
        (Fault::Drop, "network"),
        (Fault::Truncate, "no whole reply"),
        (Fault::json(""), "not whole JSON"),
        (Fault::json("{\"locations\": ["), "not whole JSON"),
        (Fault::json("[]"), "not a JSON object"),
        (Fault::json("{\"total\": 3, \"page\": 1, \"totalPages\": 1}"), "no list"),
        (page(0, 1, 0, json!([])), "found no location"),
        (page(5, 1, 1, json!([])), "lists none"),
        (page(3, 2, 1, three.clone()), "page 2"),
        (page(5, 1, 1, three.clone()), "short, 3 of 5"),
        (page(3, 1, 1, json!([{"name": "x"}])), "no id"),
    ] {
        let stage = stage(3).await;
        stage.front.fail("/locations?", fault.clone());
        let got = stage.collect().await;
        let why = got.outcome.expect_err("it cannot be believed");
        assert!(why.contains(word), "{fault:?}: {why}");
        assert_eq!((got.records.len(), got.listed, got.watermark), (0, None, None));
        assert_eq!(got.fetches.last().map(|fetch| fetch.outcome), Some(FetchOutcome::Failed), "{fault:?}");
        assert_eq!(stage.front.count("/locations/"), 0);
    }
}

#[tokio::test]
async fn a_missing_or_repeated_page_fails_the_source() {
    let mut stage = stage(7).await;
    stage.settings.per_page = 3;
    let second = "/locations?localAuthority=Oldham&gacServiceTypeDescription=Domiciliary+care+service&page=2";
    stage.front.fail(second, Fault::Status(404));
    assert!(stage.collect().await.outcome.is_err());
    stage.front.lift();
    let again: Value = (0..3).map(|number| json!({"locationId": id(number)})).collect();
    let body = json!({"total": 7, "page": 2, "totalPages": 3, "perPage": 3, "locations": again});
    stage.front.fail(second, Fault::json(body.to_string()));
    let why = stage.collect().await.outcome.expect_err("page 2 is page 1");
    assert!(why.contains("page 2 repeats page 1"), "{why}");
}

#[tokio::test]
async fn changes_that_fail_fail_the_source_and_keep_the_watermark() {
    for fault in [Fault::html(403), Fault::Status(500), Fault::json("{}")] {
        let stage = stage(3).await.following(3);
        stage.front.fail("/changes", fault.clone());
        let got = stage.collect().await;
        assert!(got.outcome.is_err(), "{fault:?}");
        assert_eq!((got.watermark, got.gone.len()), (None, 0));
    }
}

#[tokio::test]
async fn an_outage_page_is_kept_by_its_head_and_other_rubbish_by_its_hash() {
    let stage = stage(2).await;
    let page = format!("<html>{}</html>", "x".repeat(10_000));
    stage.front.fail_times("/locations?", Fault::json(page), 1);
    let got = stage.collect().await;
    let document = &got.documents[0];
    assert_eq!((document.bytes_received, document.body.as_ref().map(Vec::len)), (10_013, Some(4_096)));
    stage.front.fail_times("/locations?", Fault::json("call 0161 000 0000"), 1);
    let got = stage.collect().await;
    let document = &got.documents[0];
    assert_eq!((document.bytes_received, document.body.clone(), document.sha256.len()), (18, None, 64));
    assert!(document.note.is_some());
}

#[tokio::test]
async fn a_404_is_gone_for_what_we_know_and_a_note_for_a_stranger() {
    let mut stage = stage(3).await.following(3);
    stage.change(home_care(&id(0)));
    stage.change(home_care(STRANGER));
    stage.ask_again = BTreeSet::from([id(1), "1-900000008".to_owned()]);
    for gone in [&id(0), STRANGER, "1-900000008", &id(1)] {
        stage.front.fail(&format!("/locations/{gone}"), Fault::Status(404));
    }
    let got = stage.collect().await;
    assert_eq!((got.outcome.clone(), got.rejects.len()), (Ok(()), 0));
    assert_eq!(got.gone, [id(0), id(1)]);
    assert_eq!(got.fine, ["1-900000008"], "a stranger that is owed from last time is settled");
}

#[tokio::test]
async fn an_unchanged_record_is_fine_and_says_nothing() {
    let mut stage = stage(2).await;
    let got = stage.collect().await;
    let remembered = got.cache.into_iter().map(|(url, entry)| (url, entry.expect("it has an ETag")));
    stage.cache = remembered.collect();
    stage.watched = ids(0..2);
    stage.full = true;
    let mut raw = home_care(&id(1));
    raw["currentRatings"]["overall"]["rating"] = json!("Inadequate");
    stage.change(raw);
    let got = stage.collect().await;
    assert_eq!((located(&got), got.fine.len()), (ids([1]), 2));
    assert_eq!(stage.outcome(&got, &format!("/locations/{}", id(0))), Some(FetchOutcome::Unchanged));
}

#[tokio::test]
async fn a_rejected_or_foreign_record_is_never_remembered_as_held() {
    let stage = stage(2).await;
    stage.front.fail(&format!("/locations/{}", id(0)), Fault::json(home_care(STRANGER).to_string()));
    let got = stage.collect().await;
    assert_eq!((got.outcome.clone(), got.rejected.clone()), (Ok(()), vec![id(0)]));
    assert!(got.rejects[0].reason.contains(STRANGER), "{:?}", got.rejects);
    let entry = got.cache.iter().find(|(url, _)| url.ends_with(&id(0)));
    assert_eq!(entry.map(|(_, entry)| entry.clone()), Some(None));
}

#[tokio::test]
async fn a_successor_is_followed_and_kept_whatever_the_filter() {
    let stage = stage(2).await.following(1);
    stage.change(deregistered(&id(0), &id(5)));
    let mut next = deregistered(&id(5), &id(6));
    next["localAuthority"] = json!("Bury");
    stage.regulator.set_location(next, Timestamp::MIN);
    // It is among the changes too, where it alone would be left out.
    let mut last = home_care(&id(6));
    last["localAuthority"] = json!("Bury");
    stage.change(last);
    let got = stage.collect().await;
    assert_eq!(located(&got), ids([0, 5, 6]));
    assert_eq!(stage.front.count(&format!("/locations/{}", id(6))), 1);
}

#[tokio::test]
async fn an_endless_chain_of_successors_ends() {
    let stage = stage(1).await.following(1);
    for number in 0..40 {
        stage.regulator.set_location(deregistered(&id(number), &id(number + 1)), Timestamp::MIN);
    }
    stage.change(deregistered(&id(0), &id(1)));
    let got = stage.collect().await;
    assert_eq!(located(&got), ids(0..=carewarden::domain::SUCCESSOR_STEPS_MAX));
}

#[tokio::test]
async fn a_provider_that_fails_is_noted_and_harms_no_one() {
    for fault in [Fault::Status(404), Fault::Status(500), Fault::json("{}"), Fault::html(200)] {
        let stage = stage(3).await;
        stage.front.fail("/providers/", fault.clone());
        let got = stage.collect().await;
        assert_eq!((got.outcome.clone(), got.rejects.len()), (Ok(()), 0), "{fault:?}");
        assert_eq!(located(&got), ids(0..3));
        assert!(got.records.iter().all(|record| record.subject != Subject::provider("1-200000001")));
        assert!(stage.outcome(&got, "/providers/1-200000001").is_some());
    }
}

#[tokio::test]
async fn a_location_with_its_owner_s_name_is_stored_without_it() {
    let stage = stage(1).await;
    let mut raw = home_care(&id(0));
    raw["name"] = json!("Zebedee Quillfeather");
    stage.change(raw);
    let owner = json!({"providerId": "1-200000001", "name": "Mr Zebedee Quillfeather", "ownershipType": "Individual"});
    stage.regulator.set_provider(owner);
    let got = stage.collect().await;
    assert!(!format!("{:?}", got.records).contains("Zebedee"));
    let kept = got.documents.iter().filter_map(|document| document.body.as_deref());
    assert!(kept.into_iter().all(|body| !String::from_utf8_lossy(body).contains("Zebedee")));
    let named = got.records.iter().flat_map(|record| &record.statements);
    assert_eq!(named.filter(|said| said.attribute == Attribute::Name).count(), 0);
}

#[tokio::test]
async fn drift_is_noted_once_a_collect_and_is_bounded() {
    let stage = stage(3).await;
    for number in 0..3 {
        let mut raw = home_care(&id(number));
        raw["newField"] = json!(1);
        for extra in 0..40 {
            raw[format!("extra{number}x{extra}")] = json!(1);
        }
        stage.change(raw);
    }
    let got = stage.collect().await;
    assert_eq!(got.outcome, Ok(()));
    assert_eq!(got.drift.len(), carewarden::sources::cqc::redact::DRIFT_MAX);
    assert!(got.drift.contains("newField"));
}

#[tokio::test]
async fn an_unusable_id_is_never_asked() {
    let stage = stage(1).await.following(1);
    let body = json!({"total": 3, "page": 1, "totalPages": 1, "perPage": 9, "changes": ["rm317", "../providers/RT2", id(0)]});
    stage.front.fail("/changes", Fault::json(body.to_string()));
    let got = stage.collect().await;
    assert_eq!((got.outcome.clone(), located(&got), got.rejects.len()), (Ok(()), ids([0]), 0));
    assert_eq!(got.drift.len(), 2, "{:?}", got.drift);
    assert_eq!(stage.front.count("/locations/rm317") + stage.front.count("/providers/RT2"), 0);
    let mut configured = stage;
    configured.settings.locations = vec!["rm317".into()];
    assert_eq!(configured.collect().await.rejects[0].place, "rm317");
}

#[tokio::test]
async fn the_recorded_regulator_refuses_what_the_real_one_refuses() {
    let stage = stage(2).await;
    for (path, status) in [
        ("/locations?colour=red", 400),
        ("/locations?localauthority=Oldham", 400),
        ("/locations/rm317", 400),
        ("/locations/RM317", 404),
        ("/changes/location?startTimestamp=2025-01-01T00:00:00Z", 400),
        ("/elsewhere", 404),
    ] {
        let reply = reqwest_status(&stage.front.base_url, path).await;
        assert_eq!(reply, status, "{path}");
    }
}

async fn reqwest_status(base_url: &str, path: &str) -> u16 {
    use carewarden::sources::http::{Http, Limits};
    let limits = Limits {
        requests_per_second: 1_000.0,
        connect_timeout: Duration::from_secs(1),
        timeout: Duration::from_secs(5),
        retries: 0,
        first_wait: Duration::ZERO,
        retry_after_max: Duration::ZERO,
        max_body_bytes: 10_000,
    };
    let mut http = Http::new(base_url, None, limits, Clock::from(at(NOW))).expect("a client");
    match http.get(&format!("{base_url}{path}"), None).await {
        Ok(carewarden::sources::http::Answer::Absent) => 404,
        Ok(_) => 200,
        Err(fault) => fault.status.unwrap_or_default(),
    }
}
