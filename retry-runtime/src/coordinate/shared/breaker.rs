//! A circuit breaker that processes share, as this one knows it.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use retry_rules::duration::nanos;

use super::{BREAKERS, usage::Usage};

/// What others must hear of this process's circuit. Times are the system's, for others know no paused one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// It opened.
    Opened { until: Instant },
    /// Its probes passed: others that opened with it need not wait longer.
    Passed,
    /// Somebody closed it by hand, whatever opened it.
    Reset,
}

/// What this process's circuit must hear of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    Opened { until: Instant },
    Closed,
}

/// What Redis says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// The last opening, by its time on the server; zero for none.
    pub(crate) opening: u64,
    pub(crate) left: Duration,
    pub(crate) is_closed: bool,
    /// By its clock, in milliseconds.
    pub(crate) time: u64,
}

/// What Redis is asked: the news, once it was told ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    pub(crate) event: Option<Event>,
    /// Of an opening: how long it lasts yet, in whole milliseconds.
    pub(crate) left: Duration,
    /// The opening that this process knows.
    pub(crate) opening: u64,
    /// The server's time when it is asked, as far as it is known, else zero: what it hears late is late for it, too.
    pub(crate) time: u64,
    session: u64,
}

#[derive(Debug)]
pub(crate) struct SharedBreaker {
    name: &'static str,
    usage: Usage,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// Which coordinator it knows this from.
    session: u64,
    opening: u64,
    is_closed: bool,
    /// The server's time, and when it said so.
    time: Option<(u64, Instant)>,
    /// Not told yet.
    event: Option<Event>,
    /// Not heard yet by a call.
    news: Option<News>,
}

