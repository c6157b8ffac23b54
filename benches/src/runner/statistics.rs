//! The middle of many rounds, and their spread.

/// A value and how far it goes down and up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) middle: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// The median and the quartiles, interpolated between neighbours. `NaN` for no values.
pub(crate) fn quartiles(values: &[f64]) -> Spread {
    let sorted = sorted(values);
    Spread { middle: quantile(&sorted, 0.5), low: quantile(&sorted, 0.25), high: quantile(&sorted, 0.75) }
}

/// The median and the extremes. `NaN` for no values.
pub(crate) fn extremes(values: &[f64]) -> Spread {
    let sorted = sorted(values);
    Spread { middle: quantile(&sorted, 0.5), low: quantile(&sorted, 0.0), high: quantile(&sorted, 1.0) }
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NAN;
    };
    let position = share * last as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the last index"
    )]
    let below = position as usize;
    let above = (below + 1).min(last);
    sorted[below] + (sorted[above] - sorted[below]) * (position - below as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_are_interpolated_whatever_the_order() {
        assert_eq!(quartiles(&[5.0, 1.0, 3.0, 2.0, 4.0]), Spread { middle: 3.0, low: 2.0, high: 4.0 });
        assert_eq!(quartiles(&[4.0, 1.0, 2.0, 3.0]), Spread { middle: 2.5, low: 1.75, high: 3.25 });
        assert_eq!(quartiles(&[7.0]), Spread { middle: 7.0, low: 7.0, high: 7.0 });
    }

    #[test]
    fn extremes_reach_from_the_smallest_to_the_largest() {
        assert_eq!(extremes(&[2.0, 9.0, 4.0]), Spread { middle: 4.0, low: 2.0, high: 9.0 });
    }

    #[test]
    fn no_values_have_no_median() {
        assert!(quartiles(&[]).middle.is_nan());
    }
}
