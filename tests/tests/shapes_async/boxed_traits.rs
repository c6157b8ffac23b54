//! Methods under `#[async_trait]`.

use async_trait::async_trait;

use super::*;

#[async_trait]
trait Dynamic {
    async fn fetch(&self, name: String, mut add: Vec<u32>) -> Result<usize, Failure>;
    async fn change(&mut self, (a, b): (u32, u32)) -> Result<u32, Failure>;
    async fn consume(self: Box<Self>, input: &str) -> Result<usize, Failure>;

    #[retry(initial_delay = "0s")]
    async fn by_default(&self) -> Result<usize, Failure>
    where
        Self: Sync,
    {
        self.fetch(String::new(), vec![]).await
    }
}

struct Unannotated(Flaky);

#[async_trait]
impl Dynamic for Unannotated {
    async fn fetch(&self, _: String, _: Vec<u32>) -> Result<usize, Failure> {
        self.0.call_async().await.map(|_| 3)
    }

    async fn change(&mut self, _: (u32, u32)) -> Result<u32, Failure> {
        self.0.call_async().await
    }

    async fn consume(self: Box<Self>, _: &str) -> Result<usize, Failure> {
        Ok(0)
    }
}

struct Boxed {
    flaky: Flaky,
    calls: Cell<u32>,
}

#[async_trait]
impl Dynamic for Flaky {
    #[retry(initial_delay = "0s", clone(add))]
    async fn fetch(&self, name: String, mut add: Vec<u32>) -> Result<usize, Failure> {
        add.push(self.call_async().await?);
        Ok(add.len() + name.len())
    }

    #[retry(initial_delay = "0s")]
    async fn change(&mut self, (a, b): (u32, u32)) -> Result<u32, Failure> {
        Ok(self.call_async().await? + a + b)
    }

    #[retry(initial_delay = "0s")]
    async fn consume(self: Box<Self>, input: &str) -> Result<usize, Failure> {
        self.call_async().await?;
        Ok(input.len())
    }
}

#[async_trait]
trait Change {
    async fn change(&mut self, cell: Cell<u32>) -> Result<u32, Failure>;
}

#[async_trait]
impl Change for Boxed {
    #[retry(initial_delay = "0s")]
    async fn change(&mut self, cell: Cell<u32>) -> Result<u32, Failure> {
        cell.set(cell.get() + 1);
        self.calls.set(cell.get());
        self.flaky.call_async().await
    }
}

#[tokio::test]
async fn async_trait_methods_make_three_attempts() {
    assert_eq!(Flaky::failing(2).fetch("a".into(), vec![0]).await, Ok(3));
    assert_eq!(Dynamic::change(&mut Flaky::failing(2), (1, 2)).await, Ok(6));
    assert_eq!(Box::new(Flaky::failing(2)).consume("four").await, Ok(4));
    assert_eq!(Unannotated(Flaky::failing(2)).by_default().await, Ok(3));
    let mut boxed = Boxed { flaky: Flaky::failing(2), calls: Cell::new(0) };
    assert_eq!(sendable(boxed.change(Cell::new(0))).await, Ok(3));
    assert_eq!(boxed.calls.get(), 3);
}
