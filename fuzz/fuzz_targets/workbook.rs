//! XLSX, XLS and ODS, as files and taken apart.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(
    init: {
        // A panic of calamine is caught where it is called, and must be here too: any other panic
        // still reaches libFuzzer's own frame, which ends the process.
        std::panic::set_hook(Box::new(|info| {
            if !info.location().is_some_and(|place| place.file().contains("/calamine-")) {
                eprintln!("{info}");
            }
        }));
    },
    |bytes: &[u8]| {
        carewarden_fuzz::returns::file(&carewarden_fuzz::packing::unfolded(bytes));
    }
);
