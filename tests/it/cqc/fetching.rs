//! The HTTP client against a server that misbehaves.

use std::time::Duration;

use carewarden::clock::Clock;
use carewarden::demo::regulator::RecordedRegulator;
use carewarden::sources::http::{Answer, FaultKind, Http, Limits, Validators};
use jiff::Timestamp;
use secrecy::SecretString;

use super::home_care;
use crate::world::regulator::{Fault, Front};

const ID: &str = "1-100000001";
const PATH: &str = "/locations/1-100000001";

struct Stage {
    regulator: RecordedRegulator,
    front: Front,
    http: Http,
    url: String,
    _running: carewarden::demo::regulator::Running,
}

fn limits() -> Limits {
    Limits {
        requests_per_second: 10_000.0,
        connect_timeout: Duration::from_millis(500),
        timeout: Duration::from_secs(5),
        retries: 2,
        first_wait: Duration::from_millis(1),
        retry_after_max: Duration::from_secs(5),
        max_body_bytes: 100_000,
    }
}

async fn stage(limits: Limits) -> Stage {
    let regulator = RecordedRegulator::new([home_care(ID)], []);
    let running = regulator.start().await.expect("a free port");
    let front = Front::before(&running.base_url);
    let key = SecretString::from("s3cret-key\n");
    let clock = Clock::from(Timestamp::UNIX_EPOCH);
    let key = Some(("Ocp-Apim-Subscription-Key", &key));
    let http = Http::new(&front.base_url, key, limits, clock).expect("a client");
    let url = format!("{}{PATH}", front.base_url);
    Stage { regulator, front, http, url, _running: running }
}

impl Stage {
    async fn fails(&mut self) -> carewarden::sources::http::Fault {
        self.http.get(&self.url, None).await.expect_err("it cannot be answered")
    }

    async fn body(&mut self) -> Vec<u8> {
        match self.http.get(&self.url, None).await {
            Ok(Answer::Body { bytes, .. }) => bytes,
            other => panic!("no body: {other:?}"),
        }
    }
}

#[tokio::test]
async fn it_says_who_it_is_and_shows_the_key_to_the_server_only() {
    let mut stage = stage(limits()).await;
    stage.body().await;
    let asked = &stage.regulator.requests()[0];
    assert_eq!(asked.user_agent.as_deref(), Some(concat!("carewarden/", env!("CARGO_PKG_VERSION"))));
    assert_eq!(asked.key.as_deref(), Some("s3cret-key"));
    stage.front.fail(PATH, Fault::Status(401));
    let fault = stage.fails().await;
    assert!(fault.to_string().contains("check the key or token"), "{fault}");
    assert!(!format!("{fault} {fault:?} {:?}", stage.http).contains("s3cret"));
}

#[tokio::test]
async fn an_outage_is_tried_again_and_passes() {
    for fault in [Fault::Status(500), Fault::Status(429), Fault::Drop, Fault::Truncate, Fault::html(403)] {
        let mut stage = stage(limits()).await;
        stage.front.fail_times(PATH, fault.clone(), 2);
        let bytes = stage.body().await;
        assert_eq!(
            serde_json::from_slice::<serde_json::Value>(&bytes).expect("JSON"),
            home_care(ID),
            "{fault:?}"
        );
        assert_eq!(stage.front.count(PATH), 3, "{fault:?}");
    }
}

#[tokio::test]
async fn tries_are_bounded_and_counted() {
    let mut stage = stage(limits()).await;
    stage.front.fail(PATH, Fault::Status(503));
    let fault = stage.fails().await;
    assert_eq!((fault.status, fault.tries, stage.front.count(PATH)), (Some(503), 3, 3));
    assert!(fault.to_string().contains("tried 3 times"), "{fault}");
}

#[tokio::test]
async fn a_server_that_is_down_is_not_tried_thrice_for_every_address() {
    let mut stage = stage(limits()).await;
    stage.front.fail_times(PATH, Fault::Status(503), 11);
    for _ in 0..5 {
        stage.fails().await;
    }
    assert_eq!(stage.front.count(PATH), 3 + 3 + 3 + 1 + 1);
    stage.body().await;
    stage.front.fail(PATH, Fault::Status(503));
    assert_eq!(stage.fails().await.tries, 3, "an answer makes it whole again");
}

#[tokio::test]
async fn what_will_not_pass_is_not_tried_again() {
    for (fault, status) in [
        (Fault::Status(400), 400),
        (Fault::Status(403), 403),
        (Fault::Status(204), 204),
        (Fault::Status(304), 304),
        (Fault::html(200), 200),
        (Fault::html(404), 404),
    ] {
        let mut stage = stage(limits()).await;
        stage.front.fail(PATH, fault.clone());
        let got = stage.fails().await;
        assert_eq!((got.status, got.tries), (Some(status), 1), "{fault:?}");
    }
}

