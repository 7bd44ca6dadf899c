//! The CSV path of provider returns.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| carewarden_fuzz::returns::csv(bytes));
