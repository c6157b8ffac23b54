//! The functions of `retry-runtime`, with the features of all clients it knows: whoever turns one on pays for it
//! when compiling, and nothing in a call.

#[path = "../retry_runtime/main.rs"]
mod functions;

fn main() -> std::process::ExitCode {
    functions::main()
}
