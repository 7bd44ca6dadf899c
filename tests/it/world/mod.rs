//! The world outside, played by servers of our own on loopback, and the real program in its midst.

pub mod mailbox;
pub mod records;
pub mod regulator;
pub mod setup;
pub mod smtp;
pub mod stage;

pub use mailbox::Mail;
pub use setup::Setup;
pub use stage::{Ran, World, program as stage_program};
