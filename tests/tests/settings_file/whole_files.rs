//! Files that cannot be read, or are not what they should be; and many of them.

use std::fs;

use retry_runtime::{RetryPolicy, settings};

use crate::Files;

#[test]
fn a_file_that_is_missing_is_refused_unless_it_is_optional() {
    let files = Files::new();
    assert_eq!(files.refused(&["retry.toml"]), "retry.toml: there is no such file");
    let optional = || {
        let sources = settings::Sources::new().without_environment();
        sources.optional_file(files.path("none/retry.toml")).optional_file(files.path("retry.toml"))
    };
    optional().init().unwrap();
    files.write("retry.toml", "[retry_policies.worker]\nmax_attempts = 9");
    optional().init().unwrap();
    assert_eq!(settings::policy("worker"), Some(RetryPolicy::WORKER.with_max_attempts(9)));
    // It is there, and wrong.
    files.write("retry.toml", "[retry_policies.worker]\nmax_attempts = 0");
    let error = files.plain(&optional().init().unwrap_err());
    assert!(error.starts_with("retry.toml: retry_policies.worker.max_attempts = 0: "), "{error}");
}

#[test]
fn what_is_no_file_of_text_is_refused() {
    let files = Files::new();
    fs::create_dir(files.path("retry.toml")).unwrap();
    assert_eq!(files.refused(&["retry.toml"]), "retry.toml: this is a directory: name a file in it");
    files.write("a.yaml", b"retry_policies:\n  worker:\n    # caf\xe9\n    max_attempts: 5\n");
    assert_eq!(files.refused(&["a.yaml"]), "a.yaml: line 3 is no UTF-8 text: save the file in that encoding");
    files.write("file", "");
    let error = files.refused(&["file/retry.toml"]);
    assert!(error.starts_with("file/retry.toml: cannot be read: "), "{error}");
}

#[test]
fn the_extension_says_what_is_in_a_file() {
    let files = Files::new();
    assert_eq!(
        files.refused_text("retry.jsn", "{}"),
        "retry.jsn: unknown format `.jsn`: did you mean `.json`?"
    );
    assert_eq!(
        files.refused_text("retry.ini", ""),
        "retry.ini: unknown format `.ini`: known are `.toml`, `.yaml`, `.yml`, `.json`"
    );
    assert_eq!(
        files.refused(&["retry"]),
        "retry: the name does not say what is in the file: let it end with one of `.toml`, `.yaml`, `.yml`, `.json`"
    );
    files.write("RETRY.TOML", "retry_policies = {}").read(&["RETRY.TOML"]).unwrap();
}

