//! The functions of `retry-runtime`, with its settings, which nothing has read.

#[path = "../retry_runtime/main.rs"]
mod functions;

fn main() -> std::process::ExitCode {
    functions::main()
}
