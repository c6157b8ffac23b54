use retry_runtime::Classify;

#[derive(Classify)]
union Bits {
    whole: u32,
    parts: [u8; 4],
}

fn judged<E: Classify>(_: &E) {}

fn main() {
    judged(&Bits { whole: 1 });
}
