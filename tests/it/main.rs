//! One binary of integration tests; each module is a room.

mod architecture;
mod config;
mod mails;
mod rules;
