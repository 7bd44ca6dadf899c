//! The world outside, played by servers of our own on loopback.

pub mod regulator;
pub mod smtp;
