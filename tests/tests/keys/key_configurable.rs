//! `configurable`: whether settings may change the policy.

use std::time::Duration;

use retry_runtime::{Jitter, RetryPolicy, retry};
use retry_tests::{Failure, Flaky, millis, record, recorded_waits};

const OWN: RetryPolicy = RetryPolicy::named("own_of_configurable").with_jitter(Jitter::None);

#[retry(OWN, configurable = false, sleep = record)]
fn fixed(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(OWN, configurable = true, operation = "open_to_settings", sleep = record)]
fn open(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

struct Generic<T>(T);

impl<T: Fn() -> Result<u32, Failure>> Generic<T> {
    const DELAY: Duration = Duration::from_millis(70);

    #[retry(OWN, initial_delay = Self::DELAY, configurable = false, sleep = record)]
    fn fixed(&self) -> Result<u32, Failure> {
        (self.0)()
    }
}

#[cfg(not(feature = "settings"))]
#[test]
fn without_settings_it_changes_nothing() {
    for function in [fixed, open] {
        assert_eq!(function(&Flaky::failing(9)), Err(Failure(3)));
        assert_eq!(recorded_waits(), millis([100, 200]));
    }
    let flaky = Flaky::failing(9);
    assert_eq!(Generic(|| flaky.call()).fixed(), Err(Failure(3)));
    assert_eq!(recorded_waits(), millis([70, 140]));
}

#[cfg(feature = "settings")]
#[test]
fn settings_reach_what_is_open_to_them_and_nothing_else() {
    use retry_runtime::settings;

    settings::update("own_of_configurable", |own| own.max_attempts(2)).expect("settings");
    assert_eq!(open(&Flaky::failing(9)), Err(Failure(2)));
    assert_eq!(recorded_waits(), millis([100]));
    assert_eq!(fixed(&Flaky::failing(9)), Err(Failure(3)));
    assert_eq!(recorded_waits(), millis([100, 200]));
    let flaky = Flaky::failing(9);
    assert_eq!(Generic(|| flaky.call()).fixed(), Err(Failure(3)));
    assert_eq!(recorded_waits(), millis([70, 140]));
    settings::update("open_to_settings", |own| own.max_attempts(4)).expect("settings");
    assert_eq!(open(&Flaky::failing(9)), Err(Failure(4)));
    let _ = recorded_waits();
}

#[cfg(feature = "settings")]
#[test]
fn to_set_what_is_fixed_is_an_error() {
    let error = retry_runtime::settings::update("fixed_one", |fixed| fixed.max_attempts(4)).unwrap_err();
    let said = error.to_string();
    assert!(said.contains("the code says `configurable = false`: settings cannot change it"), "{said}");
}

#[retry(configurable = false, operation = "fixed_one")]
#[cfg(feature = "settings")]
#[allow(dead_code, reason = "listed, whether called or not")]
fn another() -> Result<u32, Failure> {
    Ok(1)
}

#[cfg(feature = "settings")]
#[tokio::test(start_paused = true)]
async fn of_calls_of_closures_and_of_loops_it_says_the_same() {
    const ONE: RetryPolicy = OWN.with_name("configurable_closures");

    retry_runtime::settings::update("configurable_closures", |own| own.max_attempts(2)).expect("settings");
    for (configurable, attempts) in [(true, 2), (false, 3)] {
        let flaky = Flaky::failing(9);
        let outcome = ONE.call(|| flaky.call()).sleep(record).configurable(configurable).run();
        assert_eq!(outcome, Err(Failure(attempts)));
        let flaky = Flaky::failing(9);
        let call = ONE.call_async(|| flaky.call_async()).configurable(!configurable);
        assert_eq!(call.configurable(configurable).run().await, Err(Failure(attempts)));
        let mut loops = ONE.attempts("of_loops").configurable(configurable);
        let flaky = Flaky::failing(9);
        let last = loop {
            let _ = loops.next().await;
            let Err(error) = flaky.call() else { unreachable!("it fails") };
            if let Err(last) = loops.failed(error) {
                break last;
            }
        };
        assert_eq!(last, Failure(attempts));
    }
    let _ = recorded_waits();
}
