//! What the demonstration runs on: recorded data, and a server that answers like the regulator.

pub mod regulator;
pub mod returns;
mod stage;
pub mod story;

pub use stage::{DemoError, Places, Stage};

use std::io::{self, BufRead, BufReader};

use flate2::read::GzDecoder;
use serde_json::Value;

const LOCATIONS: &[u8] = include_bytes!("../../demo/oldham.ndjson.gz");
const PROVIDERS: &[u8] = include_bytes!("../../demo/oldham-providers.ndjson.gz");

/// The recorded home-care locations of Oldham and their providers, in the order of their ids.
///
/// # Panics
/// Never: the data is part of the program, and a test reads it.
#[must_use]
pub fn oldham() -> (Vec<Value>, Vec<Value>) {
    let read = |packed| lines(packed).expect("the recorded data in the program is whole");
    (read(LOCATIONS), read(PROVIDERS))
}

fn lines(packed: &[u8]) -> io::Result<Vec<Value>> {
    let lines = BufReader::new(GzDecoder::new(packed)).lines();
    lines.map(|line| line.and_then(|line| serde_json::from_str(&line).map_err(io::Error::from))).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_recorded_data_is_whole_and_names_no_one() {
        let (locations, providers) = super::oldham();
        assert_eq!((locations.len(), providers.len()), (105, 35));
        let text = format!("{locations:?}");
        let family_names = text.matches("\"personFamilyName\": String(\"").count();
        assert_eq!(family_names, text.matches("\"personFamilyName\": String(\"[redacted]\")").count());
    }
}
