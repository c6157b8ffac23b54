//! A process of a fleet whose functions have idempotency keys. Its command line says what it is coordinated by:
//!
//! - `redis URL`, `memory` or `none`
//! - `--lease MILLISECONDS`, `--timeout MILLISECONDS`, `--limit BYTES`, `--refuse`
//!
//! On its standard input it is told what to do. What it says begins with `>`, all else that it prints is its log.
//!
//! - `call CALL KEY`, `call-blocking`, `call-local`, `call-number`: makes a call of that name, and says `CALL begins` when
//!   its body does, `CALL returns` when that does, and `CALL ok VALUE`, `CALL err TEXT` or `CALL is gone` at its end
//! - `go CALL VALUE`, `fail CALL`, `panic CALL`: what its body does then
//! - `drop CALL`: drops its future
//! - `storm URL WORKER SEED`: see [`storm`]
#![forbid(unsafe_code)]

mod gated;
mod storm;

use std::{collections::HashMap, env, io::stdin, time::Duration};

use retry_runtime::coordinate::{self, redis::Options};
use tokio::{runtime, task::JoinHandle};
use tracing_subscriber::filter::LevelFilter;

fn main() {
    let log = tracing_subscriber::fmt().without_time().with_ansi(false).with_writer(std::io::stdout);
    log.with_max_level(LevelFilter::DEBUG).init();
    let arguments: Vec<String> = env::args().skip(1).collect();
    coordinated_by(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let runtime =
        runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let _within = runtime.enter();
    say("ready");
    let mut calls = HashMap::new();
    for line in stdin().lines().map_while(Result::ok) {
        do_it(&line, &mut calls);
    }
}

fn coordinated_by(arguments: &[&str]) {
    let (coordinator, options) = match arguments {
        ["redis", _, options @ ..] => ("redis", options),
        [other, options @ ..] => (*other, options),
        [] => panic!("coordinated by what?"),
    };
    let mut options = options.iter();
    let mut to = Options::default();
    while let Some(option) = options.next() {
        let mut number = || options.next().and_then(|number| number.parse().ok()).expect("a number");
        to = match *option {
            "--lease" => to.lease(Duration::from_millis(number())),
            "--timeout" => to.timeout(Duration::from_millis(number())),
            "--limit" => to.result_limit(usize::try_from(number()).expect("a size")),
            "--refuse" => to.refuse_when_gone(),
            other => panic!("no such option: {other}"),
        };
    }
    match coordinator {
        "redis" => to.connect(arguments[1]).expect("the address").install(),
        "memory" => coordinate::memory().install(),
        "none" => {}
        other => panic!("no such coordinator: {other}"),
    }
}

fn do_it(line: &str, calls: &mut HashMap<String, JoinHandle<()>>) {
    match line.split(' ').collect::<Vec<_>>()[..] {
        [kind, call, key] if kind.starts_with("call") => {
            calls.insert(call.to_owned(), gated::begin(kind, call.to_owned(), key.to_owned()));
        }
        ["go", call, value] => gated::tell(call, gated::Word::Go(value.to_owned())),
        ["fail", call] => gated::tell(call, gated::Word::Fail),
        ["panic", call] => gated::tell(call, gated::Word::Panic),
        ["drop", call] => calls.remove(call).expect("a call").abort(),
        ["storm", url, worker, seed] => {
            tokio::spawn(storm::rage(
                url.to_owned(),
                worker.parse().expect("a number"),
                seed.parse().expect("a seed"),
            ));
        }
        _ => panic!("no such command: {line}"),
    }
}

fn say(words: &str) {
    println!("> {words}");
}
