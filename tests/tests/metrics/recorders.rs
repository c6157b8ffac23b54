//! Recorders come and go: what is counted is counted by the one there is.

use crate::{charge, exposition::scraped};
use retry_tests::Flaky;

#[test]
fn each_recorder_of_a_thread_counts_what_happened_under_it() {
    for _ in 0..3 {
        let scrape = scraped(|| {
            for _ in 0..5 {
                assert!(charge(&Flaky::failing(0)).is_ok());
            }
        });
        assert_eq!(scrape.all("retry_success_total")[0].1, 5.0, "{scrape}");
    }
}

#[test]
fn the_number_of_series_does_not_grow_with_calls() {
    let few = scraped(|| drop(charge(&Flaky::failing(1))));
    let many = scraped(|| (0..1_000).for_each(|_| drop(charge(&Flaky::failing(1)))));
    assert_eq!(few.len(), many.len());
}
