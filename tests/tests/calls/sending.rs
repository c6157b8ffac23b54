use super::*;

struct Unsendable(#[expect(dead_code, reason = "makes it so")] Rc<()>);

impl std::fmt::Display for Unsendable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("unsendable")
    }
}

fn sendable<F: Future + Send>(future: F) -> F {
    future
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_with_all_it_can_have_is_spawned() {
    let flaky = Arc::new(Flaky::failing(2));
    let told = Arc::new(AtomicU32::new(0));
    let (shared, heard) = (Arc::clone(&flaky), Arc::clone(&told));
    let task = tokio::spawn(
        RetryPolicy::DEFAULT
            .with_initial_delay(Duration::from_micros(1))
            .call_async(move || {
                let flaky = Arc::clone(&shared);
                async move { flaky.call_async().await }
            })
            .filter(|error: &Failure| error.0 < 9)
            .filter_ok(|value| *value == 0)
            .on_retry(move |_| {
                heard.fetch_add(1, Ordering::Relaxed);
            })
            .before_retry(async |_| tokio::task::yield_now().await)
            .fallback(async |error| Err(error))
            .rng(SmallRng::seed_from_u64(1))
            .run(),
    );
    assert_eq!(task.await.expect("no panic"), Ok(3));
    assert_eq!(told.load(Ordering::Relaxed), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_loop_form_is_spawned() {
    let task = tokio::spawn(async move {
        let flaky = Flaky::failing(2);
        let mut attempts = RetryPolicy::DEFAULT
            .with_initial_delay(Duration::from_micros(1))
            .attempts("spawned")
            .rng(SmallRng::seed_from_u64(1));
        loop {
            let _ = attempts.next().await;
            match flaky.call_async().await {
                Err(error) => attempts.failed(error)?,
                done => return done,
            }
        }
    });
    assert_eq!(task.await.expect("no panic"), Ok(3));
}

#[tokio::test(start_paused = true)]
async fn an_error_that_is_not_send_leaves_the_future_send() {
    let attempts = AtomicU32::new(0);
    let operation = || {
        attempts.fetch_add(1, Ordering::Relaxed);
        async { Err::<(), _>(Unsendable(Rc::new(()))) }
    };
    assert!(sendable(STEADY.call_async(operation).run()).await.is_err());
    assert!(sendable(STEADY.call_async(operation).run_wrapped()).await.is_err());
    let hooked = STEADY.call_async(operation).on_retry(|_| {}).before_retry(async |_| {});
    assert!(sendable(hooked.run()).await.is_err());
    let answered = STEADY.call_async(operation).fallback(|_| async { Ok(()) });
    assert!(sendable(answered.run()).await.is_ok());
    assert_eq!(attempts.load(Ordering::Relaxed), 20);
}

#[tokio::test(start_paused = true)]
async fn in_the_loop_form_too() {
    let work = async {
        let mut attempts = STEADY.attempts("work");
        loop {
            let _ = attempts.next().await;
            if let Err(error) = attempts.failed(Unsendable(Rc::new(()))) {
                return error;
            }
        }
    };
    sendable(work).await;
}
