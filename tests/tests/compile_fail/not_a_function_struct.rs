use retry_runtime::retry;

#[retry]
#[derive(Debug)]
pub struct Client;

fn main() {
    println!("{:?}", Client);
}
