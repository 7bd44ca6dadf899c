//! Pages and records of the Care Quality Commission.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| carewarden_fuzz::cqc::document(bytes));
