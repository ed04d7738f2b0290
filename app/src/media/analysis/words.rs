//! The plots in words, for those who do not see them. Made from the same data.

use contract::media::{AnalysisView, LoudnessPlot, SpectrumPlot, StereoPlot};

use super::state::angle;
use crate::{
    media::text::frequency,
    ui::{
        number::{fixed, signed},
        time::clock,
    },
};

/// The loudness plot for those who do not see it.
pub(crate) fn loudness_in_words(view: &AnalysisView) -> String {
    let plot = &view.loudness;
    let known: Vec<f64> = plot
        .a
        .iter()
        .flatten()
        .map(|value| f64::from(*value))
        .filter(|v| v.is_finite())
        .collect();
    let (Some(low), Some(high)) = (
        known.iter().copied().reduce(f64::min),
        known.iter().copied().reduce(f64::max),
    ) else {
        return "Short-term loudness over time. Nothing loud enough to measure.".to_owned();
    };
    let mut words = format!(
        "Short-term loudness over time. The mix lies between {} and {} LUFS over {}.",
        fixed(low, 1),
        fixed(high, 1),
        clock(plot.duration_s)
    );
    if plot.b.is_empty() {
        return words;
    }
    let mut apart: Vec<(f64, &str)> = view
        .sections
        .iter()
        .filter_map(|section| {
            Some((
                mean_difference(plot, section.start_s, section.end_s)?,
                section.name.as_str(),
            ))
        })
        .filter(|(mean, _)| mean.abs() >= 1.0)
        .collect();
    apart.sort_by(|one, other| other.0.abs().total_cmp(&one.0.abs()));
    let all_named = apart.len() <= 3;
    apart.truncate(3);
    if apart.is_empty() {
        match mean_difference(plot, 0.0, plot.duration_s) {
            Some(mean) if mean.abs() >= 1.0 => {
                words.push_str(" On average it is ");
                words.push_str(&higher_or_lower(mean, "LU"));
                words.push_str(" than the reference.");
            }
            Some(_) => words.push_str(" It follows the reference within 1 LU."),
            None => {}
        }
        return words;
    }
    words.push_str(" Against the reference it is ");
    let listed: Vec<String> = apart
        .iter()
        .map(|(mean, name)| format!("{} in {name}", higher_or_lower(*mean, "LU")))
        .collect();
    words.push_str(&in_a_row(&listed));
    words.push_str(if all_named {
        "; elsewhere within 1 LU."
    } else {
        ", and elsewhere by less."
    });
    words
}

fn mean_difference(plot: &LoudnessPlot, from_s: f64, to_s: f64) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0_u32);
    for (index, (a, b)) in plot.a.iter().zip(&plot.b).enumerate() {
        #[allow(clippy::cast_precision_loss)]
        let at = index as f64 * plot.step_s;
        if let (Some(a), Some(b)) = (a, b)
            && (from_s..to_s).contains(&at)
            && a.is_finite()
            && b.is_finite()
        {
            sum += f64::from(a - b);
            count += 1;
        }
    }
    (count > 0).then(|| sum / f64::from(count))
}

fn higher_or_lower(value: f64, unit: &str) -> String {
    format!(
        "{} {unit} {}",
        fixed(value.abs(), 1),
        if value > 0.0 { "louder" } else { "quieter" }
    )
}

