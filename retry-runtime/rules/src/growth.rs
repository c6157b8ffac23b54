//! Sums of growing delays in closed form: const evaluation must not loop over a million attempts.

/// `base` to the power of `exponent`, by repeated squaring (`f64::powi` is not const).
pub(crate) const fn power(base: f64, exponent: u32) -> f64 {
    let (mut result, mut square, mut rest) = (1.0, base, exponent);
    while rest > 0 {
        if rest & 1 == 1 {
            result *= square;
        }
        square *= square;
        rest >>= 1;
    }
    result
}

/// The sum of `min(first · base^k, cap)` for k in `0..terms`.
pub(crate) const fn geometric_sum(first: f64, base: f64, cap: f64, terms: u32) -> f64 {
    if first <= 0.0 || cap <= 0.0 {
        return 0.0;
    }
    // How many terms stay below the cap: they grow, so a binary search finds the border.
    let (mut below, mut above) = (0, terms);
    while below < above {
        let middle = below + (above - below) / 2;
        if first * power(base, middle) < cap {
            below = middle + 1;
        } else {
            above = middle;
        }
    }
    first * unit_sum(base, below) + cap * (terms - below) as f64
}

/// 1 + base + … + base^(terms−1), by doubling: `(base^n − 1) / (base − 1)` would cancel near 1.
const fn unit_sum(base: f64, terms: u32) -> f64 {
    let (mut sum, mut power) = (0.0, 1.0);
    let mut bit = 32 - terms.leading_zeros();
    while bit > 0 {
        bit -= 1;
        sum *= 1.0 + power;
        power *= power;
        if terms >> bit & 1 == 1 {
            sum = 1.0 + base * sum;
            power *= base;
        }
    }
    sum
}

/// The sum of `min(first · k, cap)` for k in `1..=terms`.
pub(crate) const fn linear_sum(first: f64, cap: f64, terms: u32) -> f64 {
    if first <= 0.0 || cap <= 0.0 {
        return 0.0;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, which is meant")]
    let reach = (cap / first) as u32;
    let below = if reach < terms { reach } else { terms };
    first * (below as f64) * (below as f64 + 1.0) / 2.0 + cap * (terms - below) as f64
}

/// The sum of `min(first · fibonacci(k), cap)` for k in `1..=terms`; past 93 numbers any cap is met.
pub(crate) const fn fibonacci_sum(first: f64, cap: f64, terms: u32) -> f64 {
    let mut sum = 0.0;
    let mut k = 1;
    while k <= terms && k <= 93 {
        let delay = first * fibonacci(k) as f64;
        sum += if delay < cap { delay } else { cap };
        k += 1;
    }
    if terms > 93 && first > 0.0 {
        sum += cap * (terms - 93) as f64;
    }
    sum
}

/// 1, 1, 2, 3, 5 …; saturates past the 93rd.
pub(crate) const fn fibonacci(k: u32) -> u64 {
    let (mut current, mut next) = (0_u64, 1_u64);
    let mut i = 0;
    while i < k && i < 94 {
        (current, next) = (next, current.saturating_add(next));
        i += 1;
    }
    current
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_those_of_the_standard_library() {
        for (base, exponent) in [(2.0, 0), (2.0, 10), (1.5, 7), (1.000_001, 1_000_000)] {
            let expected = f64::powf(base, f64::from(exponent));
            assert!((power(base, exponent) - expected).abs() <= expected * 1e-9);
        }
        assert!(power(3.0, u32::MAX).is_infinite());
    }

    #[test]
    fn sums_equal_the_loop_they_replace() {
        for base in [1.0, 1.000_000_1, 1.5, 2.0, 10.0] {
            for terms in [0, 1, 2, 3, 10, 57, 1000] {
                let expected: f64 = (0..terms).map(|k| (7.0 * power(base, k)).min(5e6)).sum();
                let sum = geometric_sum(7.0, base, 5e6, terms);
                assert!((sum - expected).abs() <= expected * 1e-9 + 1e-9, "{base} {terms}: {sum} {expected}");
            }
        }
        for terms in [0, 1, 5, 1000] {
            let linear: f64 = (1..=terms).map(|k| (7.0 * f64::from(k)).min(700.0)).sum();
            assert!((linear_sum(7.0, 700.0, terms) - linear).abs() < 1e-6, "{terms}");
        }
        let fibonacci: f64 = (1..=200).map(|k| (3.0 * fibonacci(k) as f64).min(1e6)).sum();
        assert!((fibonacci_sum(3.0, 1e6, 200) - fibonacci).abs() < 1e-3);
    }

    #[test]
    fn fibonacci_starts_with_two_ones_and_saturates() {
        let first: Vec<u64> = (1..=7).map(fibonacci).collect();
        assert_eq!(first, [1, 1, 2, 3, 5, 8, 13]);
        assert_eq!(fibonacci(10_000), u64::MAX);
    }
}
