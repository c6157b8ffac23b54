//! A process of a fleet that shares guards. Its arguments are the address of a Redis, and `cluster` if it
//! is one of a Redis Cluster; what it is told on its standard input, a
//! line each, it does, and prints what came of it:
//!
//! - `call BREAKER`: a call that succeeds if it is made: `ok`, or `refused` and for how many milliseconds yet
//! - `fail BREAKER`: the same of one that fails: `down`
//! - `state BREAKER`, `reset BREAKER`
//! - `retry BUDGET N`: so many calls that fail, and how many retries they made
//! - `succeed BUDGET N`: so many calls that succeed at once
//! - `balance BUDGET`
#![forbid(unsafe_code)]

mod guards;

use std::{env, io, process::ExitCode, time::Duration};

use guards::{Failure, breaker, budget, call, tried};
use retry_runtime::{CircuitBreaker, coordinate::redis};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let coordinator = match &arguments[..] {
        [url] => redis::connect(url),
        // The connection to a cluster is made of several.
        [url, _] => redis::Options::default().timeout(Duration::from_secs(1)).connect_cluster([url.as_str()]),
        _ => {
            eprintln!("the address of a Redis, please");
            return ExitCode::FAILURE;
        }
    };
    match coordinator {
        Ok(coordinator) => coordinator.install(),
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    }
    for line in io::stdin().lines().map_while(Result::ok) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some(answer) = answer(&words) else {
            eprintln!("no such command: {line}");
            return ExitCode::FAILURE;
        };
        println!("{answer}");
    }
    ExitCode::SUCCESS
}

fn answer(words: &[&str]) -> Option<String> {
    Some(match words {
        ["call", name] => told(breaker(name)?, true),
        ["fail", name] => told(breaker(name)?, false),
        ["state", name] => breaker(name)?.state().to_string(),
        ["reset", name] => {
            breaker(name)?.reset();
            "ok".to_owned()
        }
        ["retry", name, number] => retries(name, number, false)?,
        ["succeed", name, number] => retries(name, number, true)?,
        ["balance", name] => budget(name)?.balance().to_string(),
        _ => return None,
    })
}

fn told(breaker: &CircuitBreaker, is_up: bool) -> String {
    match call(breaker, is_up) {
        Ok(()) => "ok".to_owned(),
        Err(Failure::Down) => "down".to_owned(),
        Err(Failure::Refused(open)) => format!("refused {}", open.retry_after().as_millis()),
    }
}

fn retries(budget: &str, number: &str, is_up: bool) -> Option<String> {
    let (budget, number) = (self::budget(budget)?, number.parse::<u32>().ok()?);
    let retries: u32 = (0..number).map(|_| tried(budget, is_up) - 1).sum();
    Some(retries.to_string())
}
