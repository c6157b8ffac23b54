//! The log on standard output.

use std::io::{self, Write};

use tracing_subscriber::filter::LevelFilter;

/// From now on what is said of the coordinator is printed, or all there is.
pub(crate) fn print(all: bool) {
    let level = if all { LevelFilter::TRACE } else { LevelFilter::INFO };
    let log = tracing_subscriber::fmt().without_time().with_ansi(false).with_max_level(level);
    log.with_writer(move || Chosen { all }).init();
}

/// Leaves out what is logged of each failure.
struct Chosen {
    all: bool,
}

impl Write for Chosen {
    /// Is given one event at a time.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let is_news = || String::from_utf8_lossy(event).contains("coordinator");
        if self.all || is_news() {
            io::stdout().write_all(event)?;
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}
