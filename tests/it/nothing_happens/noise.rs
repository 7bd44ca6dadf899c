//! A thousand rounds of noise over the recorded area, from the bytes of a record to the events of
//! flags: none of it may be an event. What was read is judged by the same functions as in the job.

use carewarden::config;
use carewarden::demo;
use carewarden::domain::{Registration, Subject};
use carewarden::facts::{Fact, History, Returns, Statement, changes};
use carewarden::flags::{Flag, FlagEvent, FlagId, Reconciling, reconcile};
use carewarden::rules::{Known, Policy, Standing, evaluate};
use carewarden::sources::cqc::{parse, redact};
use fastrand::Rng;
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Map, Value, json};

const ROUNDS: usize = 1_000;
/// Locations said otherwise in a round.
const RECORDS: usize = 8;
/// What was read decides what is judged: it is judged again when something new was read of what is
/// known, and for new ids every so many rounds.
const JUDGED_EVERY: usize = 25;
/// Ids that the register gives anew begin so.
const NEW_ID: &str = "1-88";
const SEED: u64 = 24_486;

const NO_RATINGS: [&str; 6] =
    ["", " ", "Inspected but not rated", "No published rating", "Not Rated", "Insufficient evidence to rate"];

/// The program's memory and judgement, without its shell.
struct Reader {
    policy: Policy,
    zone: TimeZone,
    history: History,
    flags: Vec<Flag>,
    facts: i64,
    now: Timestamp,
}

impl Reader {
    fn new() -> Self {
        Self {
            policy: config::builtin_policy(),
            zone: TimeZone::get("Europe/London").expect("the zone is known"),
            history: History::default(),
            flags: Vec::new(),
            facts: 0,
            now: "2025-04-01T05:00:00Z".parse().expect("an instant"),
        }
    }

    /// Reads a reply as the collect job does; how many facts are new.
    fn read(&mut self, id: &str, bytes: &str) -> usize {
        let statements = statements(id, bytes).unwrap_or_default();
        let new = changes(&self.history, &statements);
        for statement in &new {
            self.facts += 1;
            self.history.push(Fact {
                seq: self.facts,
                subject: statement.subject.clone(),
                attribute: statement.attribute,
                value: statement.value.clone(),
                effective: statement.effective,
                observed_at: self.now,
                document: 1,
                row: statement.row.clone(),
            });
        }
        new.len()
    }

    /// Judges as the assess job does.
    fn judge(&mut self) -> Vec<FlagEvent> {
        let known = Known {
            history: &self.history,
            returns: &Returns::default(),
            standing: Standing::All,
            sources: &[],
            decisions: &[],
            now: self.now,
            zone: &self.zone,
        };
        let verdicts = evaluate(&self.policy, known);
        let newest = self.flags.iter().map(|flag| flag.id.0).max().unwrap_or(0);
        reconcile(Reconciling {
            flags: &self.flags,
            verdicts: &verdicts,
            policy: &self.policy,
            history: &self.history,
            now: self.now,
            zone: &self.zone,
            next: FlagId(newest + 1),
        })
        .events
    }
}

/// What a reply states; a reply that cannot be read states nothing.
fn statements(id: &str, bytes: &str) -> Option<Vec<Statement>> {
    let raw: Value = serde_json::from_str(bytes).ok()?;
    let mut redacted = redact::location(&raw, &[]).ok()?;
    Some(parse::location(&redacted.value, id, &mut redacted.drift).ok()?.statements)
}

#[test]
fn a_thousand_rounds_of_noise_are_no_event() {
    let mut rng = Rng::with_seed(SEED);
    let mut reader = Reader::new();
    let (locations, _) = demo::oldham();
    for record in &locations {
        let id = record["locationId"].as_str().expect("it has an id");
        assert!(reader.read(id, &record.to_string()) > 0, "{id}");
    }
    let found = reader.judge();
    assert!(found.len() > 10, "the recorded area has flags: {}", found.len());
    reader.flags = Flag::from_events(found);
    let (mut new_facts, mut judged) = (0, 0);
    for round in 0..ROUNDS {
        let mut new_of_known = 0;
        for _ in 0..RECORDS {
            let record = &locations[rng.usize(..locations.len())];
            let (id, bytes) = noisy(&mut rng, &reader.history, record, round);
            let new = reader.read(&id, &bytes);
            new_facts += new;
            new_of_known += if id.starts_with(NEW_ID) { 0 } else { new };
        }
        if new_of_known > 0 || round % JUDGED_EVERY == 0 {
            judged += 1;
            let events = reader.judge();
            assert!(events.is_empty(), "round {round} of seed {SEED}: {events:#?}");
        }
    }
    assert!(
        new_facts > 100 && judged >= ROUNDS / JUDGED_EVERY,
        "the noise was heard: {new_facts} facts, judged {judged} times"
    );
}

