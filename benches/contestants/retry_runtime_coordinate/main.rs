//! The functions of `retry-runtime`, whose retries could be coordinated, and are not: no coordinator is installed.

#[path = "../retry_runtime/main.rs"]
mod functions;

fn main() -> std::process::ExitCode {
    functions::main()
}
