//! One binary of integration tests; each module is a room.

mod architecture;
mod backup;
mod charts;
mod cli;
mod config;
mod cqc;
mod crash;
mod cycle;
mod housekeeping;
mod init;
mod mail;
mod mails;
mod nothing_happens;
mod package;
mod returns;
mod rules;
mod schedule;
mod serve;
mod signals;
mod status;
mod store;
mod week;
mod world;
