//! Random sequences against a model that keeps every call and is plainly right.

use proptest::prelude::*;

use super::*;

/// What a breaker is asked to do, after a pause.
#[derive(Clone, Copy, Debug)]
enum Step {
    Admit,
    /// Ends one of the calls under way: with success, else for good, throttled or else.
    End(usize, End),
    Reset,
}

#[derive(Clone, Copy, Debug)]
enum End {
    Success,
    Transient,
    Throttled,
    Permanent,
    Drop,
}

#[derive(Clone, Copy, Debug)]
struct Figures {
    rate: (u32, u32),
    minimum: u32,
    window: u64,
    row: Option<u32>,
    slow: Option<((u32, u32), u64)>,
    open: u64,
    probes: u32,
}

impl Figures {
    fn breaker(self) -> CircuitBreaker {
        let rate = |(part, whole): (u32, u32)| f64::from(part) / f64::from(whole);
        let breaker = CircuitBreaker::new("model")
            .with_failure_rate(rate(self.rate))
            .with_minimum_calls(self.minimum)
            .with_window(Duration::from_nanos(self.window))
            .with_open_time(Duration::from_nanos(self.open))
            .with_probes(self.probes);
        let breaker = match self.row {
            Some(row) => breaker.with_consecutive_failures(row),
            None => breaker,
        };
        match self.slow {
            Some((slow, longer)) => breaker.with_slow_calls(rate(slow), Duration::from_nanos(longer)),
            None => breaker,
        }
    }
}

/// A call that ended while the circuit was closed.
#[derive(Clone, Copy, Debug)]
struct Call {
    at: u64,
    failed: bool,
    slow: bool,
}

/// Sets of calls in place of counters, numbers of the state's round in place of permits.
#[derive(Debug)]
struct Model {
    figures: Figures,
    state: CircuitState,
    round: usize,
    calls: Vec<Call>,
    opened: u64,
    out: u32,
    passed: u32,
}

impl Model {
    fn new(figures: Figures) -> Self {
        let state = CircuitState::Closed;
        Self { figures, state, round: 0, calls: Vec::new(), opened: 0, out: 0, passed: 0 }
    }

    fn turn(&mut self, state: CircuitState, now: u64) {
        *self = Self { state, round: self.round + 1, opened: now, ..Self::new(self.figures) };
    }

    fn admit(&mut self, now: u64) -> Option<usize> {
        if self.state == CircuitState::Open && now - self.opened >= self.figures.open {
            self.turn(CircuitState::HalfOpen, now);
        }
        match self.state {
            CircuitState::Closed => {}
            CircuitState::HalfOpen if self.out + self.passed < self.figures.probes => self.out += 1,
            _ => return None,
        }
        Some(self.round)
    }

    fn end(&mut self, round: usize, end: End, took: u64, now: u64) {
        if round != self.round {
            return;
        }
        let failed = matches!(end, End::Transient | End::Throttled);
        let slow = self.figures.slow.is_some_and(|(_, longer)| took > longer);
        match (self.state, end) {
            (CircuitState::Closed, End::Drop) => {}
            (CircuitState::Closed, _) => {
                self.calls.push(Call { at: now, failed, slow });
                if self.must_open(now) {
                    self.turn(CircuitState::Open, now);
                }
            }
            (_, End::Drop) => self.out -= 1,
            _ if failed || slow => self.turn(CircuitState::Open, now),
            _ => {
                self.out -= 1;
                self.passed += 1;
                if self.passed == self.figures.probes {
                    self.turn(CircuitState::Closed, now);
                }
            }
        }
    }

    fn must_open(&self, now: u64) -> bool {
        let Figures { rate, minimum, window, row, slow, .. } = self.figures;
        // Buckets of a tenth, counted from the first call. Only the last ones that make up a window count.
        let width = window.div_ceil(10);
        let bucket = |at: u64| (at - self.calls[0].at) / width;
        let counted = || {
            let oldest = (bucket(now) + 1).saturating_sub(window.div_ceil(width));
            self.calls.iter().filter(move |call| bucket(call.at) >= oldest)
        };
        let all = counted().count() as u64;
        let reaches = |part: u64, (of, whole): (u32, u32)| part * u64::from(whole) >= all * u64::from(of);
        let failed = counted().filter(|call| call.failed).count() as u64;
        let were_slow = counted().filter(|call| call.slow).count() as u64;
        let is_rate_high = reaches(failed, rate) || slow.is_some_and(|(slow, _)| reaches(were_slow, slow));
        let last = self.calls.iter().rev().take_while(|call| call.failed).count();
        (all >= u64::from(minimum) && is_rate_high) || row.is_some_and(|row| last >= row as usize)
    }

