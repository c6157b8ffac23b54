//! Policies that only a file knows of.

use retry_runtime::{retry, settings};
use retry_tests::{Failure, Flaky, record, recorded_waits};

use crate::Files;

#[retry(policy_from = settings::policy(tenant).expect("a section"), sleep = record)]
fn fetch(tenant: &str, flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn a_section_is_a_policy_of_that_name_and_no_other() {
    let files = Files::new();
    let sections = [
        "[retry_policies.tenant-a]\nmax_attempts = 2\ninitial_delay = 0\n",
        "[retry_policies.tenant-b]\nmax_attempts = 5\ninitial_delay = 0\n",
        "[retry_policies.default]\nmax_attempts = 7\n",
    ];
    files.write("tenants.toml", sections.concat()).read(&["tenants.toml"]).unwrap();
    assert_eq!(settings::policy("tenant-a").map(|policy| policy.name()), Some("tenant_a"));
    assert_eq!(settings::policy("tenant-c"), None);
    assert_eq!(fetch("tenant-a", &Flaky::failing(9)), Err(Failure(2)));
    assert_eq!(fetch("tenant-b", &Flaky::failing(9)), Err(Failure(5)));
    drop(recorded_waits());
}
