//! Functions of every shape share the slots of their operation.

use retry_tests::{servers::Redis, worker::Calls};

use crate::{alone, worker};

#[test]
fn blocking_and_async_functions_are_served_with_tokio_and_without() {
    let _alone = alone();
    let redis = Redis::start();
    let mut process = worker(&["redis", &redis.url(), "--timeout", "2000"]);
    for shape in ["blocking", "without-runtime", "multi-thread", "current-thread"] {
        process.say(&format!("calls {shape} 20 0"));
        let calls = Calls::read(&process.hear("called"));
        assert_eq!((calls.made, calls.failed), (20, 0), "{shape}");
    }
    let asked = redis.tell("INFO commandstats").expect("it answers");
    // Two retries each, and the probe of the beginning at most.
    let count = asked.lines().find_map(|line| line.strip_prefix("cmdstat_hincrby:calls="));
    assert_eq!(count.and_then(|count| count.split(',').next()), Some("160"), "{asked}");
    assert_eq!(process.count("WARN"), 0, "{}", process.all());
}

/// The embedded coordinator serves the same functions.
#[test]
fn all_of_them_are_served_without_a_server() {
    let _alone = alone();
    let mut process = worker(&["memory"]);
    for shape in ["blocking", "without-runtime", "multi-thread", "current-thread"] {
        process.say(&format!("calls {shape} 20 0"));
        let calls = Calls::read(&process.hear("called"));
        assert_eq!((calls.made, calls.failed), (20, 0), "{shape}");
    }
}
