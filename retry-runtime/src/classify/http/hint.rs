//! Headers that say when the server wants the next attempt.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, header};

/// Headers of milliseconds, and whose they are.
static MILLISECONDS: [HeaderName; 3] = [
    HeaderName::from_static("retry-after-ms"),      // OpenAI, Azure
    HeaderName::from_static("x-ms-retry-after-ms"), // Azure
    HeaderName::from_static("x-amz-retry-after"),   // AWS
];

/// When a server wants the next attempt, by its response's headers: `retry-after-ms`, `x-ms-retry-after-ms` or
/// `x-amz-retry-after` (milliseconds), else `Retry-After` as seconds or as any of the three forms of an HTTP-date
/// (RFC 9110 §10.2.3 and §5.6.7). Of several values of one header, the longest.
///
/// A date is taken relative to the response's own `Date`, where it has one: the two clocks need not agree. A date
/// in the past is a hint of zero. What is none of all this is no hint.
///
/// ```
/// use std::time::Duration;
/// use http::{HeaderMap, header};
/// use retry_runtime::server_hint;
///
/// let mut headers = HeaderMap::new();
/// headers.insert(header::DATE, "Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap());
/// headers.insert(header::RETRY_AFTER, "Sunday, 06-Nov-94 08:50:07 GMT".parse().unwrap());
/// assert_eq!(server_hint(&headers), Some(Duration::from_secs(30)));
/// ```
#[must_use]
pub fn server_hint(headers: &HeaderMap) -> Option<Duration> {
    hint_at(headers, SystemTime::now)
}

fn hint_at(headers: &HeaderMap, now: impl FnOnce() -> SystemTime) -> Option<Duration> {
    let millis = MILLISECONDS
        .iter()
        .find_map(|name| values(headers, name).filter_map(|value| amount(value, 1_000.0)).max());
    if millis.is_some() {
        return millis;
    }
    let date = |value| httpdate::parse_http_date(value).ok();
    let seconds = values(headers, &header::RETRY_AFTER).filter_map(|value| amount(value, 1.0)).max();
    let until = values(headers, &header::RETRY_AFTER).filter_map(date).max();
    let until = until.map(|until| {
        let sent = values(headers, &header::DATE).find_map(date).unwrap_or_else(now);
        until.duration_since(sent).unwrap_or(Duration::ZERO)
    });
    seconds.max(until)
}

fn values<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> + use<'a> {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).map(str::trim)
}

/// Digits, with a fraction if need be, as so many of a second's parts. More than fits is the most that does.
fn amount(text: &str, parts: f64) -> Option<Duration> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    let seconds = text.parse::<f64>().ok()? / parts;
    Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}
