//! The key `coordinated`, in every form of policy: who fails together returns together, or spread over slots.

use std::time::Duration;

use retry_runtime::{Jitter, RetryPolicy, retry};
use retry_tests::{Failure, Flaky, record, record_async, recorded_waits};

use crate::installed;

const BACKOFF: Duration = Duration::from_millis(100);
const OWN: RetryPolicy =
    RetryPolicy::named("own_of_opted_out").with_max_attempts(2).with_jitter(Jitter::None);
const ALONE: RetryPolicy = OWN.with_coordination(false);

/// Functions of one policy: with slots as it says, and without.
macro_rules! pair {
    ($spread:ident, $alone:ident, [$($policy:tt)*], [$($beside:tt)*]) => {
        #[retry($($policy)* $($beside)* sleep = record)]
        fn $spread(flaky: &Flaky) -> Result<u32, Failure> {
            flaky.call()
        }

        #[retry($($policy)* coordinated = false, sleep = record)]
        fn $alone(flaky: &Flaky) -> Result<u32, Failure> {
            flaky.call()
        }
    };
}

pair!(preset, preset_alone, [memory, max_attempts = 2, jitter = none,], []);
pair!(path, path_alone, [OWN,], []);
pair!(
    figures,
    figures_alone,
    [max_attempts = 2, initial_delay = "100ms", jitter = none,],
    [coordinated = true,]
);
pair!(constant, constant_alone, [max_attempts = OWN.max_attempts().unwrap(), jitter = none,], []);
pair!(brought, brought_alone, [ALONE,], [coordinated = true,]);

#[cfg(feature = "settings")]
pair!(computed, computed_alone, [policy_from = OWN,], []);
#[cfg(feature = "settings")]
pair!(computed_after_all, computed_as_brought, [policy_from = ALONE,], [coordinated = true,]);

type Function = fn(&Flaky) -> Result<u32, Failure>;

/// The waits of ten calls that fail together.
fn waits_of_ten(function: Function) -> Vec<Duration> {
    for _ in 0..10 {
        assert_eq!(function(&Flaky::failing(9)), Err(Failure(2)));
    }
    recorded_waits()
}

fn assert_spread(waits: &[Duration]) {
    // Ten of the default's ten slots of 100 ms, of which the first may be nearly over.
    let last = waits.iter().max().expect("ten waits");
    assert!(*last >= BACKOFF + Duration::from_millis(700), "{waits:?}");
    assert!(*last <= BACKOFF + Duration::from_secs(1), "{waits:?}");
    assert!(waits.iter().all(|wait| *wait >= BACKOFF), "{waits:?}");
}

#[test]
fn who_opts_out_returns_at_once_and_the_others_in_slots() {
    let _installed = installed::memory();
    let forms: [(Function, Function); 5] = [
        (preset, preset_alone),
        (path, path_alone),
        (figures, figures_alone),
        (constant, constant_alone),
        (brought, brought_alone),
    ];
    for (spread, alone) in forms {
        assert_spread(&waits_of_ten(spread));
        assert_eq!(waits_of_ten(alone), [BACKOFF; 10]);
    }
}

#[cfg(feature = "settings")]
#[test]
fn so_do_functions_whose_policy_is_computed() {
    let _installed = installed::memory();
    for (spread, alone) in
        [(computed as Function, computed_alone as Function), (computed_after_all, computed_as_brought)]
    {
        assert_spread(&waits_of_ten(spread));
        assert_eq!(waits_of_ten(alone), [BACKOFF; 10]);
    }
}

struct Generic;

impl Generic {
    const ATTEMPTS: u32 = 2;

    #[retry(max_attempts = Self::ATTEMPTS, jitter = none, sleep = record_async)]
    async fn spread(&self, flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }

    #[retry(max_attempts = Self::ATTEMPTS, jitter = none, coordinated = false, sleep = record_async)]
    async fn alone(&self, flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }
}

#[tokio::test]
async fn so_do_async_functions_whose_policy_names_self() {
    let _installed = installed::memory();
    for _ in 0..10 {
        assert_eq!(Generic.spread(&Flaky::failing(9)).await, Err(Failure(2)));
    }
    assert_spread(&recorded_waits());
    for _ in 0..10 {
        assert_eq!(Generic.alone(&Flaky::failing(9)).await, Err(Failure(2)));
    }
    assert_eq!(recorded_waits(), [BACKOFF; 10]);
}

#[test]
fn so_do_calls_of_closures() {
    let _installed = installed::memory();
    let call = |policy: RetryPolicy, name| {
        for _ in 0..10 {
            let flaky = Flaky::failing(9);
            let outcome = policy.call(|| flaky.call()).operation(name).sleep(record).run();
            assert_eq!(outcome, Err(Failure(2)));
        }
        recorded_waits()
    };
    assert_spread(&call(OWN, "closure"));
    assert_eq!(call(ALONE, "closure_alone"), [BACKOFF; 10]);
}

/// What settings say of the operation comes after the attribute.
#[cfg(feature = "settings")]
#[test]
fn settings_of_the_operation_have_the_last_word() {
    use retry_runtime::settings;

    // Of its own: what is set stays set.
    const TUNED: RetryPolicy = OWN.with_name("tuned_of_opted_out");

    #[retry(TUNED, coordinated = false, operation = "opted_out_by_code", sleep = record)]
    fn by_code(flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }

    #[retry(policy_from = TUNED, coordinated = false, operation = "opted_out_by_code_of_computed", sleep = record)]
    fn by_code_of_computed(flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }

    let _installed = installed::memory();
    let forms: [(&str, Function); 2] =
        [("opted_out_by_code", by_code), ("opted_out_by_code_of_computed", by_code_of_computed)];
    settings::update("tuned_of_opted_out", |own| own.coordinated(true)).expect("settings");
    for (operation, function) in forms {
        assert_eq!(waits_of_ten(function), [BACKOFF; 10]);
        settings::update(operation, |own| own.coordinated(true)).expect("settings");
        assert_spread(&waits_of_ten(function));
    }
}