#[tokio::test]
async fn the_server_s_own_message_is_told() {
    let mut stage = stage(limits()).await;
    let body = br#"{"statusCode":400,"message":"Unspecified query parameter x is not allowed."}"#;
    stage.front.fail(PATH, Fault::Reply(400, String::new(), body.to_vec()));
    let fault = stage.fails().await;
    assert!(fault.to_string().contains("Unspecified query parameter x is not allowed."), "{fault}");
}

#[tokio::test]
async fn retry_after_is_obeyed_up_to_a_limit() {
    let mut short = stage(limits()).await;
    for when in ["0", "Sun, 06 Nov 1994 08:49:37 GMT"] {
        short.front.fail_times(PATH, Fault::retry_after(429, when), 1);
        short.body().await;
    }
    assert_eq!(short.front.count(PATH), 4);
    short.front.fail_times(PATH, Fault::retry_after(503, "6"), 1);
    let fault = short.fails().await;
    assert_eq!((fault.kind.clone(), fault.tries), (FaultKind::RetryAfter(Duration::from_secs(6)), 1));
    assert!(fault.to_string().contains("retry_after_max_s"), "{fault}");
}

#[tokio::test]
async fn an_unchanged_record_is_not_sent_again() {
    let mut stage = stage(limits()).await;
    let Ok(Answer::Body { validators, .. }) = stage.http.get(&stage.url, None).await else {
        panic!("no body")
    };
    assert!(validators.etag.is_some());
    let again = stage.http.get(&stage.url, Some(&validators)).await;
    assert!(matches!(again, Ok(Answer::Unchanged)), "{again:?}");
    assert_eq!(stage.regulator.requests()[1].if_none_match, validators.etag);
    let stale = Validators { etag: Some("\"other\"".into()), last_modified: None };
    let changed = stage.http.get(&stage.url, Some(&stale)).await;
    assert!(matches!(changed, Ok(Answer::Body { .. })), "{changed:?}");
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_packed_or_not() {
    let mut stage = stage(limits()).await;
    let huge = vec![b' '; 10_000_000];
    for fault in [Fault::json(huge.clone()), Fault::gzip(&huge)] {
        stage.front.lift();
        stage.front.fail(PATH, fault);
        let got = stage.fails().await;
        assert_eq!((got.kind.clone(), got.tries), (FaultKind::TooLarge(100_000), 1));
        assert!(got.to_string().contains("max_body_mb"), "{got}");
    }
}

#[tokio::test]
async fn a_packed_body_is_unpacked() {
    let mut stage = stage(limits()).await;
    stage.front.fail(PATH, Fault::gzip(b"{\"a\": 1}"));
    assert_eq!(stage.body().await, b"{\"a\": 1}");
}

#[tokio::test]
async fn a_request_ends_at_its_limit_wherever_it_hangs() {
    for fault in [Fault::Stall, Fault::StallBody] {
        let limit = Duration::from_millis(60);
        let mut stage = stage(Limits { timeout: limit, retries: 1, ..limits() }).await;
        stage.front.fail(PATH, fault.clone());
        let got = stage.fails().await;
        assert_eq!((got.kind.clone(), got.tries), (FaultKind::Timeout(limit), 2), "{fault:?}");
    }
}

#[tokio::test]
async fn redirects_stay_on_the_host_and_end() {
    let mut stage = stage(limits()).await;
    stage.front.fail_times(PATH, Fault::redirect("/public/v1/locations/1-100000001"), 3);
    stage.body().await;
    stage.front.fail_times(PATH, Fault::redirect("/public/v1/locations/1-100000001"), 4);
    assert!(matches!(stage.fails().await.kind, FaultKind::Redirect(_)), "a circle ends");
    let elsewhere = RecordedRegulator::new([home_care(ID)], []);
    let other = elsewhere.start().await.expect("a free port");
    stage.front.fail_times(PATH, Fault::redirect(&format!("{}{PATH}", other.base_url)), 1);
    let fault = stage.fails().await;
    assert_eq!(fault.status, Some(302));
    assert!(fault.to_string().contains("not followed"), "{fault}");
    assert_eq!(elsewhere.requests(), [], "the key never leaves for another host");
}

#[tokio::test]
async fn a_refused_connection_is_a_fault_with_a_cause() {
    let mut stage = stage(limits()).await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr()).expect("a port");
    stage.url = format!("http://{free}/public/v1{PATH}");
    let fault = stage.fails().await;
    assert_eq!((fault.status, fault.tries), (None, 3));
    assert!(fault.to_string().to_lowercase().contains("refused"), "{fault}");
}

#[test]
fn a_key_that_no_header_can_carry_is_said_without_showing_it() {
    let key = SecretString::from("s3c\u{0}ret");
    let made = Http::new(
        "http://127.0.0.1:1",
        Some(("Ocp-Apim-Subscription-Key", &key)),
        limits(),
        Clock::from(Timestamp::UNIX_EPOCH),
    );
    let why = made.expect_err("it cannot be sent");
    assert!(why.contains("subscription key") && !why.contains("s3c"), "{why}");
}
