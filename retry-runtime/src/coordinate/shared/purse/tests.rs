//! What may be spent, and what is told of it.

use super::*;

/// A purse and a moment; `report` and `answered` are of session 1.
fn new() -> (Purse, Instant) {
    (Purse::new(), Instant::now())
}

/// One that holds its share of ten, of a hundred that are left.
fn holding() -> (Purse, Instant) {
    let (mut purse, now) = new();
    granted(&mut purse, now, 10);
    (purse, now)
}

fn granted(purse: &mut Purse, now: Instant, number: u64) -> Report {
    let report = purse.report(1, 0, false, now);
    let total = report.granted.max(report.used + report.returned) + number;
    purse.answered(report, Some(Granted { total, share: 10, left: 100, time: 7 }), now);
    report
}

fn taken(purse: &mut Purse, now: Instant, times: u32) -> Vec<Taken> {
    (0..times).map(|_| purse.take(1, now)).collect()
}

#[test]
fn what_was_granted_is_spent_and_no_more() {
    let (mut purse, now) = holding();
    assert_eq!(taken(&mut purse, now, 10), [Taken::Granted; 10]);
    assert_eq!(purse.take(1, now), Taken::Refused);
    assert_eq!(purse.balance(now), Some(90));
    granted(&mut purse, now, 1);
    assert_eq!(taken(&mut purse, now, 2), [Taken::Granted, Taken::Refused]);
}

#[test]
fn before_the_first_answer_one_is_made_and_told_of() {
    let (mut purse, now) = new();
    assert_eq!(taken(&mut purse, now, 2), [Taken::Granted, Taken::Refused]);
    let report = granted(&mut purse, now, 0);
    assert_eq!((report.used, report.mood), (1, Mood::Hungry));
    assert_eq!(purse.take(1, now), Taken::Refused, "it was charged");
}

#[test]
fn it_asks_for_more_before_nothing_is_left() {
    let (mut purse, now) = holding();
    taken(&mut purse, now, 4);
    assert!(!purse.is_in_need());
    purse.take(1, now);
    assert!(purse.is_in_need() && purse.is_due(1, now));
    assert_eq!(purse.report(1, 0, false, now).mood, Mood::Hungry);
}

#[test]
fn nobody_asks_at_once_where_nothing_is_left() {
    let (mut purse, now) = holding();
    taken(&mut purse, now, 11);
    granted(&mut purse, now, 0);
    taken(&mut purse, now, 1);
    assert!(!purse.is_in_need() && !purse.is_due(1, now));
    assert!(purse.is_due(1, now + OFTEN));
}

#[test]
fn what_is_not_needed_goes_back() {
    let (mut purse, now) = holding();
    granted(&mut purse, now, 20);
    assert_eq!(purse.report(1, 0, false, now).returned, 20, "all but its share");
    assert_eq!(taken(&mut purse, now, 11)[9..], [Taken::Granted, Taken::Refused]);
    let report = purse.report(1, 0, true, now);
    assert_eq!((report.mood, report.returned), (Mood::Resting, 20));
}

#[test]
fn what_does_not_pay_for_a_retry_goes_back() {
    let (mut purse, now) = holding();
    assert_eq!(purse.take(14, now), Taken::Refused);
    assert_eq!(purse.report(1, 0, false, now).returned, 10);
}

#[test]
fn what_nobody_prolongs_is_nobodys() {
    let (mut purse, now) = holding();
    let now = now + LEASE;
    assert_eq!(purse.take(1, now), Taken::Refused, "an answer may yet come");
    assert_eq!(purse.report(1, 0, false, now).returned, 10);
}

#[test]
fn after_a_second_of_silence_it_is_alone_until_there_is_an_answer() {
    let (mut purse, now) = holding();
    let report = purse.report(1, 0, false, now);
    assert_eq!(purse.take(1, now + SILENCE / 2), Taken::Granted);
    purse.answered(report, None, now);
    assert_eq!(purse.take(1, now + SILENCE / 2), Taken::Granted, "a pause");
    assert_eq!(purse.take(1, now + SILENCE), Taken::Alone);
    assert_eq!(purse.balance(now + SILENCE), None);
    let report = granted(&mut purse, now + SILENCE, 0);
    assert_eq!(report.used, 2, "what was made alone is not told");
    assert_eq!(purse.take(1, now + SILENCE), Taken::Granted);
}

#[test]
fn one_that_redis_never_answered_is_alone() {
    let (mut purse, now) = new();
    let report = purse.report(1, 0, false, now);
    assert_eq!(purse.take(1, now), Taken::Granted);
    purse.answered(report, None, now);
    assert_eq!(purse.take(1, now), Taken::Alone, "at once where it was asked in vain");

    let (mut purse, now) = new();
    assert_eq!(purse.take(1, now), Taken::Granted);
    assert_eq!(purse.take(1, now + SILENCE), Taken::Alone, "after a second where nobody asked");
}

#[test]
fn what_one_redis_granted_is_nothing_to_another() {
    let (mut purse, now) = holding();
    let late = purse.report(1, 0, false, now);
    let report = purse.report(2, 40, false, now);
    assert_eq!((report.granted, report.used, report.before.income), (0, 0, 40));
    purse.answered(late, Some(Granted { total: 50, share: 10, left: 100, time: 7 }), now);
    assert_eq!(taken(&mut purse, now, 2), [Taken::Granted, Taken::Refused]);
}