#[test]
fn a_fault_of_syntax_is_told_with_its_place() {
    let files = Files::new();
    for (name, text, said) in [
        (
            "a.toml",
            "[retry_policies.worker]\nmax_attempts = = 5\n",
            "no valid TOML: line 2, column 16: extra `=`, expected nothing",
        ),
        ("a.toml", "[a]\nb = 5\nb = 6", "no valid TOML: line 3, column 1: duplicate key"),
        (
            "a.yaml",
            "retry_policies:\n  worker: {max_attempts: 5\n",
            "no valid YAML: while parsing a flow mapping, did not find expected ',' or '}' at byte 43 line 3 column 1",
        ),
        (
            "a.yaml",
            "a:\n  b: 5\n  b: 6\n",
            "no valid YAML: String(\"b\"): duplicated key in mapping at byte 15 line 3 column 6",
        ),
        ("a.yaml", "retry_pol", "no valid YAML: invalid type: string \"retry_pol\", expected a map"),
        (
            "a.json",
            "{\"retry_policies\": {\"worker\": {\"max_attempts\": 5}",
            "no valid JSON: EOF while parsing an object at line 1 column 49",
        ),
        ("a.json", "", "no valid JSON: EOF while parsing a value at line 1 column 0"),
        ("a.json", "[]", "no valid JSON: invalid type: sequence, expected a map"),
    ] {
        assert_eq!(files.refused_text(name, text), format!("{name}: {said}"), "{text:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() {
    let files = Files::new();
    let made = std::process::Command::new("mkfifo").arg(files.path("a.toml")).status().unwrap();
    assert!(made.success());
    assert_eq!(
        files.refused(&["a.toml"]),
        "a.toml: cannot be read: a pipe or a device is no file of settings"
    );
}

#[test]
fn a_name_of_several_lines_is_told_on_one() {
    let text = "retry_policies: {\"worker\\nERROR\": {max_attempts: 0}}";
    let said = Files::new().refused_text("a.yaml", text);
    assert!(said.starts_with("a.yaml: retry_policies.worker\\nERROR.max_attempts = 0: "), "{said}");
}

#[test]
fn a_file_without_policies_is_not_one_that_sets_nothing() {
    let files = Files::new();
    files.write("a.toml", "[retry_policies.worker]\nmax_attempts = 9").read(&["a.toml"]).unwrap();
    let none = "has no `retry_policies`: give it an empty one, in TOML `[retry_policies]`, if there is nothing to set";
    for (name, text) in [
        ("b.toml", ""),
        ("b.yaml", "# retry_policies:\n"),
        ("b.json", "{}"),
        ("b.toml", "[log]\nlevel = 'info'"),
    ] {
        assert_eq!(files.refused_text(name, text), format!("{name}: {none}"));
    }
    assert_eq!(
        files.refused_text("b.toml", "[retry_polices.worker]\nmax_attempts = 3"),
        "b.toml: retry_polices: unknown key: did you mean `retry_policies`?"
    );
    for (value, shown) in [("", "nothing"), ("[]", "a list"), ("none", "\"none\"")] {
        assert_eq!(
            files.refused_text("b.yaml", &format!("retry_policies: {value}\n")),
            format!(
                "b.yaml: retry_policies = {shown}: `retry_policies` takes a table of names: an empty one if there is nothing to set"
            )
        );
    }
    // All the while, the old policies were in force.
    assert_eq!(settings::policy("worker").unwrap().max_attempts(), Some(9));
    for (name, text) in [
        ("c.toml", "[retry_policies]"),
        ("c.yaml", "retry_policies: {}"),
        ("c.json", "{\"retry_policies\": {}}"),
    ] {
        files.write(name, text).read(&[name]).unwrap();
        assert_eq!(settings::policy("worker"), Some(RetryPolicy::WORKER), "{name}");
    }
}

#[test]
fn later_files_override_field_by_field() {
    let files = Files::new();
    files.write(
        "a.toml",
        "[retry_policies.worker]\nmax_attempts = 4\ninitial_delay = 2\njitter = 'full'\n[retry_policies.api]\nmax_attempts = 6",
    );
    files.write("b.yaml", "retry_policies: {Worker: {max_attempts: 5, jitter: true, max_delay: 20}}");
    files.read(&["a.toml", "b.yaml"]).unwrap();
    files.assert_value("worker", "max_attempts", "5", "b.yaml: retry_policies.Worker.max_attempts");
    files.assert_value("worker", "max_delay", "20 s", "b.yaml: retry_policies.Worker.max_delay");
    files.assert_value("worker", "initial_delay", "2 s", "a.toml: retry_policies.worker.initial_delay");
    files.assert_value("worker", "jitter", "full", "a.toml: retry_policies.worker.jitter");
    files.assert_value("api", "max_attempts", "6", "a.toml: retry_policies.api.max_attempts");
    files.read(&["b.yaml", "a.toml"]).unwrap();
    files.assert_value("worker", "max_attempts", "4", "a.toml: retry_policies.worker.max_attempts");
}

#[test]
fn all_that_is_wrong_with_all_files_comes_at_once() {
    let files = Files::new();
    files.write("a.toml", "[retry_policies.worker]\nmax_atempts = 4\ninitial_delay = 'soon'");
    files.write("b.yaml", "retry_policies: {api: {inherits: htp, jitter: 7}}");
    files.write("c.json", "{");
    let error = files.read(&["a.toml", "b.yaml", "c.json", "d.toml"]).unwrap_err();
    let keys: Vec<(String, &str)> = error
        .problems()
        .iter()
        .map(|problem| (problem.source.rsplit('/').next().unwrap().to_owned(), problem.key.as_str()))
        .collect();
    let expected = [
        ("a.toml", "retry_policies.worker.max_atempts"),
        ("a.toml", "retry_policies.worker.initial_delay"),
        ("b.yaml", "retry_policies.api.jitter"),
        ("c.json", ""),
        ("d.toml", ""),
        ("b.yaml", "retry_policies.api.inherits"),
    ];
    assert_eq!(keys, expected.map(|(file, key)| (file.to_owned(), key)));
    assert_eq!(files.plain(&error).lines().count(), 6);
}

#[test]
fn a_report_of_a_name_without_end_is_shown() {
    let (files, name) = (Files::new(), "a".repeat(70_000));
    let text = format!("[retry_policies]\n{name} = {{max_attempts = 5}}\n");
    files.write("a.toml", text).read(&["a.toml"]).unwrap();
    assert!(settings::report().to_string().starts_with(&format!("{name}  max_attempts  5  ")));
}
