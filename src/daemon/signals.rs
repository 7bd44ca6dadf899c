//! Signals become events.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::Sender;

use super::Event;
use crate::jobs::Jobs;

/// Listens from now on, so that no signal after this ends the process.
///
/// # Errors
/// The system's.
pub fn listen(events: &Sender<Event>) -> std::io::Result<()> {
    let meanings = [
        (SignalKind::terminate(), Event::Stop),
        (SignalKind::interrupt(), Event::Stop),
        (SignalKind::hangup(), Event::Reload),
        (SignalKind::user_defined1(), Event::Run(Jobs::All)),
    ];
    for (kind, event) in meanings {
        let mut stream = signal(kind)?;
        let events = events.downgrade();
        tokio::spawn(async move {
            while stream.recv().await.is_some() {
                let Some(events) = events.upgrade() else { return };
                if events.send(event).await.is_err() {
                    return;
                }
            }
        });
    }
    Ok(())
}
