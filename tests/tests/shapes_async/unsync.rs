//! `Send` and not `Sync`, wherever an argument may hold it.

use super::*;

struct Held(Cell<u32>);

#[retry(initial_delay = "0s", clone(text))]
async fn cloned<T: Clone + Send + AsRef<str>>(flaky: &Flaky, text: T) -> Result<usize, Failure> {
    let length = text.as_ref().len();
    flaky.call_async().await?;
    Ok(text.as_ref().len() + length)
}

#[retry(initial_delay = "0s")]
async fn in_patterns(
    flaky: &Flaky,
    (a, _): (Cell<u32>, u8),
    [b, ..]: [Cell<u32>; 2],
) -> Result<u32, Failure> {
    a.set(b.get());
    flaky.call_async().await?;
    Ok(a.get())
}

#[retry(initial_delay = "0s")]
async fn borrowed_inside(flaky: &Flaky, cell: Option<&mut Cell<u32>>) -> Result<u32, Failure> {
    let value = cell.as_ref().map_or(0, |cell| cell.get());
    flaky.call_async().await?;
    Ok(value + cell.as_ref().map_or(0, |cell| cell.get()))
}

#[retry(initial_delay = "0s")]
async fn raw(flaky: &Flaky, r#type: Cell<u32>) -> Result<String, Failure> {
    let text = format!("{type:?}");
    flaky.call_async().await?;
    Ok(text)
}

macro_rules! by_fragment {
    ($name:ident, $cell:ident: $ty:ty) => {
        #[retry(initial_delay = "0s")]
        async fn $name(flaky: &Flaky, $cell: $ty) -> Result<u32, Failure> {
            $cell.set(1);
            flaky.call_async().await?;
            Ok($cell.get())
        }
    };
}
by_fragment!(fragment, cell: &mut Cell<u32>);

impl Held {
    #[retry(initial_delay = "0s")]
    async fn by_box(self: Box<Self>, flaky: &Flaky) -> Result<u32, Failure> {
        self.0.set(1);
        flaky.call_async().await
    }

    #[retry(initial_delay = "0s")]
    async fn by_pin(self: Pin<&mut Self>, flaky: &Flaky) -> Result<u32, Failure> {
        self.0.set(1);
        flaky.call_async().await
    }
}

#[tokio::test]
async fn their_futures_are_send() {
    assert_three!(|flaky| sendable(cloned(flaky, "text")));
    assert_three!(|flaky| sendable(in_patterns(flaky, (Cell::new(1), 0), [Cell::new(1), Cell::new(2)])));
    assert_three!(|flaky| sendable(borrowed_inside(flaky, None)));
    assert_three!(|flaky| sendable(raw(flaky, Cell::new(1))));
    assert_three!(|flaky| sendable(Box::new(Held(Cell::new(0))).by_box(flaky)));
    let (flaky, mut held, mut cell) = (Flaky::failing(2), Held(Cell::new(0)), Cell::new(0));
    assert_eq!(sendable(Pin::new(&mut held).by_pin(&flaky)).await, Ok(3));
    assert_eq!(sendable(fragment(&Flaky::failing(2), &mut cell)).await, Ok(1));
}