fn in_a_row(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The spectrum for those who do not see it.
pub(crate) fn spectrum_in_words(plot: &SpectrumPlot) -> String {
    let readings = |values: &[Option<f32>]| -> Vec<(f64, f64)> {
        plot.centre_hz
            .iter()
            .zip(values)
            .filter_map(|(hz, value)| Some((f64::from(*hz), f64::from((*value)?))))
            .filter(|(_, value)| value.is_finite())
            .collect()
    };
    let a = readings(&plot.a);
    let Some(strongest) = a
        .iter()
        .copied()
        .reduce(|one, other| if other.1 > one.1 { other } else { one })
    else {
        return "Long-term average spectrum. Nothing loud enough to measure.".to_owned();
    };
    if plot.b.is_empty() {
        return format!(
            "Long-term average spectrum of the mix, strongest at {}.",
            frequency(strongest.0)
        );
    }
    let apart: Vec<(f64, f64)> = plot
        .centre_hz
        .iter()
        .zip(plot.a.iter().zip(&plot.b))
        .filter_map(|(hz, (a, b))| Some((f64::from(*hz), f64::from((*a)?) - f64::from((*b)?))))
        .filter(|(_, apart)| apart.is_finite())
        .collect();
    let over = apart
        .iter()
        .copied()
        .filter(|band| band.1 >= 1.0)
        .reduce(|one, other| if other.1 > one.1 { other } else { one });
    let under = apart
        .iter()
        .copied()
        .filter(|band| band.1 <= -1.0)
        .reduce(|one, other| if other.1 < one.1 { other } else { one });
    let say = |(hz, db): (f64, f64)| {
        format!(
            "{} dB {} the reference at {}",
            fixed(db.abs(), 1),
            if db > 0.0 { "above" } else { "below" },
            frequency(hz)
        )
    };
    let mut listed: Vec<String> = over.into_iter().chain(under).map(say).collect();
    if listed.is_empty() {
        listed.push("within 1 dB of the reference in every band".to_owned());
    }
    format!(
        "Long-term average spectrum, levels matched. The mix is {}.",
        in_a_row(&listed)
    )
}

/// The stereo field for those who do not see it.
pub(crate) fn stereo_in_words(plot: &StereoPlot) -> String {
    let mut words = if plot.a.is_empty() {
        "No stereo field.".to_owned()
    } else {
        "Stereo field.".to_owned()
    };
    if let (Some(a), Some(b)) = (spread(&plot.a), spread(&plot.b)) {
        words.push_str(match a - b {
            wider if wider > 2.0 => " The mix is wider than the reference.",
            narrower if narrower < -2.0 => " The mix is narrower than the reference.",
            _ => " The mix is as wide as the reference.",
        });
    }
    if let Some(a) = plot.correlation_a {
        words.push_str(" Correlation ");
        words.push_str(&signed(f64::from(a), 2));
        if let Some(b) = plot.correlation_b {
            words.push_str(" against ");
            words.push_str(&signed(f64::from(b), 2));
        }
        words.push('.');
    }
    words
}

/// Mean angle away from the middle, weighted by energy, in degrees.
fn spread(energy: &[f32]) -> Option<f64> {
    if energy.len() < 2 {
        return None;
    }
    let (mut sum, mut weight) = (0.0, 0.0);
    for (index, part) in energy.iter().enumerate() {
        let part = f64::from(part.max(0.0));
        sum += part * angle(index, energy.len()).abs();
        weight += part;
    }
    (weight > 0.0).then(|| sum / weight)
}

#[cfg(test)]
mod tests {
    use contract::media::{SectionMark, TrackHead};

    use super::*;

    fn view(a: Vec<Option<f32>>, b: Vec<Option<f32>>) -> AnalysisView {
        #[allow(clippy::cast_precision_loss)]
        let duration_s = a.len() as f64;
        AnalysisView {
            a: TrackHead {
                asset: "00000000-0000-0000-0000-000000000000".parse().unwrap(),
                name: "Mix".into(),
                duration_s,
            },
            b: None,
            figures: Vec::new(),
            loudness: LoudnessPlot {
                duration_s,
                step_s: 1.0,
                a,
                b,
            },
            spectrum: SpectrumPlot {
                centre_hz: Vec::new(),
                a: Vec::new(),
                b: Vec::new(),
            },
            stereo: StereoPlot {
                a: Vec::new(),
                b: Vec::new(),
                correlation_a: None,
                correlation_b: None,
            },
            sections: vec![
                SectionMark {
                    name: "Verse".into(),
                    short: "V".into(),
                    start_s: 0.0,
                    end_s: 2.0,
                },
                SectionMark {
                    name: "Drop".into(),
                    short: "D".into(),
                    start_s: 2.0,
                    end_s: 4.0,
                },
            ],
            pins: Vec::new(),
            measured_in_ms: 1,
            fact_count: 1,
            remarks: Vec::new(),
        }
    }

    #[test]
    fn loudness_names_the_sections_that_differ() {
        let view = view(
            vec![Some(-14.0), Some(-14.0), Some(-8.0), Some(-8.2)],
            vec![Some(-12.0), Some(-12.0), Some(-8.0), Some(-8.0)],
        );
        assert_eq!(
            loudness_in_words(&view),
            "Short-term loudness over time. The mix lies between −14.0 and −8.0 LUFS over 0:04. Against the \
             reference it is 2.0 LU quieter in Verse; elsewhere within 1 LU."
        );
    }

    #[test]
    fn silence_and_a_lone_mix_are_said_plainly() {
        assert_eq!(
            loudness_in_words(&view(vec![None], Vec::new())),
            "Short-term loudness over time. Nothing loud enough to measure."
        );
        assert_eq!(
            loudness_in_words(&view(vec![Some(-9.0)], Vec::new())),
            "Short-term loudness over time. The mix lies between −9.0 and −9.0 LUFS over 0:01."
        );
    }

    #[test]
    fn the_spectrum_names_its_largest_differences() {
        let plot = SpectrumPlot {
            centre_hz: vec![63.0, 1_000.0, 3_150.0],
            a: vec![Some(-24.0), Some(-28.0), Some(-30.6)],
            b: vec![Some(-28.1), Some(-28.0), Some(-28.0)],
        };
        assert_eq!(
            spectrum_in_words(&plot),
            "Long-term average spectrum, levels matched. The mix is 4.1 dB above the reference at 63 Hz and 2.6 dB \
             below the reference at 3.15 kHz."
        );
        let alone = SpectrumPlot {
            b: Vec::new(),
            ..plot
        };
        assert_eq!(
            spectrum_in_words(&alone),
            "Long-term average spectrum of the mix, strongest at 63 Hz."
        );
    }

    #[test]
    fn the_stereo_field_says_who_is_wider() {
        let plot = StereoPlot {
            a: vec![0.0, 0.2, 1.0, 0.2, 0.0],
            b: vec![0.4, 1.0, 1.0, 1.0, 0.4],
            correlation_a: Some(0.62),
            correlation_b: Some(0.71),
        };
        assert_eq!(
            stereo_in_words(&plot),
            "Stereo field. The mix is narrower than the reference. Correlation +0.62 against +0.71."
        );
        let mono = StereoPlot {
            a: Vec::new(),
            b: Vec::new(),
            correlation_a: None,
            correlation_b: None,
        };
        assert_eq!(stereo_in_words(&mono), "No stereo field.");
    }
}
