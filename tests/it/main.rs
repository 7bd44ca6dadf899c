//! One binary of integration tests; each module is a room.

mod architecture;
mod config;
mod cqc;
mod crash;
mod mail;
mod mails;
mod rules;
mod world;
