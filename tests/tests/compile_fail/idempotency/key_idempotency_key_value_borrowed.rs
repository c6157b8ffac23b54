use retry_runtime::retry;

#[retry(operation = "name_of", idempotency_key = order)]
fn name_of<'a>(order: u32, names: &'a [String]) -> Result<&'a str, std::io::Error> {
    Ok(&names[order as usize])
}

#[retry(operation = "names_of", idempotency_key = order)]
async fn names_of(order: u32) -> Result<Vec<Option<(u32, &'static str)>>, std::io::Error> {
    Ok(vec![Some((order, "name"))])
}

fn main() {}
