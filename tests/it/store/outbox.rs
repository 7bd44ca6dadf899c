//! Whatever happens to a mail, in whatever order: it is due, accepted, refused or dropped, and
//! never anything else.

use std::time::Duration;

use carewarden::alerts::{Kind, Why};
use carewarden::domain::Severity;
use carewarden::store::outbox::{self, MailState, Mode, NewMail, Progress, Step};
use carewarden::store::{Store, StoreError};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

/// Something that happens to a mail.
#[derive(Clone, Copy, Debug)]
enum Event {
    Queue,
    /// An attempt begins, and the process is killed in its midst.
    Begin(usize),
    /// An attempt begins and ends so.
    Attempt(usize, MailState, Step),
    Retry(usize),
    Drop(usize),
    /// Those who look after delivery are told of all dead letters.
    Tell,
    /// Time passes, or the clock is set back.
    Wait(i64),
}

const ENDS: [MailState; 4] =
    [MailState::Accepted, MailState::Deferred, MailState::Refused, MailState::Unknown];
const STEPS: [Step; 4] = [Step::Connect, Step::Mail, Step::Rcpt, Step::Body];

fn event() -> impl Strategy<Value = Event> {
    let mail = 0..4_usize;
    prop_oneof![
        Just(Event::Queue),
        mail.clone().prop_map(Event::Begin),
        (mail.clone(), prop::sample::select(&ENDS), prop::sample::select(&STEPS))
            .prop_map(|(mail, end, step)| Event::Attempt(mail, end, step)),
        mail.clone().prop_map(Event::Retry),
        mail.prop_map(Event::Drop),
        Just(Event::Tell),
        (-7_200..86_400_i64).prop_map(Event::Wait),
    ]
}

struct Life {
    store: Store,
    now: Timestamp,
    mails: Vec<i64>,
}

impl Life {
    fn happens(&mut self, event: Event) {
        let now = self.now;
        let of = |mail: usize| self.mails.get(mail).copied();
        match event {
            Event::Queue => self.queue(),
            Event::Wait(seconds) => self.now = now + SignedDuration::from_secs(seconds),
            Event::Begin(mail) => self.attempt(of(mail), None),
            Event::Attempt(mail, end, step) => self.attempt(of(mail), Some((end, step))),
            Event::Retry(mail) => {
                let Some(id) = of(mail) else { return };
                // Refused where its state does not allow it: then nothing may change.
                drop(self.store.write(now, |tx| outbox::retry(tx, id, now)));
            }
            Event::Drop(mail) => {
                let Some(id) = of(mail) else { return };
                drop(self.store.write(now, |tx| outbox::drop_mail(tx, id, "J. Smith", "why", now)));
            }
            Event::Tell => {
                let untold = outbox::untold(self.store.sql()).expect("readable");
                self.store
                    .write(now, |tx| untold.iter().try_for_each(|letter| outbox::told(tx, letter, now)))
                    .expect("told");
                assert!(outbox::untold(self.store.sql()).expect("readable").is_empty());
            }
        }
    }

    fn queue(&mut self) {
        let now = self.now;
        let mail = NewMail {
            run: None,
            alert: "CW-0001",
            kind: Kind::Alert,
            recipient: "lead",
            address: "lead@example.gov.uk",
            envelope_from: "bounce@example.gov.uk",
            severity: Severity::Watch,
            why: Why::First,
            subject: "s",
            message_id: "<1@x>",
            queued_at: now,
            bytes: b"mail",
            content: "{}",
        };
        let id = self.store.write(now, |tx| outbox::append(tx, &mail)).expect("queued");
        self.mails.push(id);
    }

    /// As the job does it: only what is due is tried.
    fn attempt(&mut self, mail: Option<i64>, end: Option<(MailState, Step)>) {
        let (now, sql) = (self.now, self.store.sql());
        let due = outbox::due(sql, now, Mode::Due).expect("readable");
        let Some(id) = mail.filter(|id| due.contains(id)) else { return };
        let attempt = outbox::load(sql, id).expect("readable").attempts + 1;
        self.store.write(now, |tx| outbox::start(tx, id, attempt, now)).expect("begun");
        let Some((state, step)) = end else { return };
        let waits = matches!(state, MailState::Deferred | MailState::Unknown);
        let next_at = waits.then(|| now + SignedDuration::from_secs(60));
        let progress =
            Progress { outbox: id, attempt, at: now, state, step: Some(step), reply: Some("said"), next_at };
        self.store.write(now, |tx| outbox::record(tx, &progress)).expect("recorded");
    }

    /// Where each mail stands.
    fn states(&self) -> Vec<MailState> {
        let row =
            |id: &i64| outbox::one(self.store.sql(), *id, None).expect("readable").expect("it is there");
        self.mails.iter().map(|id| row(id).state).collect()
    }

    fn check(&self) -> Result<(), StoreError> {
        let whenever = outbox::due(self.store.sql(), self.now, Mode::Now)?;
        let later = outbox::due(self.store.sql(), self.now + SignedDuration::from_hours(1), Mode::Due)?;
        for (id, state) in self.mails.iter().zip(self.states()) {
            let ended = matches!(state, MailState::Accepted | MailState::Refused | MailState::Dropped);
            assert_eq!(whenever.contains(id), !ended, "mail {id} is {state}");
            let waits_for_another_clock = !ended && !later.contains(id);
            let next = outbox::one(self.store.sql(), *id, None)?.and_then(|row| row.next_at);
            assert!(
                !waits_for_another_clock || next.is_some_and(|at| at > self.now),
                "mail {id} is {state}, and nothing will come of it"
            );
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_mail_is_due_or_accepted_or_refused_or_dropped(events in prop::collection::vec(event(), 1..40)) {
        let dir = tempfile::TempDir::new().expect("a folder for the test");
        let path = dir.path().join("carewarden.db");
        let store = Store::open_writer(&path, Duration::ZERO).expect("a new store");
        let now = "2025-04-01T05:00:00Z".parse().expect("an instant");
        let mut life = Life { store, now, mails: Vec::new() };
        for event in events {
            let before = life.states();
            life.happens(event);
            life.check().expect("readable");
            for (before, after) in before.iter().zip(life.states()) {
                prop_assert!(*before != MailState::Accepted || after == MailState::Accepted, "{event:?}");
            }
        }
        let faults = super::leaves::faults(life.store.sql());
        prop_assert!(faults.is_empty(), "{faults:?}");
    }
}
