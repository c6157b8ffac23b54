use super::*;

#[tokio::test(start_paused = true)]
async fn after_a_drop_at_any_point_no_attempt_runs() {
    let mut seen = Vec::new();
    for half_seconds in 0..40 {
        let flaky = Flaky::failing(9);
        let slow = async || {
            tokio::time::sleep(SECOND).await;
            flaky.call()
        };
        let prepare = async |_: Context<'_>| tokio::time::sleep(SECOND).await;
        let call = STEADY.call_async(slow).before_retry(prepare).run();
        let limit = SECOND / 2 * half_seconds + Duration::from_millis(1);
        let ended = tokio::time::timeout(limit, call).await.is_ok();
        let attempts = flaky.attempts();
        tokio::time::sleep(SECOND * 60).await;
        assert_eq!(flaky.attempts(), attempts);
        assert_eq!(ended, attempts == 5);
        seen.push(attempts);
    }
    assert!(seen.is_sorted() && (0..5).all(|attempt| seen.contains(&attempt)), "{seen:?}");
}
