//! What moves a flag whatever the rules say: the end of a snooze, a new id on the register.

use super::{Work, is_deregistration};
use crate::domain::{Registration, Subject};
use crate::flags::{EventKind, Flag, FlagEvent, State};

impl Work<'_> {
    pub(super) fn wake(&mut self) {
        for flag in self.standing() {
            let over = flag.last.until.is_some_and(|until| until <= self.given.now);
            if flag.last.state == State::Snoozed && over {
                let reason = self.reason_now(&flag, &flag.last.subject);
                self.add(self.after(&flag, EventKind::Woken, State::Open, reason));
            }
        }
    }

    pub(super) fn follow_successors(&mut self) {
        for flag in self.standing() {
            let old = &flag.last.subject;
            if !self.has_left(old) || is_deregistration(self.given.policy.rule(&flag.last.rule)) {
                continue;
            }
            let Some(successor) = self.given.history.registered_successor(old) else { continue };
            let event = match self.standing_with(&successor, &flag.last.family) {
                Some(other) => {
                    let reason =
                        format!("Re-registered as {}; {} stands for it there.", successor.id, other.id);
                    self.after(&flag, EventKind::Superseded, State::Superseded, reason)
                }
                None => self.moved(&flag, successor),
            };
            self.add(event);
        }
    }

    fn moved(&self, flag: &Flag, successor: Subject) -> FlagEvent {
        let holds = self.reason_now(flag, &successor);
        let reason = format!("Re-registered as {} (was {}). {holds}", successor.id, flag.last.subject.id);
        let until = flag.last.until;
        FlagEvent { subject: successor, until, ..self.after(flag, EventKind::Moved, flag.last.state, reason) }
    }

    pub(super) fn has_left(&self, subject: &Subject) -> bool {
        self.given.history.registration(subject) == Some(Registration::Deregistered)
    }

    /// What holds of a flag's family now, or what its own events said last.
    fn reason_now(&self, flag: &Flag, subject: &Subject) -> String {
        self.finding_for(subject, &flag.last.family)
            .map_or_else(|| flag.reason.clone(), |finding| finding.reason.clone())
    }
}
