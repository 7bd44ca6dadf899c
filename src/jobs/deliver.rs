//! Deliver: take the mails that are due, hand each over, write down what came back.
//!
//! An attempt is committed before the socket opens, its result right after; whatever happens in
//! between, the mail stays due and goes again with the same bytes.

use jiff::Timestamp;

use crate::clock::Clock;
use crate::config::Mail;
use crate::failpoint;
use crate::mail::{Answer, Heard, Next, Transport, mask, next_try, place};
use crate::store::outbox::{self, Due, MailState, Mode, Progress, Step};
use crate::store::runs::{Outcome, RunEnd, end_run, start_run};
use crate::store::{Store, StoreError};

/// After so many broken connections in a row the relay is taken to be at fault, not the mails.
pub const LOST_IN_A_ROW_MAX: u32 = 3;

/// What a run of the job came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// The run's number.
    pub run: i64,
    /// Mails that a server took over.
    pub accepted: u32,
    /// Mails that have a next time.
    pub deferred: u32,
    /// Mails that have become dead letters.
    pub refused: u32,
    /// Mails of which nobody knows; they go again.
    pub unknown: u32,
    /// The new dead letters, to be told on every other channel.
    pub dead_letters: Vec<DeadLetter>,
    /// Why the relay could not be used, where it could not.
    pub relay_fault: Option<String>,
}

/// A mail that was refused for good or given up in this run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its number in the outbox.
    pub id: i64,
    /// The alert it carried.
    pub alert: String,
    /// Recipient's id.
    pub recipient: String,
    /// Its subject line.
    pub subject: String,
    /// The server's words, or why it was given up.
    pub reply: String,
}

/// What a run needs from mail to mail.
struct Run<'a> {
    store: &'a mut Store,
    mail: &'a Mail,
    clock: &'a Clock,
    transport: Transport<'a>,
    /// Broken connections since the last that did its work.
    lost: u32,
    /// Set once the relay has failed: the answer for all that is left.
    fault: Option<Answer>,
    done: Delivered,
}

/// Sends what is due: every mail at most once, oldest first. Always goes by the real clock.
///
/// The future may be dropped at any moment (a shutdown, a deadline): the mail that was on its way
/// is found mid-send by the next run and goes again, the same.
///
/// # Errors
/// The store's; what mail servers say is no error but a mail's state.
pub async fn deliver(
    store: &mut Store,
    mail: &Mail,
    clock: &Clock,
    mode: Mode,
) -> Result<Delivered, StoreError> {
    let now = clock.moment();
    let due = outbox::due(store.sql(), now, mode)?;
    let number = store.write(now, |tx| start_run(tx, "deliver", None, now))?;
    let done = Delivered { run: number, ..Delivered::default() };
    let mut run = Run { store, mail, clock, transport: Transport::new(mail), lost: 0, fault: None, done };
    for id in due {
        run.one(id).await?;
    }
    run.end().await
}

impl Run<'_> {
    async fn one(&mut self, id: i64) -> Result<(), StoreError> {
        let due = outbox::load(self.store.sql(), id)?;
        let begun = self.clock.moment();
        let answer = match &self.fault {
            Some(fault) => fault.clone(),
            None => self.attempt(&due, begun).await?,
        };
        self.judge_relay(&answer);
        self.settle(&due, begun, &answer)
    }

    async fn attempt(&mut self, due: &Due, begun: Timestamp) -> Result<Answer, StoreError> {
        self.store.write(begun, |tx| outbox::start(tx, due.id, due.attempts + 1, begun))?;
        if !self.transport.is_open() {
            failpoint::reach("before-connect");
            if let Err(answer) = self.transport.open().await {
                return Ok(answer);
            }
        }
        let answer = self.transport.send(due).await;
        if answer.fate() == MailState::Accepted {
            failpoint::reach("after-250-before-mark");
        }
        Ok(answer)
    }

    /// A relay that cannot be reached, or that breaks one connection after the other, is not
    /// tried again for each mail that is left.
    fn judge_relay(&mut self, answer: &Answer) {
        self.lost = if answer.next() == Next::Drop { self.lost + 1 } else { 0 };
        if self.fault.is_some() {
            return;
        }
        if answer.is_about_relay() {
            self.fault = Some(answer.clone());
        } else if self.lost >= LOST_IN_A_ROW_MAX {
            let what =
                format!("{} connections broke one after the other, the last at {}", self.lost, said(answer));
            self.fault = Some(Answer { step: Step::Connect, heard: Heard::Broken(what) });
        }
        self.done.relay_fault =
            self.fault.as_ref().map(|fault| format!("{}: {}", place(self.mail), said(fault)));
    }

    /// Writes down where the mail stands now.
    fn settle(&mut self, due: &Due, begun: Timestamp, answer: &Answer) -> Result<(), StoreError> {
        let at = self.clock.moment();
        let (state, next_at, reply) = self.outcome(due, begun, at, answer);
        let progress = Progress {
            outbox: due.id,
            attempt: due.attempts + 1,
            at,
            state,
            step: Some(answer.step),
            reply: Some(&reply),
            next_at,
        };
        self.store.write(at, |tx| outbox::record(tx, &progress))?;
        if state == MailState::Accepted {
            failpoint::reach("after-mark");
        }
        log(due, &progress);
        self.count(due, state, reply);
        Ok(())
    }

    /// State, next time and words for an answer; what would wait too long is given up.
    fn outcome(
        &self,
        due: &Due,
        begun: Timestamp,
        at: Timestamp,
        answer: &Answer,
    ) -> (MailState, Option<Timestamp>, String) {
        let state = answer.fate();
        if !matches!(state, MailState::Deferred | MailState::Unknown) {
            return (state, None, answer.heard.to_string());
        }
        let first = due.first_try_at.unwrap_or(begun);
        let tries = due.tries + 1;
        match next_try(self.mail, tries, first, at) {
            Some(next) => (state, Some(next), said(answer)),
            None => {
                let words =
                    format!("given up after {tries} attempts since {first:.0}; the last: {}", said(answer));
                (MailState::Refused, None, words)
            }
        }
    }

    fn count(&mut self, due: &Due, state: MailState, reply: String) {
        match state {
            MailState::Accepted => self.done.accepted += 1,
            MailState::Unknown => self.done.unknown += 1,
            MailState::Refused => {
                self.done.refused += 1;
                self.done.dead_letters.push(DeadLetter {
                    id: due.id,
                    alert: due.alert.clone(),
                    recipient: due.recipient.clone(),
                    subject: due.subject.clone(),
                    reply,
                });
            }
            MailState::Deferred | MailState::Queued | MailState::Sending | MailState::Dropped => {
                self.done.deferred += 1;
            }
        }
    }

    async fn end(self) -> Result<Delivered, StoreError> {
        self.transport.close().await;
        let end = run_end(&self.done);
        let at = self.clock.moment();
        self.store.write(at, |tx| end_run(tx, self.done.run, at, &end))?;
        Ok(self.done)
    }
}

