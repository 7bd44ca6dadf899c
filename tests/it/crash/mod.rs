//! Nothing is lost: the real program is killed, refused, cut off and run several times at once,
//! and in the end the world outside has seen what it would have seen anyway.

mod faults;
pub mod harness;
// A release build has no failpoints to be killed at.
#[cfg(debug_assertions)]
mod killed;
mod letters;
mod together;
