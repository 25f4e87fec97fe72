//! Shares, rates and times, each with what it is worth.

use serde::Serialize;

/// A 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Wilson's 95 % score interval of `k` in `n` (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927). The whole range for `n` = 0.
pub fn wilson(k: u64, n: u64) -> Interval {
    if n == 0 {
        return Interval { low: 0.0, high: 1.0 };
    }
    let (k, n, z) = (k.min(n) as f64, n as f64, 1.959_963_984_540_054);
    let p = k / n;
    let centre = p + z * z / (2.0 * n);
    let spread = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    // At the ends the two terms cancel only up to rounding.
    let low = if k == 0.0 { 0.0 } else { (centre - spread) / scale };
    let high = if k == n { 1.0 } else { (centre + spread) / scale };
    Interval { low: low.max(0.0), high: high.min(1.0) }
}

/// The exact 95 % interval of a Poisson rate of which `count` events were seen in `exposure` (F. Garwood, Biometrika 28,
/// 1936): the rates at which so many events or more, and so many or fewer, have a probability of 2.5 %.
/// Up to infinity for no exposure.
pub fn poisson(count: u64, exposure: f64) -> Interval {
    if exposure.is_nan() || exposure <= 0.0 {
        return Interval { low: 0.0, high: f64::INFINITY };
    }
    let bound = |count: u64, probability: f64| {
        // Generous: no bound is further than this from the count.
        let spread = 10.0 * (count as f64).sqrt() + 20.0;
        let (mut low, mut high) = ((count as f64 - spread).max(0.0), count as f64 + spread);
        for _ in 0..100 {
            let middle = (low + high) / 2.0;
            match at_most(count, middle) > probability {
                true => low = middle,
                false => high = middle,
            }
        }
        (low + high) / 2.0
    };
    let low = if count == 0 { 0.0 } else { bound(count - 1, 0.975) };
    Interval { low: low / exposure, high: bound(count, 0.025) / exposure }
}

/// Probability of at most `count` events where `mean` are expected.
fn at_most(count: u64, mean: f64) -> f64 {
    if mean <= 0.0 {
        return 1.0;
    }
    let (mut log_term, mut sum) = (-mean, (-mean).exp());
    for i in 1..=count {
        log_term += (mean / i as f64).ln();
        sum += log_term.exp();
    }
    sum.min(1.0)
}

/// So many of so many.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Share {
    /// How many.
    pub count: u64,
    /// Of how many.
    pub of: u64,
    /// The share, 0 to 1; 0 of none.
    pub share: f64,
    /// Wilson's 95 % interval.
    pub interval: Interval,
}

impl Share {
    /// `count` of `of`.
    pub fn new(count: u64, of: u64) -> Share {
        Share { count, of, share: count as f64 / of.max(1) as f64, interval: wilson(count, of) }
    }
}

/// So many in so many hours.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rate {
    /// How many.
    pub count: u64,
    /// In so many hours.
    pub hours: f64,
    /// The rate; 0 in no time.
    pub per_hour: f64,
    /// The exact 95 % interval of the rate; without an upper end in no time, which JSON writes as null.
    pub interval: Interval,
}

impl Rate {
    /// `count` in `hours`.
    pub fn new(count: u64, hours: f64) -> Rate {
        let per_hour = if hours > 0.0 { count as f64 / hours } else { 0.0 };
        Rate { count, hours, per_hour, interval: poisson(count, hours) }
    }
}

/// Quantiles of times, in milliseconds, by nearest rank.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Quantiles {
    /// How many.
    pub n: usize,
    /// Median.
    pub p50: f64,
    /// 95th percentile.
    pub p95: f64,
    /// 99th percentile.
    pub p99: f64,
}

impl Quantiles {
    /// Zeros for no values.
    pub fn of(values: &[f64]) -> Quantiles {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let rank = |share: f64| {
            let index = (share * sorted.len() as f64).ceil() as usize;
            sorted.get(index.max(1) - 1).copied().unwrap_or_default()
        };
        Quantiles { n: sorted.len(), p50: rank(0.50), p95: rank(0.95), p99: rank(0.99) }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    fn check(intervals: impl Iterator<Item = (String, Interval)>, expected: Expect) {
        let lines =
            intervals.map(|(what, Interval { low, high })| format!("{what}: {low:.4} to {high:.4}\n"));
        expected.assert_eq(&lines.collect::<String>());
    }

    /// The values are those of R's `prop.test(k, n, correct = FALSE)`; 15 of 148 and 81 of 263 as in Newcombe (1998), table I.
    #[test]
    fn wilson_is_as_in_the_books() {
        let cases = [(0, 10), (1, 10), (5, 10), (10, 10), (2, 53), (15, 148), (81, 263), (0, 0)];
        check(
            cases.iter().map(|&(k, n)| (format!("{k} of {n}"), wilson(k, n))),
            expect![[r#"
                0 of 10: 0.0000 to 0.2775
                1 of 10: 0.0179 to 0.4042
                5 of 10: 0.2366 to 0.7634
                10 of 10: 0.7225 to 1.0000
                2 of 53: 0.0104 to 0.1275
                15 of 148: 0.0624 to 0.1605
                81 of 263: 0.2553 to 0.3662
                0 of 0: 0.0000 to 1.0000
            "#]],
        );
    }

    /// The values are those of the table in Garwood (1936) and of `chi2.ppf(p, 2k) / 2`.
    #[test]
    fn poisson_is_as_in_the_books() {
        let cases =
            [(0, 1.0), (1, 1.0), (2, 1.0), (5, 1.0), (10, 1.0), (50, 1.0), (100, 1.0), (4, 4.42), (0, 50.0)];
        check(
            cases.iter().map(|&(k, hours)| (format!("{k} in {hours}"), poisson(k, hours))),
            expect![[r#"
                0 in 1: 0.0000 to 3.6889
                1 in 1: 0.0253 to 5.5716
                2 in 1: 0.2422 to 7.2247
                5 in 1: 1.6235 to 11.6683
                10 in 1: 4.7954 to 18.3904
                50 in 1: 37.1110 to 65.9188
                100 in 1: 81.3640 to 121.6268
                4 in 4.42: 0.2466 to 2.3171
                0 in 50: 0.0000 to 0.0738
            "#]],
        );
        assert_eq!(poisson(3, 0.0).high, f64::INFINITY);
    }

    #[test]
    fn quantiles_are_by_nearest_rank() {
        let values: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(Quantiles::of(&values), Quantiles { n: 100, p50: 50.0, p95: 95.0, p99: 99.0 });
        assert_eq!(Quantiles::of(&[7.0]), Quantiles { n: 1, p50: 7.0, p95: 7.0, p99: 7.0 });
        assert_eq!(Quantiles::of(&[]), Quantiles::default());
    }

    proptest! {
        #[test]
        fn an_interval_holds_its_estimate(k in 0u64..400, more in 0u64..400, hours in 0.01f64..1000.0) {
            let share = Share::new(k, k + more);
            prop_assert!(share.interval.low <= share.share && share.share <= share.interval.high);
            let rate = Rate::new(k, hours);
            prop_assert!(rate.interval.low <= rate.per_hour && rate.per_hour <= rate.interval.high);
        }

        #[test]
        fn more_hours_say_more(count in 0u64..50, hours in 0.1f64..100.0) {
            let width = |rate: Interval| rate.high - rate.low;
            prop_assert!(width(poisson(count, hours * 2.0)) < width(poisson(count, hours)));
        }
    }
}
