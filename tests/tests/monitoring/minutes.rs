//! Time goes sixty times as fast: a test cannot wait for five minutes of failures.
//!
//! Every duration in the files that are shipped is divided by sixty, and nothing else is changed: the windows of rates,
//! the `for` of alerts and the intervals keep their proportions. But Prometheus scrapes once a second, not four times: a
//! scrape may take no longer than its interval, and a machine that is busy with a build does not answer in 250 ms.

use crate::read;

/// Replaces `from`, which must be there.
fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from:?} is in\n{text}");
    text.replace(from, to)
}

/// A file of rules, with seconds for minutes.
pub(crate) fn rules(name: &str) -> String {
    let text = read(name);
    let mut scaled = text.clone();
    for minutes in 1..=9 {
        scaled = scaled.replace(&format!("[{minutes}m]"), &format!("[{minutes}s]"));
        scaled = scaled.replace(&format!("for: {minutes}m\n"), &format!("for: {minutes}s\n"));
    }
    assert_ne!(scaled, text);
    let left = scaled
        .lines()
        .find(|line| line.contains("m]") || line.trim().starts_with("for:") && !line.ends_with('s'));
    assert_eq!(left, None, "a duration in {name} that is not scaled");
    scaled
}

/// The configuration, for a service at this address.
pub(crate) fn configuration(address: &str) -> String {
    let text = read("prometheus/prometheus.yml");
    let text = replaced(&text, "scrape_interval: 15s", "scrape_interval: 1s");
    let text = replaced(&text, "evaluation_interval: 15s", "evaluation_interval: 250ms");
    replaced(&text, "\"127.0.0.1:8000\"", &format!("\"{address}\""))
}