#[test]
fn a_true_fall_is_found_in_the_midst_of_noise() {
    let mut rng = Rng::with_seed(SEED);
    let (locations, _) = demo::oldham();
    let good = |record: &&Value| {
        record["registrationStatus"] == "Registered"
            && record.pointer("/currentRatings/overall/rating") == Some(&json!("Good"))
    };
    for record in locations.iter().filter(good) {
        let mut reader = Reader::new();
        let id = record["locationId"].as_str().expect("it has an id");
        reader.read(id, &record.to_string());
        reader.flags = Flag::from_events(reader.judge());
        let mut fallen = record.clone();
        fallen["currentRatings"]["overall"]["rating"] = json!(" INADEQUATE");
        fallen["currentRatings"]["overall"]["reportDate"] = json!("2025-03-30");
        reader.read(id, &scrambled(&mut rng, &fallen));
        let events = reader.judge();
        assert!(events.iter().any(|event| event.rule == "rating-inadequate"), "{id}: {events:#?}");
    }
}

/// The same state in other bytes, under the same id or, inherited, under a new one.
fn noisy(rng: &mut Rng, history: &History, record: &Value, round: usize) -> (String, String) {
    let id = record["locationId"].as_str().expect("it has an id");
    let mut record = record.clone();
    for _ in 0..rng.usize(1..5) {
        say_otherwise(rng, &mut record);
    }
    let registered = history.registration(&Subject::location(id)) == Some(Registration::Registered);
    let inherits = registered && rng.u8(..40) == 0 && record.get("currentRatings").is_some();
    let id = if inherits { format!("{NEW_ID}{round:08}") } else { id.to_owned() };
    if inherits {
        inherit(&mut record, &id);
    }
    let mut bytes = scrambled(rng, &record);
    if rng.u8(..20) == 0 {
        let keep = rng.usize(..bytes.len());
        bytes = bytes.chars().take(keep).collect();
    }
    (id, bytes)
}

fn inherit(record: &mut Value, id: &str) {
    let old = record["locationId"].clone();
    record["relationships"] =
        json!([{"relatedLocationId": old, "type": "HSCA Predecessor", "reason": "Location Move"}]);
    record["locationId"] = json!(id);
}

fn say_otherwise(rng: &mut Rng, record: &mut Value) {
    let fields = record.as_object_mut().expect("a record is an object");
    let names: Vec<String> = fields.keys().filter(|name| *name != "locationId").cloned().collect();
    let name = names[rng.usize(..names.len())].clone();
    match rng.u8(..8) {
        0 => drop(fields.remove(&name)),
        1 => drop(fields.insert(name, Value::Null)),
        2 => drop(fields.insert(format!("new{}", rng.u8(..9)), json!({"rating": "Inadequate"}))),
        3 => drop(fields.insert("historicRatings".into(), not_rated_history())),
        4 => spell(rng, record.pointer_mut("/registrationStatus")),
        5 => spell(rng, record.pointer_mut("/dormancy")),
        6 => spell(rng, record.pointer_mut("/currentRatings/overall/rating")),
        _ => blank(rng, record),
    }
}

fn not_rated_history() -> Value {
    json!([{"reportDate": "2025-03-28", "overall": {"rating": "Inspected but not rated", "keyQuestionRatings": []}}])
}

/// A sentinel in the place of the overall rating or of a key question's.
fn blank(rng: &mut Rng, record: &mut Value) {
    let sentinel = json!(NO_RATINGS[rng.usize(..NO_RATINGS.len())]);
    let Some(overall) = record.pointer_mut("/currentRatings/overall").and_then(Value::as_object_mut) else {
        return;
    };
    if rng.bool() {
        overall.insert("rating".into(), sentinel);
    } else if let Some(Value::Array(questions)) = overall.get_mut("keyQuestionRatings") {
        for question in questions.iter_mut().filter(|_| rng.bool()) {
            question["rating"] = sentinel.clone();
        }
    }
}

/// Another case, and spaces around.
fn spell(rng: &mut Rng, text: Option<&mut Value>) {
    let Some(Value::String(text)) = text else { return };
    let case = |c: char| if rng.bool() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    *text = format!(" {} ", text.chars().map(case).collect::<String>());
}

/// JSON with fields and items in any order, and white space anywhere.
fn scrambled(rng: &mut Rng, value: &Value) -> String {
    let space = ["", " ", "\n", "\t"][rng.usize(..4)];
    match value {
        Value::Object(fields) => format!("{{{space}{}{space}}}", shuffled_fields(rng, fields)),
        Value::Array(items) => {
            let mut written: Vec<String> = items.iter().map(|item| scrambled(rng, item)).collect();
            rng.shuffle(&mut written);
            format!("[{space}{}{space}]", written.join(","))
        }
        plain => format!("{space}{plain}"),
    }
}

fn shuffled_fields(rng: &mut Rng, fields: &Map<String, Value>) -> String {
    let mut written: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}:{}", json!(name), scrambled(rng, value))).collect();
    rng.shuffle(&mut written);
    written.join(",")
}
