#[retry_runtime::retry]
mod client {
    pub fn answer() -> u32 {
        42
    }
}

#[retry_runtime::retry]
const ANSWER: u32 = 42;

#[retry_runtime::retry]
const fn answer() -> u32 {
    42
}

fn main() {
    let _ = client::answer() + ANSWER;
}