    fn state(&self, now: u64) -> CircuitState {
        match self.state {
            CircuitState::Open if now - self.opened >= self.figures.open => CircuitState::HalfOpen,
            state => state,
        }
    }
}

fn rates() -> impl Strategy<Value = (u32, u32)> {
    (1_u32..=20).prop_flat_map(|whole| (1..=whole, Just(whole)))
}

fn figures() -> impl Strategy<Value = Figures> {
    let slow = proptest::option::of((rates(), 1_u64..200));
    (rates(), 1_u32..8, 1_u64..1_000, proptest::option::of(1_u32..6), slow, 1_u64..300, 1_u32..4).prop_map(
        |(rate, minimum, window, row, slow, open, probes)| Figures {
            rate,
            minimum,
            window,
            row,
            slow,
            open,
            probes,
        },
    )
}

fn ends() -> impl Strategy<Value = End> {
    prop_oneof![
        4 => Just(End::Success),
        2 => Just(End::Transient),
        1 => Just(End::Throttled),
        1 => Just(End::Permanent),
        1 => Just(End::Drop),
    ]
}

fn steps() -> impl Strategy<Value = Vec<(u64, Step)>> {
    let step = prop_oneof![
        30 => Just(Step::Admit),
        30 => (0_usize..8, ends()).prop_map(|(which, end)| Step::End(which, end)),
        1 => Just(Step::Reset),
    ];
    let pause = prop_oneof![4 => Just(0_u64), 4 => 0_u64..20, 1 => 0_u64..1_500];
    proptest::collection::vec((pause, step), 0..300)
}

fn end(permit: Permit<'_>, end: End, now: Instant) {
    match end {
        End::Success => permit.succeeded(now),
        End::Transient => permit.failed(Verdict::TRANSIENT, now),
        End::Throttled => permit.failed(Verdict::THROTTLED, now),
        End::Permanent => permit.failed(Verdict::PERMANENT, now),
        End::Drop => drop(permit),
    }
}

proptest! {
    #[test]
    fn it_does_what_the_model_does(figures in figures(), steps in steps()) {
        let breaker = figures.breaker();
        let mut model = Model::new(figures);
        let mut under_way = Vec::new();
        let mut nanos = 0;
        for (pause, step) in steps {
            nanos += pause;
            let now = at(Duration::from_nanos(nanos));
            match step {
                Step::Admit => {
                    let (permit, round) = (breaker.admit(now), model.admit(nanos));
                    prop_assert_eq!(permit.is_ok(), round.is_some());
                    under_way.extend(permit.ok().zip(round).map(|(permit, round)| (permit, round, nanos)));
                }
                Step::End(which, how) if which < under_way.len() => {
                    let (permit, round, since) = under_way.swap_remove(which);
                    end(permit, how, now);
                    model.end(round, how, nanos - since, nanos);
                }
                Step::End(..) => {}
                Step::Reset => {
                    breaker.reset();
                    model.turn(CircuitState::Closed, nanos);
                }
            }
            prop_assert_eq!(breaker.state_at(now), model.state(nanos));
            if model.state == CircuitState::HalfOpen {
                let probes = under_way.iter().filter(|(_, round, _)| *round == model.round).count();
                prop_assert!(probes <= figures.probes as usize);
            }
        }
    }

    #[test]
    fn a_clock_that_goes_anywhere_breaks_nothing(
        figures in figures(),
        steps in proptest::collection::vec((0_u64..2_000, 0_usize..4, ends()), 0..300),
    ) {
        let breaker = figures.breaker();
        let mut under_way = Vec::new();
        for (nanos, which, how) in steps {
            let now = at(Duration::from_nanos(nanos));
            match breaker.admit(now) {
                Ok(permit) => under_way.push(permit),
                Err(open) => prop_assert!(open.retry_after() <= Duration::from_nanos(figures.open)),
            }
            if which < under_way.len() {
                end(under_way.swap_remove(which), how, now);
            }
        }
        // From any state it recovers: what is under way goes, the open time passes, the probes succeed.
        under_way.clear();
        let now = at(Duration::from_nanos(2_000 + figures.open));
        for _ in 0..figures.probes {
            if breaker.state_at(now) == CircuitState::HalfOpen {
                succeed(&breaker, now);
            }
        }
        prop_assert_eq!(breaker.state_at(now), CircuitState::Closed);
    }
}
