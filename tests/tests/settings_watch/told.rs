//! What the log says.

use retry_runtime::settings;

use crate::{Directory, assert_attempts, lines_with, log, wait_for_attempts, wait_until};

#[test]
fn a_wrong_file_leaves_the_policies_and_is_warned_of_once() {
    let directory = Directory::new();
    let (_, _watch) = directory.watched("retry.toml", 5);
    let wrong = "[retry_policies.worker]\nmax_attempts = 0\nmax_dealy = 3\n";
    directory.put("retry.toml", wrong);
    wait_until("two warnings", || lines_with("WARN") >= 2);
    // Looked at again, for it may be right by now; still wrong in the same way.
    directory.put("retry.toml", &format!("# tried\n{wrong}"));
    directory.put("other.toml", "");
    assert_attempts(5);
    directory.write("retry.toml", 6);
    wait_for_attempts(6);
    assert_eq!(lines_with("WARN"), 2, "{:#?}", log());
    for part in [
        "retry.toml: retry_policies.worker.max_attempts = 0: ",
        "unknown field `max_dealy`: did you mean `max_delay`?",
        "settings refused, the policies stay as they are",
    ] {
        assert!(lines_with(part) > 0, "{part} in {:#?}", log());
    }
}

#[test]
fn a_change_is_told_once_and_the_same_content_is_none() {
    let directory = Directory::new();
    let (_, _watch) = directory.watched("retry.toml", 5);
    directory.write("retry.toml", 6);
    wait_for_attempts(6);
    directory.write("retry.toml", 6);
    directory.write("another.toml", 9);
    directory.write("retry.toml", 7);
    wait_for_attempts(7);
    wait_until("the last line", || lines_with("after=\"7\"") > 0);
    let of_worker: Vec<String> = log().into_iter().filter(|line| line.contains("before=\"")).collect();
    assert_eq!(of_worker.iter().filter(|line| line.contains("after=\"6\"")).count(), 1, "{of_worker:#?}");
    assert!(of_worker.iter().all(|line| !line.contains("after=\"9\"")), "{of_worker:#?}");
}

#[test]
fn a_name_that_is_nearly_one_is_warned_of_but_not_a_service_that_only_has_operations() {
    let directory = Directory::new();
    let text = "[retry_policies.workr.charge]\nmax_attempts = 5\n";
    let _watch = settings::watch(directory.put("retry.toml", text)).unwrap();
    assert_eq!(lines_with("WARN"), 0, "{:#?}", log());
    directory.put("retry.toml", &format!("[retry_policies.workr]\nmax_delay = 20\n{text}"));
    wait_until("a warning", || lines_with("WARN") > 0);
    assert_eq!(lines_with("did you mean `worker`?"), 1, "{:#?}", log());
}
