//! Configurations, policies, forms of returns, policy cases and lists of contracts.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| carewarden_fuzz::config::input(bytes));
