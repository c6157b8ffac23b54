//! The functions of `retry-runtime`, with its settings, which have been read and say something of them.

#[path = "../retry_runtime/main.rs"]
mod functions;

use retry_runtime::settings;

fn main() -> std::process::ExitCode {
    settings::init().expect("the environment has none");
    // As in the code: a call does what it did.
    settings::update("default", |policy| policy.max_attempts(3)).expect("right");
    functions::main()
}
