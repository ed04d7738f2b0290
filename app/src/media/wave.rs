//! A waveform as strokes: one path, whatever its width.

use leptos::prelude::*;

use super::pen::Pen;

/// Bars in a path, each as tall as the highest peak that falls into it. The box is 1000 by 100.
pub(crate) fn bars(peaks: &[f32], count: usize) -> String {
    let mut pen = Pen::default();
    if peaks.is_empty() || count == 0 {
        return pen.finish();
    }
    let count = count.min(peaks.len());
    for bar in 0..count {
        let from = bar * peaks.len() / count;
        let to = ((bar + 1) * peaks.len() / count).max(from + 1);
        let peak = peaks[from..to]
            .iter()
            .copied()
            .filter(|peak| peak.is_finite())
            .fold(0.0_f32, f32::max);
        // Silence stays a dot on the line: nothing at all would look like a missing file.
        let half = (f64::from(peak.min(1.0)) * 50.0).max(0.8);
        #[allow(clippy::cast_precision_loss)]
        let x = (bar as f64 + 0.5) / count as f64 * 1_000.0;
        pen.stroke(x, 50.0 - half, 50.0 + half);
    }
    pen.finish()
}

/// The waveform, dimmed, and over it the part that has been played, cut off at the property `--at`
/// which an ancestor sets. Nothing is redrawn while it plays.
#[component]
pub fn Wave(#[prop(into)] path: Signal<String>, #[prop(optional)] played: bool) -> impl IntoView {
    view! {
        <svg class="wave" class:rest=played viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true">
            <path d=move || path.get() />
        </svg>
        {played.then(|| view! {
            <svg class="wave played" viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true">
                <path d=move || path.get() />
            </svg>
        })}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_keep_the_highest_peak() {
        assert_eq!(bars(&[0.2, 1.0, 0.4, 0.5], 2), "M250 0V100M750 25V75");
    }

    #[test]
    fn silence_and_nonsense_are_dots() {
        assert_eq!(bars(&[0.0, f32::NAN], 2), "M250 49.2V50.8M750 49.2V50.8");
        assert_eq!(bars(&[], 96), "");
    }
}