fn run_end(done: &Delivered) -> RunEnd {
    let outcome = match done {
        Delivered { deferred: 0, refused: 0, unknown: 0, .. } => Outcome::Ok,
        Delivered { accepted: 0, relay_fault: Some(_), .. } => Outcome::Failed,
        _ => Outcome::Part,
    };
    let counts = || format!("{} deferred, {} refused, {} unknown", done.deferred, done.refused, done.unknown);
    let detail = (outcome != Outcome::Ok).then(|| done.relay_fault.clone().unwrap_or_else(counts));
    RunEnd { outcome, mails_accepted: done.accepted.into(), detail, ..RunEnd::default() }
}

/// A server's reply as it is; anything else with the step at which it happened.
fn said(answer: &Answer) -> String {
    match &answer.heard {
        Heard::Reply { .. } | Heard::Filed(_) => answer.heard.to_string(),
        Heard::Silence(_) | Heard::Broken(_) => format!("{}: {}", answer.step, answer.heard),
    }
}

/// One line a mail; a server likes to repeat the address, so that is masked there too.
fn log(due: &Due, progress: &Progress<'_>) {
    let to = mask(&due.address);
    let reply = progress.reply.unwrap_or_default().replace(&due.address, &to);
    let (mail, state, attempt) = (due.id, progress.state, progress.attempt);
    match state {
        MailState::Accepted => {
            tracing::info!(name: "mail_accepted", mail, alert = due.alert, to, attempt, reply, "mail accepted")
        }
        MailState::Refused => {
            tracing::error!(name: "mail_dead_letter", mail, alert = due.alert, to, attempt, reply, "mail is a dead letter")
        }
        _ => {
            tracing::warn!(name: "mail_deferred", mail, alert = due.alert, to, attempt, %state, reply, "mail will be sent again")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_job_can_run_on_any_thread() {
        fn must_be_send<T: Send>(work: T) -> usize {
            size_of_val(&work)
        }
        fn job<'a>(store: &'a mut Store, mail: &'a Mail, clock: &'a Clock) -> impl Send + 'a {
            deliver(store, mail, clock, Mode::Due)
        }
        assert!(must_be_send(job as fn(_, _, _) -> _) > 0);
    }

    #[test]
    fn a_run_is_ok_only_when_everything_was_accepted() {
        let outcome = |done: &Delivered| run_end(done).outcome;
        let fault = Some("relay:25: 554 no".to_owned());
        assert_eq!(outcome(&Delivered { accepted: 2, ..Delivered::default() }), Outcome::Ok);
        assert_eq!(outcome(&Delivered { accepted: 2, deferred: 1, ..Delivered::default() }), Outcome::Part);
        let failed = Delivered { deferred: 1, relay_fault: fault, ..Delivered::default() };
        assert_eq!(outcome(&failed), Outcome::Failed);
        assert_eq!(run_end(&failed).detail.as_deref(), Some("relay:25: 554 no"));
    }
}
