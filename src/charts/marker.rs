//! Which mark stands for what.

use super::palette::Ink;
use super::scene::Form;
use crate::signals::Tone;

/// The colour and form of a signal.
pub(super) const fn of_tone(tone: Tone) -> (Ink, Form) {
    match tone {
        Tone::Worse => (Ink::Worse, Form::Diamond),
        Tone::Better => (Ink::Better, Form::Square),
        Tone::Neutral => (Ink::Neutral, Form::Triangle),
    }
}
