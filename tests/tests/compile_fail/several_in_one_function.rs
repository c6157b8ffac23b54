use retry_runtime::retry;

#[retry(max_delay = "1x", context = "cx", wrap_error = 1)]
#[retry]
const fn fetch(&mut self) -> &u32 {
    cx.attempt()
}

fn main() {}
