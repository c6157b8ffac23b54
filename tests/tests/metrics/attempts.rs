//! Attempts by their number, of which no label knows more than ten.

use retry_runtime::{RetryPolicy, retry};
use retry_tests::{Failure, Flaky, record};

use crate::{expected::operation, exposition::scraped};

const FAILURE: &str = "retry_tests::Failure";

#[retry(max_attempts = 13, initial_delay = "0s", sleep = record)]
fn patient(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn those_above_ten_share_a_label() {
    let scrape = scraped(|| {
        assert_eq!(patient(&Flaky::failing(9)), Ok(10));
        assert_eq!(patient(&Flaky::failing(10)), Ok(11));
        assert_eq!(patient(&Flaky::failing(12)), Ok(13));
        assert_eq!(patient(&Flaky::failing(13)), Err(Failure(13)));
    });
    let tenth = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"].map(|number| (number, 4));
    scrape.assert_is([operation("", "patient")
        .attempts(tenth)
        .attempts([("11+", 1 + 3 + 3)])
        .succeeded("10", 1)
        .succeeded("11+", 2)
        .gave_up(FAILURE, "attempts exhausted", 1)
        .delayed([0.0; 9 + 10 + 12 + 12])
        .took_real_time(4)]);
}

#[test]
fn a_thousand_of_them_are_eleven_series() {
    let policy = RetryPolicy::DEFAULT.with_max_attempts(1_000).with_initial_delay(std::time::Duration::ZERO);
    let flaky = Flaky::failing(999);
    let scrape = scraped(|| assert_eq!(policy.call(|| flaky.call()).operation("call").run(), Ok(1_000)));
    let attempts = scrape.all("retry_attempts_total");
    assert_eq!(attempts.len(), 11);
    assert_eq!(scrape.value(r#"retry_attempts_total{service="",operation="call",attempt="11+"}"#), 990.0);
    assert_eq!(attempts.iter().map(|attempt| attempt.1).sum::<f64>(), 1_000.0);
}

#[retry(max_attempts = 1)]
fn once(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn a_function_without_retries_is_counted_too() {
    let scrape = scraped(|| {
        assert_eq!(once(&Flaky::failing(0)), Ok(1));
        assert_eq!(once(&Flaky::failing(1)), Err(Failure(1)));
    });
    scrape.assert_is([operation("", "once")
        .attempts([("1", 2)])
        .succeeded("1", 1)
        .gave_up(FAILURE, "attempts exhausted", 1)
        .took_real_time(2)]);
}

#[test]
fn a_wait_on_a_bound_is_within_it() {
    #[retry(max_attempts = 2, initial_delay = "100ms", jitter = none, sleep = record)]
    fn called(flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }
    let scrape = scraped(|| assert_eq!(called(&Flaky::failing(1)), Ok(2)));
    let bucket = |bound: &str| {
        scrape.value(&format!(r#"retry_delay_seconds_bucket{{service="",operation="called",le="{bound}"}}"#))
    };
    assert_eq!(["0.05", "0.1", "0.5", "+Inf"].map(bucket), [0.0, 1.0, 1.0, 1.0]);
}