/// What calls and the circuit do.
impl SharedBreaker {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, usage: Usage::new(), known: Mutex::default() }
    }

    /// Whether a call must note that it uses the breaker, and hear the news.
    #[inline]
    pub(crate) fn is_due(&self) -> bool {
        self.usage.is_due()
    }

    /// A call uses it. News are taken by [`news`](Self::news), under the circuit's lock.
    pub(crate) fn used(&self) {
        if self.usage.note() {
            BREAKERS.hurry();
        }
    }

    /// Under the circuit's lock, so that what happens to the circuit meanwhile is not undone by older news.
    pub(crate) fn news(&self) -> Option<News> {
        self.known().news.take()
    }

    /// Something happened to the circuit; under its lock, for the same reason.
    pub(crate) fn tell(&self, event: Event) {
        let mut known = self.known();
        known.news = None;
        known.event = Some(event);
        drop(known);
        BREAKERS.hurry();
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the coordinator's thread does.
impl SharedBreaker {
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// What Redis must be asked, if there is anything to tell or anybody to hear the answer.
    pub(crate) fn question(&self, session: u64, now: Instant) -> Option<Question> {
        let mut known = self.known();
        if known.session != session {
            *known = Known { session, event: known.event, ..Known::default() };
        }
        // One that could not be told, and is over.
        known.event = known.event.filter(|event| !matches!(event, Event::Opened { until } if *until <= now));
        let is_asked = known.event.is_some() || self.usage.is_used() || !self.usage.rest();
        let left = match known.event {
            Some(Event::Opened { until }) => whole_millis(until.saturating_duration_since(now)),
            _ => Duration::ZERO,
        };
        is_asked.then(|| Question {
            event: known.event.take(),
            left,
            opening: known.opening,
            time: known.time_at(now),
            session,
        })
    }

    /// Redis answered, or did not.
    pub(crate) fn answered(&self, question: Question, told: Option<Told>, now: Instant) {
        let mut known = self.known();
        if known.session == question.session {
            known.time = told.map(|told| (told.time, now)).or(known.time);
            match told {
                Some(told) if known.event.is_none() => known.hear(question, told, now),
                // The circuit has changed since: news that do not know of it are outdated.
                Some(_) => {}
                None => known.event = known.event.or(question.event),
            }
        }
        drop(known);
        self.usage.freshen();
    }
}

impl Known {
    fn hear(&mut self, asked: Question, told: Told, now: Instant) {
        let is_new = told.opening != self.opening;
        // Of one's own opening there is news only if others keep it open longer.
        if is_new && !told.is_closed && told.left > asked.left {
            self.news = Some(News::Opened { until: now + told.left });
        } else if told.is_closed && !is_new && !self.is_closed {
            self.news = Some(News::Closed);
        }
        (self.opening, self.is_closed) = (told.opening, told.is_closed);
    }

    fn time_at(&self, now: Instant) -> u64 {
        self.time.map_or(0, |(time, at)| time + nanos(now.saturating_duration_since(at)) / 1_000_000)
    }
}

/// Rounded up, so that what lasts is not over.
fn whole_millis(time: Duration) -> Duration {
    Duration::from_millis(nanos(time).div_ceil(1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// A breaker in use, and a moment.
    fn used() -> (SharedBreaker, Instant) {
        let breaker = SharedBreaker::new("lake");
        breaker.used();
        (breaker, Instant::now())
    }

    fn open(opening: u64) -> Told {
        Told { opening, left: SECOND, is_closed: false, time: 1_000 }
    }

    fn closed(opening: u64) -> Told {
        Told { is_closed: true, ..open(opening) }
    }

    fn hears(breaker: &SharedBreaker, told: Told, now: Instant) -> Option<News> {
        let question = breaker.question(1, now).expect("it is in use");
        breaker.answered(question, Some(told), now);
        breaker.used();
        breaker.news()
    }

    #[test]
    fn each_opening_is_heard_once() {
        let (breaker, now) = used();
        assert_eq!(hears(&breaker, open(7), now), Some(News::Opened { until: now + SECOND }));
        assert_eq!(hears(&breaker, open(7), now), None);
        assert_eq!(hears(&breaker, open(8), now), Some(News::Opened { until: now + SECOND }));
    }

    #[test]
    fn an_opening_of_ones_own_is_news_only_if_others_prolong_it() {
        let (breaker, now) = used();
        for (left, news) in [(SECOND, None), (SECOND * 2, Some(News::Opened { until: now + SECOND * 2 }))] {
            breaker.tell(Event::Opened { until: now + SECOND });
            let opening = 7 + left.as_secs();
            assert_eq!(hears(&breaker, Told { left, ..open(opening) }, now), news);
        }
    }

    #[test]
    fn an_opening_that_is_over_is_no_news() {
        let (breaker, now) = used();
        assert_eq!(hears(&breaker, Told { left: Duration::ZERO, ..open(7) }, now), None);
    }

    #[test]
    fn only_what_was_known_to_be_open_is_heard_to_close() {
        let (breaker, now) = used();
        assert_eq!(hears(&breaker, closed(7), now), None);
        hears(&breaker, open(8), now);
        assert_eq!(hears(&breaker, closed(8), now), Some(News::Closed));
        assert_eq!(hears(&breaker, closed(8), now), None);
    }

    #[test]
    fn news_that_are_older_than_what_happened_here_are_dropped() {
        let (breaker, now) = used();
        let question = breaker.question(1, now).expect("it is in use");
        breaker.tell(Event::Reset);
        breaker.answered(question, Some(open(7)), now);
        assert_eq!(breaker.news(), None, "under way");
        let question = breaker.question(1, now).expect("something to tell");
        assert_eq!(question.event, Some(Event::Reset));
        breaker.answered(question, Some(open(8)), now);
        breaker.tell(Event::Passed);
        assert_eq!(breaker.news(), None, "not heard yet");
    }

    #[test]
    fn what_redis_did_not_hear_is_told_again_until_it_is_over() {
        let (breaker, now) = used();
        let event = Event::Opened { until: now + SECOND };
        breaker.tell(event);
        let question = breaker.question(1, now).expect("something to tell");
        breaker.answered(question, None, now);
        assert_eq!(breaker.question(1, now).and_then(|question| question.event), Some(event));
        breaker.tell(event);
        breaker.answered(breaker.question(1, now).expect("something to tell"), None, now);
        assert_eq!(breaker.question(1, now + SECOND), None);
    }

    #[test]
    fn the_server_is_told_its_own_time_once_it_is_known() {
        let (breaker, now) = used();
        assert_eq!(breaker.question(1, now).map(|question| question.time), Some(0));
        hears(&breaker, open(7), now);
        assert_eq!(breaker.question(1, now + SECOND).map(|question| question.time), Some(2_000));
    }

    #[test]
    fn nothing_is_asked_for_nobody() {
        let (breaker, now) = used();
        breaker.answered(breaker.question(1, now).expect("it is in use"), None, now);
        assert_eq!(breaker.question(1, now), None);
        breaker.used();
        assert!(breaker.question(1, now).is_some());
    }

    #[test]
    fn another_coordinator_knows_other_openings() {
        let (breaker, now) = used();
        hears(&breaker, open(7), now);
        let late = breaker.question(1, now).expect("it is in use");
        let question = breaker.question(2, now).expect("it is in use");
        assert_eq!(question.opening, 0);
        breaker.answered(late, Some(open(9)), now);
        assert_eq!(breaker.news(), None, "from the one before");
    }
}
