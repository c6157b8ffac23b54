//! A program of a fleet. Its arguments say what coordinates it, its standard input what it does; what it says begins with
//! `>`, all else is its log. It ends when its input does.
//!
//! - `herd ADDRESS CLIENTS`: connects that many clients to a server, says `connected`, and what became of them
//! - `load SHAPE CALLS`: so many callers call all the time, one operation after the other, until `stop`; `so-far`
//! - `calls SHAPE CALLS OPERATION`: so many calls of one operation at the same moment
//! - `succeed CALLS`: calls that succeed at once
//! - `clock`: says what it takes the time to be, in seconds
//! - `reinstall`: installs the coordinator once more; `uninstall`
#![forbid(unsafe_code)]

mod coordinator;
mod herd;
mod load;
mod log;
mod operations;

use std::{io::BufRead, time::SystemTime};

use coordinator::Coordination;

fn main() {
    let coordination = Coordination::of_arguments();
    log::print(coordination.traces());
    coordination.install();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let _within = runtime.enter();
    let mut load = None;
    say("ready");
    for command in std::io::stdin().lock().lines() {
        let command = command.expect("lines of text");
        let words: Vec<&str> = command.split(' ').collect();
        match words[..] {
            ["herd", server, clients] => {
                runtime.spawn(herd::run(server.parse().expect("an address"), number(clients)));
            }
            ["load", shape, callers] => {
                load.get_or_insert_with(load::Load::default).start(shape, number(callers));
            }
            ["so-far"] => say(&format!("so-far {}", load.as_ref().expect("a load").so_far())),
            ["stop"] => say(&format!("stopped {}", load.take().expect("a load").stop())),
            ["calls", shape, callers, operation] => {
                say(&format!("called {}", load::once(shape, number(callers), number(operation))));
            }
            ["succeed", calls] => {
                (0..number(calls)).for_each(|_| operations::succeed().expect("always"));
                say("succeeded");
            }
            ["clock"] => {
                let time = SystemTime::UNIX_EPOCH.elapsed().expect("after 1970");
                say(&format!("clock {}", time.as_secs()));
            }
            ["reinstall"] => {
                coordination.install();
                say("installed");
            }
            ["uninstall"] => {
                retry_runtime::coordinate::uninstall();
                say("uninstalled");
            }
            _ => panic!("no such command: {command}"),
        }
    }
    std::process::exit(0);
}

fn number(word: &str) -> usize {
    word.parse().unwrap_or_else(|_| panic!("{word} is no number"))
}

/// One line, whole: other threads log.
fn say(words: &str) {
    println!("> {words}");
}
