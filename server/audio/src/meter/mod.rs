//! One meter a module; each takes the sound step by step and keeps a bounded state.

pub(crate) mod level;
pub(crate) mod loudness;
pub(crate) mod onset;
pub(crate) mod pitch;
pub(crate) mod spectrum;
pub(crate) mod stereo;
pub(crate) mod true_peak;

/// 10·log₁₀ of a power; `None` for none.
pub(crate) fn power_to_db(power: f64) -> Option<f64> {
    (power > 0.0).then(|| 10.0 * power.log10())
}

/// 20·log₁₀ of an amplitude; `None` for none.
pub(crate) fn amplitude_to_db(amplitude: f64) -> Option<f64> {
    (amplitude > 0.0).then(|| 20.0 * amplitude.log10())
}
