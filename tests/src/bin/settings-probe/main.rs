//! A program that is tuned: what it is told on its command line it does, one argument after the other, and prints what
//! came of it. Tests start it with an environment of their own.
//!
//! - `init`, `init-or-warn`, `reload`, `report`, `log` (from now on the log is printed)
//! - `value NAME FIELD`: the value that the report has for it, and its source
//! - `policy NAME`: what [`settings::policy`] gives
//! - `update NAME FIELD=VALUE ..`: times are seconds; `clear` takes all back
//! - `at ATTEMPT update ..`: the same during this attempt of the call that comes
//! - `call FUNCTION`: one of [`functions`]; `hang FUNCTION`: its attempts take for ever
#![forbid(unsafe_code)]

mod functions;
mod work;

use std::{env, process::ExitCode, time::Duration};

use retry_runtime::{
    Backoff, Jitter,
    settings::{self, Changes, SettingsError, Sources},
};

fn main() -> ExitCode {
    for command in env::args().skip(1) {
        let words: Vec<&str> = command.split_whitespace().collect();
        if !run(&words) {
            eprintln!("no such command: {command}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn run(words: &[&str]) -> bool {
    match words {
        ["log"] => {
            let log = tracing_subscriber::fmt().without_time().with_ansi(false).with_writer(std::io::stdout);
            log.with_max_level(tracing_subscriber::filter::LevelFilter::DEBUG).init();
        }
        ["init"] => say(settings::init()),
        ["init-or-warn"] => say(Sources::new().init_or_warn().map_or(Ok(()), Err)),
        ["reload"] => say(settings::reload()),
        ["report"] => println!("{}", settings::report()),
        ["value", name, field] => println!("{}", value(name, field)),
        ["policy", name] => println!("{:#?}", settings::policy(name)),
        ["update", name, changes @ ..] => say(update(name, changes)),
        ["at", attempt, "update", name, changes @ ..] => {
            let Ok(attempt) = attempt.parse() else { return false };
            let name = (*name).to_owned();
            let changes: Vec<String> = changes.iter().map(|&change| change.to_owned()).collect();
            work::during(attempt, move || {
                say(update(&name, &changes.iter().map(String::as_str).collect::<Vec<_>>()));
            });
        }
        ["call", function] => return work::called(function, work::Attempt::Fails),
        ["hang", function] => return work::called(function, work::Attempt::Hangs),
        _ => return false,
    }
    true
}

fn say(result: Result<(), SettingsError>) {
    match result {
        Ok(()) => println!("ok"),
        Err(error) => println!("{error}"),
    }
}

fn value(name: &str, field: &str) -> String {
    let report = settings::report();
    let row = report.rows().iter().find(|row| row.name == name && row.field == field);
    row.map_or_else(|| "no row".to_owned(), |row| format!("{} ({})", row.value, row.source))
}

fn update(name: &str, changes: &[&str]) -> Result<(), SettingsError> {
    settings::update(name, |mut policy| {
        for change in changes {
            policy = changed(policy, change);
        }
        policy
    })
}

/// # Panics
/// On what no test should write.
fn changed(policy: Changes, change: &str) -> Changes {
    if change == "clear" {
        return policy.clear();
    }
    let (field, value) = change.split_once('=').expect("a field and its value");
    let number = || value.parse::<u32>().expect("a number");
    let time = || Duration::from_secs_f64(value.parse().expect("seconds"));
    match field {
        "max_attempts" if value == "unlimited" => policy.unlimited_attempts(),
        "max_attempts" => policy.max_attempts(number()),
        "initial_delay" => policy.initial_delay(time()),
        "max_delay" => policy.max_delay(time()),
        "backoff" => policy.backoff(if value == "linear" { Backoff::Linear } else { Backoff::Constant }),
        "exponential_base" => policy.exponential_base(value.parse().expect("a number")),
        "jitter" => policy.jitter(value.parse().map_or(Jitter::None, Jitter::Factor)),
        "max_elapsed" => policy.max_elapsed(time()),
        "max_retry_after" => policy.max_retry_after(time()),
        "max_total_delay" => policy.max_total_delay(time()),
        "slot_count" => policy.slot_count(number()),
        "slot_width" => policy.slot_width(time()),
        "coordinated" => policy.coordinated(value == "true"),
        "idempotency_ttl" => policy.idempotency_ttl(time()),
        "attempt_timeout" => policy.attempt_timeout(time()),
        "deadline" => policy.deadline(time()),
        _ => panic!("no field is called {field}"),
    }
}
