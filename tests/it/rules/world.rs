//! A policy, a register that changes and the flags that come of it, with few words.

use carewarden::domain::{Rating, Severity, Subject};
use carewarden::facts::{Attribute, Fact, Framework, History, Returns};
use carewarden::flags::{Flag, FlagEvent, FlagId, Reconciling, reconcile};
use carewarden::rules::{
    Condition, Decided, Known, Policy, Rule, SourceState, Standing, Step, Tell, Verdicts, evaluate,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// Europe/London.
pub fn london() -> TimeZone {
    TimeZone::get("Europe/London").expect("the zone is known")
}

/// An instant of a day in 2025, six o'clock UTC: `at("03-04")`.
pub fn at(day: &str) -> Timestamp {
    format!("2025-{day}T06:00:00Z").parse().expect("a day of 2025")
}

fn rule(id: &str, family: &str, severity: Severity, when: Condition) -> Rule {
    let mut rule = Rule {
        id: id.into(),
        version: String::new(),
        family: family.into(),
        name: id.into(),
        text: id.into(),
        audience: "contingency lead".into(),
        severity,
        when,
        for_days: 0,
        keep_days: 0,
        reopen_days: 30,
        tell: Tell::AtOnce,
    };
    rule.version = rule.version_of();
    rule
}

/// The rules as they ship, in their order.
pub fn shipped() -> Policy {
    use Severity::{Concern, Contingency, Operator, Watch};
    let step = |days, severity| Step { days, severity };
    let steps = vec![step(28, Concern), step(90, Concern), step(180, Contingency)];
    let inadequate = Rating::Inadequate;
    let fell = Condition::OverallFellTo { rating: Rating::RequiresImprovement };
    let alone = |id: &str, severity, when| rule(id, id, severity, when);
    Policy {
        rules: vec![
            rule("rating-inadequate", "rating", Contingency, Condition::OverallIs { rating: inadequate }),
            rule(
                "key-question-inadequate",
                "rating",
                Concern,
                Condition::KeyQuestionIs { rating: inadequate },
            ),
            rule("rating-fell", "rating", Concern, fell),
            rule("rating-slipped", "rating", Watch, Condition::OverallSlipped),
            alone("poor-rating-undecided", Concern, Condition::PoorUndecided { steps }),
            alone("deregistered", Contingency, Condition::Deregistered),
            alone("dormant", Watch, Condition::Dormant),
            alone("manager-absent", Concern, Condition::ManagerAbsent { over_days: 28 }),
            alone("rating-stale", Watch, Condition::InspectionOlderThan { years: 3 }),
            rule("source-failed", "source", Operator, Condition::SourceFailed { after: 1 }),
            rule("source-stale", "source", Operator, Condition::SourceStale { intervals: 2 }),
            alone("source-lost-ids", Operator, Condition::SourceLostIds),
        ],
    }
}

/// What is known, and the flags so far.
pub struct World {
    /// The rules in force.
    pub policy: Policy,
    /// The facts.
    pub facts: Vec<Fact>,
    /// The sources.
    pub sources: Vec<SourceState>,
    /// The decisions.
    pub decisions: Vec<Decided>,
    /// Every event so far.
    pub events: Vec<FlagEvent>,
}

impl World {
    /// A policy over an empty register.
    pub fn new(policy: Policy) -> Self {
        Self { policy, facts: vec![], sources: vec![], decisions: vec![], events: vec![] }
    }

    /// States a fact read at six on a day; `effective` is the same day or as given.
    pub fn fact(&mut self, id: &str, attribute: Attribute, value: &str, effective: Option<Date>, day: &str) {
        self.facts.push(Fact {
            seq: i64::try_from(self.facts.len()).expect("few facts") + 1,
            subject: Subject::location(id),
            attribute,
            value: value.into(),
            effective,
            observed_at: at(day),
            document: 7,
            row: format!("/{}", attribute.as_string()),
        });
    }

    /// A location on the register, read on a day.
    pub fn registered(&mut self, id: &str, day: &str) {
        self.fact(id, Attribute::Registration, "Registered", None, day);
    }

    /// A location that has left the register, read on a day.
    pub fn deregistered(&mut self, id: &str, day: &str) {
        self.fact(id, Attribute::Registration, "Deregistered", Some(date(day)), day);
    }

    /// An overall rating, published and read on a day.
    pub fn rated(&mut self, id: &str, rating: &str, day: &str) {
        self.fact(id, Attribute::Overall(Framework::Old), rating, Some(date(day)), day);
    }

    /// Judges at six on a day.
    pub fn verdicts(&self, day: &str) -> Verdicts {
        let history = History::new(self.facts.clone(), at(day));
        let zone = london();
        evaluate(
            &self.policy,
            Known {
                history: &history,
                returns: &Returns::default(),
                standing: Standing::All,
                sources: &self.sources,
                decisions: &self.decisions,
                now: at(day),
                zone: &zone,
            },
        )
    }

    /// Assesses at six on a day, keeps the events, and gives them as lines.
    pub fn assess(&mut self, day: &str) -> String {
        let verdicts = self.verdicts(day);
        self.reconcile(&verdicts, at(day))
    }

    /// Reconciles with given verdicts, keeps the events, and gives them as lines.
    pub fn reconcile(&mut self, verdicts: &Verdicts, now: Timestamp) -> String {
        let events = self.events_for(verdicts, now);
        let lines: Vec<String> = events.iter().map(line).collect();
        self.events.extend(events);
        lines.join("\n")
    }

    /// What reconciling would add.
    pub fn events_for(&self, verdicts: &Verdicts, now: Timestamp) -> Vec<FlagEvent> {
        let history = History::new(self.facts.clone(), now);
        let flags = self.flags();
        let next = FlagId(flags.iter().map(|flag| flag.id.0).max().unwrap_or(0) + 1);
        let (policy, zone) = (&self.policy, london());
        reconcile(Reconciling { flags: &flags, verdicts, policy, history: &history, now, zone: &zone, next })
            .events
    }

    /// The flags so far.
    pub fn flags(&self) -> Vec<Flag> {
        Flag::from_events(self.events.clone())
    }

    /// One flag.
    pub fn flag(&self, number: i64) -> Flag {
        self.flags().into_iter().find(|flag| flag.id == FlagId(number)).expect("the flag is there")
    }
}

/// A day of 2025.
pub fn date(day: &str) -> Date {
    format!("2025-{day}").parse().expect("a day of 2025")
}

/// An event on one line.
pub fn line(event: &FlagEvent) -> String {
    format!(
        "{} {:?} -> {:?}: {} {} {} for {}: {}",
        event.flag,
        event.kind,
        event.state,
        event.rule,
        event.severity,
        event.weight,
        event.subject,
        event.reason
    )
}
