//! `coordinated`: whether a coordinator may spread the retries. Here it is the policy that is looked at, and that nothing
//! else changes; what coordinators make of it is tested in `coordinate/opted_out.rs`.

use std::time::Duration;

use retry_runtime::{Jitter, RetryPolicy, retry};
use retry_tests::{Failure, Flaky, millis, record, recorded_waits};

const OWN: RetryPolicy = RetryPolicy::named("own_of_coordinated").with_jitter(Jitter::None);
const ALONE: RetryPolicy = OWN.with_name("alone_of_coordinated").with_coordination(false);

#[retry(memory, jitter = none, coordinated = false, operation = "coordinated_of_preset", sleep = record)]
fn of_preset(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(OWN, coordinated = false, operation = "coordinated_of_path", sleep = record)]
fn of_path(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(
    max_attempts = 3, initial_delay = "100ms", jitter = none, coordinated = false, operation = "coordinated_of_figures",
    sleep = record
)]
fn of_figures(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(ALONE, coordinated = true, operation = "coordinated_after_all", sleep = record)]
fn after_all(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(ALONE, operation = "coordinated_by_policy", sleep = record)]
fn by_policy(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

struct Generic<T>(T);

impl<T: Fn() -> Result<u32, Failure>> Generic<T> {
    const DELAY: Duration = Duration::from_millis(70);

    #[retry(OWN, initial_delay = Self::DELAY, coordinated = false, sleep = record)]
    fn alone(&self) -> Result<u32, Failure> {
        (self.0)()
    }
}

#[test]
fn without_a_coordinator_it_changes_nothing() {
    for function in [of_preset, of_path, of_figures, after_all, by_policy] {
        assert_eq!(function(&Flaky::failing(9)), Err(Failure(3)));
        assert_eq!(recorded_waits(), millis([100, 200]));
    }
    let flaky = Flaky::failing(9);
    assert_eq!(Generic(|| flaky.call()).alone(), Err(Failure(3)));
    assert_eq!(recorded_waits(), millis([70, 140]));
}

#[cfg(feature = "settings")]
mod with_settings {
    use retry_runtime::settings;

    use super::*;

    /// What the policy of the operation says, and who says so.
    fn coordinated(operation: &str) -> (String, String) {
        let report = settings::report();
        let is_it = |row: &&settings::Row| row.name == operation && row.field == "coordinated";
        let row = report.rows().iter().find(is_it).expect("an annotated function");
        (row.value.clone(), row.source.clone())
    }

    fn in_code(coordinated: bool) -> (String, String) {
        (coordinated.to_string(), "code".to_owned())
    }

    #[test]
    fn the_policy_has_it_whatever_its_form() {
        for operation in ["coordinated_of_preset", "coordinated_of_figures", "coordinated_by_policy"] {
            assert_eq!(coordinated(operation), in_code(false), "{operation}");
        }
        assert_eq!(coordinated("coordinated_after_all"), in_code(true));
    }

    #[retry(OWN, operation = "coordinated_unwritten")]
    #[allow(dead_code, reason = "listed, whether called or not")]
    fn unwritten() -> Result<(), Failure> {
        Ok(())
    }

    #[test]
    fn settings_of_the_policy_leave_it_and_those_of_the_operation_change_it() {
        settings::update("own_of_coordinated", |own| own.coordinated(true)).expect("settings");
        assert_eq!(coordinated("coordinated_of_path"), in_code(false));
        settings::update("own_of_coordinated", |own| own.coordinated(false)).expect("settings");
        assert_eq!(coordinated("coordinated_unwritten").0, "false");
        settings::update("coordinated_of_path", |own| own.coordinated(true)).expect("settings");
        let (coordinated, source) = coordinated("coordinated_of_path");
        assert_eq!(coordinated, "true");
        assert_ne!(source, "code");
    }
}
