//! A server that throttles what is above its capacity, and clients that want more than that: the loop closed.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    ops::Range,
    time::{Duration, Instant},
};

use super::{AdaptiveRate, Turn, Verdict, start};

const LATENCY: Duration = Duration::from_millis(20);
const PAUSE: Duration = Duration::from_millis(10);

/// Takes `capacity` attempts a second, a tenth of a second's worth at once.
struct Server {
    capacity: fn(second: u64) -> f64,
    room: f64,
    at: Duration,
}

impl Server {
    fn takes(&mut self, now: Duration) -> bool {
        let capacity = (self.capacity)(now.as_secs());
        let room = self.room + now.saturating_sub(self.at).as_secs_f64() * capacity;
        (self.room, self.at) = (room.min((capacity / 10.0).max(1.0)), now);
        let takes = self.room >= 1.0;
        if takes {
            self.room -= 1.0;
        }
        takes
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Ask,
    Wait,
    Answer { taken: bool },
}

/// What each second saw.
#[derive(Clone, Copy, Debug, Default)]
struct Second {
    sent: u32,
    taken: u32,
}

/// Clients of one process share a rate. Each makes attempt after attempt: without limits, one in thirty
/// milliseconds.
fn run(
    processes: usize,
    clients: usize,
    seconds: u64,
    capacity: fn(u64) -> f64,
) -> (Vec<Second>, Vec<AdaptiveRate>) {
    let start: Instant = start();
    let rates: Vec<_> = (0..processes).map(|_| AdaptiveRate::new("api")).collect();
    let mut server = Server { capacity, room: f64::INFINITY, at: Duration::ZERO };
    let mut log = vec![Second::default(); usize::try_from(seconds).expect("few")];
    let mut turns: Vec<Option<Turn<'_>>> = (0..processes * clients).map(|_| None).collect();
    // They do not start all at once.
    let starts = (0..turns.len()).map(|client| {
        let spread = u64::try_from(client * 7919 % 1000).expect("small");
        Reverse((Duration::from_millis(spread), client, Step::Ask))
    });
    let mut steps: BinaryHeap<_> = starts.collect();
    while let Some(Reverse((at, client, step))) = steps.pop() {
        let Some(second) = log.get_mut(usize::try_from(at.as_secs()).expect("few")) else { break };
        let (rate, now) = (&rates[client / clients], start + at);
        let mut next = |delay, step| steps.push(Reverse((at + delay, client, step)));
        if let Step::Answer { taken } = step {
            if taken {
                rate.succeeded(now);
            } else {
                rate.failed(Verdict::THROTTLED, now);
            }
            next(PAUSE, Step::Ask);
            continue;
        }
        let turn = &mut turns[client];
        if step == Step::Ask {
            *turn = rate.acquire(now);
        }
        let wait = turn.as_mut().map_or(Duration::ZERO, |turn| turn.wait(now));
        if !wait.is_zero() {
            next(wait.min(Turn::LONGEST_SLEEP), Step::Wait);
            continue;
        }
        let taken = server.takes(at);
        second.sent += 1;
        second.taken += u32::from(taken);
        next(LATENCY, Step::Answer { taken });
    }
    drop(turns);
    (log, rates)
}

/// Sent and taken, a second.
fn mean(log: &[Second], seconds: Range<usize>) -> (f64, f64) {
    let length = seconds.len() as f64;
    let (sent, taken) =
        log[seconds].iter().fold((0, 0), |(sent, taken), second| (sent + second.sent, taken + second.taken));
    (f64::from(sent) / length, f64::from(taken) / length)
}

const ENOUGH: f64 = 100.0;
const FEW: f64 = 20.0;

/// A hundred a second; for the second minute of three, twenty.
fn with_a_bad_minute(second: u64) -> f64 {
    if (60..120).contains(&second) { FEW } else { ENOUGH }
}

#[test]
fn who_is_not_throttled_is_not_held_back() {
    let (log, rates) = run(1, 50, 10, |_| 1e6);
    // Fifty clients, each of them once in thirty milliseconds.
    let (sent, _) = mean(&log, 1..10);
    assert!((1650.0..1670.0).contains(&sent), "{sent}");
    assert!(log.iter().all(|second| second.sent == second.taken));
    assert_eq!(rates[0].rate(), None);
}

/// What is asserted leaves room for what the algorithm does: a throttling leaves 0.7 of a rate that was about the
/// server's, two in flight at once leave 0.49, and the curve is back soon. So half of what the server can do is
/// always used. Above it the rates rise for about a second before the next throttling, by less than a half together.
#[track_caller]
fn assert_near_capacity(log: &[Second], seconds: Range<usize>, capacity: f64) {
    let (sent, taken) = mean(log, seconds.clone());
    assert!(
        taken >= capacity * 0.5 && sent <= capacity * 1.5,
        "{sent} sent and {taken} taken of {capacity} in seconds {seconds:?}"
    );
}

#[test]
fn traffic_falls_to_what_the_server_can_do_and_recovers() {
    // Without limits they would send from 167 to 6,667 a second.
    for (processes, clients) in [(1, 5), (1, 50), (10, 5), (20, 10)] {
        let (log, rates) = run(processes, clients, 180, with_a_bad_minute);
        // The first throttlings find nothing measured yet: some seconds pass until the rates are up.
        assert_near_capacity(&log, 10..60, ENOUGH);
        assert_near_capacity(&log, 65..120, FEW);
        assert_near_capacity(&log, 125..180, ENOUGH);
        assert!(rates.iter().all(AdaptiveRate::is_throttled));
    }
}

#[test]
fn little_is_sent_in_vain() {
    for (processes, clients) in [(1, 5), (1, 50), (10, 5)] {
        let (log, _) = run(processes, clients, 180, with_a_bad_minute);
        let (sent, taken) = mean(&log, 125..180);
        // Of 167 to 1,667 a second that they would send, 100 could be taken: 40 to 94 % would be in vain.
        assert!(taken >= sent * 0.9, "{sent} sent, {taken} taken");
    }
}

#[test]
fn a_thousand_who_wait_see_the_server_recover() {
    let (log, _) = run(1, 1000, 180, with_a_bad_minute);
    // At the rate at which they began to wait, the last of them would wait for another minute and more.
    assert_near_capacity(&log, 125..180, ENOUGH);
}

#[test]
fn the_same_sequence_gives_the_same_traffic() {
    let traffic = || run(10, 5, 60, with_a_bad_minute).0.iter().map(|second| second.sent).collect::<Vec<_>>();
    assert_eq!(traffic(), traffic());
}
