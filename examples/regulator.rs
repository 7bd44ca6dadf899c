//! A regulator for trying the daemon: answers from the recorded register on a free port of this
//! machine, until it is killed. `tests/system/nspawn.sh` runs it.
//!
//!     cargo run --example regulator -- FOLDER
//!
//! `FOLDER/base_url` then holds its address. When a file `FOLDER/overnight` appears, the made-up
//! changes of the demonstration's second day are published, and the file is removed.

use std::path::PathBuf;
use std::time::Duration;

use carewarden::clock;
use carewarden::demo::regulator::RecordedRegulator;
use carewarden::demo::{oldham, story};

const LOOK_EVERY: Duration = Duration::from_millis(200);

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or_else(|| {
        std::io::Error::new(std::io::ErrorKind::InvalidInput, "give a folder: regulator FOLDER")
    })?);
    let (locations, providers) = oldham();
    let regulator = RecordedRegulator::new(
        locations.into_iter().chain(story::day_one()),
        providers.into_iter().chain(story::providers()),
    );
    let server = regulator.start().await?;
    std::fs::write(folder.join("base_url"), &server.base_url)?;
    let overnight = folder.join("overnight");
    loop {
        if overnight.exists() {
            for record in story::day_two() {
                regulator.set_location(record, clock::real_now());
            }
            std::fs::remove_file(&overnight)?;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
