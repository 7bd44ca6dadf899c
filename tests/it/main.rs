//! One binary of integration tests; each module is a room.

mod architecture;
mod cli;
mod config;
mod cqc;
mod crash;
mod cycle;
mod mail;
mod mails;
mod nothing_happens;
mod rules;
mod store;
mod world;
