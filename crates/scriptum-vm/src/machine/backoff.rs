//! Numbers that look random and follow from seed, path and attempt: jitter of retries, `uuid()`.

use crate::{
    Timestamp,
    limits::{BACKOFF_FIRST_MS, BACKOFF_MAX_MS},
};

/// When the next attempt is made: the pause doubles from retry to retry up to a limit, and is drawn
/// evenly between nothing and that, so that steps that failed together do not come back together.
pub(super) fn due(at: Timestamp, retries_before: u32, draw: u64) -> Timestamp {
    let doubled = 1u64.checked_shl(retries_before).unwrap_or(u64::MAX);
    let pause_max = BACKOFF_FIRST_MS.saturating_mul(doubled).min(BACKOFF_MAX_MS);
    later(at, draw % (pause_max + 1))
}

/// A time after another.
pub(super) fn later(at: Timestamp, pause_ms: u64) -> Timestamp {
    Timestamp(at.0.saturating_add(i64::try_from(pause_ms).unwrap_or(i64::MAX)))
}

/// A number for a seed, a path and a number; any difference in them changes about half of its bits.
pub(super) fn mix_path(seed: u64, path: &[u32], number: u64) -> u64 {
    let with_path = path.iter().fold(mix(seed), |mixed, component| {
        mix(mixed ^ u64::from(*component))
    });
    mix(mix(with_path ^ path.len() as u64) ^ number)
}

/// The output function of `splitmix64`, one step on.
fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_limit_and_are_spread_evenly() {
        for (retries, pause_max) in [
            (0, 1_000),
            (1, 2_000),
            (4, 16_000),
            (5, 30_000),
            (200, 30_000),
        ] {
            let draws = (0..2_000).map(|n| due(Timestamp(5), retries, mix_path(1, &[2], n)).0 - 5);
            let draws: Vec<_> = draws.collect();
            assert!(draws.iter().all(|pause| (0..=pause_max).contains(pause)));
            let below_half = draws.iter().filter(|pause| **pause < pause_max / 2).count();
            assert!(
                (900..1_100).contains(&below_half),
                "{retries}: {below_half}"
            );
        }
    }

    #[test]
    fn paths_attempts_and_seeds_give_different_numbers() {
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..3 {
            for path in [&[][..], &[0], &[0, 0], &[1], &[0, 1], &[1, 0]] {
                for attempt in 0..10 {
                    assert!(seen.insert(mix_path(seed, path, attempt)));
                }
            }
        }
    }
}
