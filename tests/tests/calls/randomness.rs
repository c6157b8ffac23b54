use super::*;

fn waits(seed: Option<u64>) -> Vec<Duration> {
    let call = RetryPolicy::HTTP.call(|| Err::<(), _>("no")).sleep(record);
    let result = match seed {
        Some(seed) => call.rng(SmallRng::seed_from_u64(seed)).run(),
        None => call.run(),
    };
    assert_eq!(result, Err("no"));
    recorded_waits()
}

#[test]
fn the_same_seed_gives_the_same_waits() {
    assert_eq!(waits(Some(1)), waits(Some(1)));
    assert_ne!(waits(Some(1)), waits(Some(2)));
}

#[test]
fn two_calls_never_share_their_draws() {
    let here: Vec<_> = (0..50).map(|_| waits(None)).collect();
    let there = std::thread::spawn(|| (0..50).map(|_| waits(None)).collect::<Vec<_>>());
    let all: Vec<_> = here.into_iter().chain(there.join().expect("no panic")).flatten().collect();
    let different: std::collections::HashSet<_> = all.iter().collect();
    assert_eq!((all.len(), different.len()), (400, 400));
}

#[tokio::test]
async fn the_three_forms_draw_alike_from_a_seed() {
    let rng = || SmallRng::seed_from_u64(3);
    let policy = RetryPolicy::DATABASE.with_max_attempts(6);
    let expected: Vec<_> = policy.delays_with(rng()).collect();
    let _ = policy.call(|| Err::<(), _>("no")).rng(rng()).sleep(record).run();
    assert_eq!(recorded_waits(), expected);
    let _ = policy.call_async(async || Err::<(), _>("no")).rng(rng()).sleep(record_async).run().await;
    assert_eq!(recorded_waits(), expected);
    let mut attempts = policy.attempts("loop").rng(rng()).sleep(record_async);
    while attempts.failed("no").is_ok() {
        attempts.next().await;
    }
    assert_eq!(recorded_waits(), expected);
}
