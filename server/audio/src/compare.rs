//! A mix against its reference: pure arithmetic on two reports.

use contract::report::{Difference, Fact, Report, Section, Value};

use crate::bands::thirds;
use crate::catalogue::{Compared, define};
use crate::facts::{round, tilt};
use crate::findings;

/// Sets `reference` and `differences`, and derives the findings anew, now with those that take a
/// reference. Comparing again replaces what was there.
pub fn compare(mix: &mut Report, reference: &Report) {
    let mut reference = reference.clone();
    reference.findings.clear();
    reference.reference = None;
    reference.differences = None;
    // By how much the mix is louder as a whole; what is matched is told without it.
    let louder = match (
        mix.number("loudness.integrated"),
        reference.number("loudness.integrated"),
    ) {
        (Some(mix), Some(reference)) => Some(mix - reference),
        _ => None,
    };
    let mut differences: Vec<Difference> = mix
        .facts
        .iter()
        .filter(|fact| !fact.id.starts_with("section."))
        .filter_map(|fact| of_fact(fact, &reference, louder))
        .collect();
    for section in &mix.sections {
        differences.extend(of_section(section, mix, &reference, louder));
    }
    mix.reference = Some(Box::new(reference));
    mix.differences = Some(differences);
    mix.findings = findings::derive(mix);
}

fn of_fact(fact: &Fact, reference: &Report, louder: Option<f64>) -> Option<Difference> {
    let definition = define(&fact.id)?;
    let other = reference.fact(&fact.id);
    let [ours, theirs] = [Some(fact), other].map(|fact| fact.and_then(|fact| fact.value.clone()));
    let numbers = ours
        .as_ref()
        .and_then(Value::number)
        .zip(theirs.as_ref().and_then(Value::number));
    let value = match definition.compared {
        Compared::No => return None,
        Compared::Plain => numbers.map(|(ours, theirs)| ours - theirs),
        Compared::Matched => numbers
            .zip(louder)
            .map(|((ours, theirs), louder)| ours - theirs - louder),
    };
    Some(Difference {
        id: format!("difference.{}", fact.id),
        value: value.map(round),
        unit: difference_unit(definition.unit).into(),
        mix: ours,
        reference: theirs,
        start_s: None,
        end_s: None,
        band_hz: fact.band_hz,
    })
}

/// The difference of two levels is a ratio: it has no reference of its own.
fn difference_unit(unit: &str) -> &str {
    match unit {
        "LUFS" => "LU",
        "dBFS" | "dBTP" => "dB",
        other => other,
    }
}

/// What a section is, in figures that can be averaged over several.
#[derive(Clone, Default)]
struct Sound {
    loudness: Option<f64>,
    correlation: Option<f64>,
    mono_loss: Option<f64>,
    spectrum: Vec<Option<f64>>,
}

fn of_section(
    section: &Section,
    mix: &Report,
    reference: &Report,
    louder: Option<f64>,
) -> Vec<Difference> {
    let ours = sound(section, mix);
    let theirs = counterpart(section, mix, reference)
        .map_or_else(Sound::default, |stretch| sound_between(stretch, reference));
    let mut all = Vec::new();
    let mut add = |name: String, ours: Option<f64>, theirs: Option<f64>, band_hz| {
        let id = format!("section.{}.{name}", section.number);
        let Some(definition) = define(&id) else {
            return;
        };
        let matched = if definition.compared == Compared::Matched {
            louder
        } else {
            Some(0.0)
        };
        let value = ours
            .zip(theirs)
            .zip(matched)
            .map(|((ours, theirs), louder)| round(ours - theirs - louder));
        all.push(Difference {
            id: format!("difference.{id}"),
            value,
            unit: difference_unit(definition.unit).into(),
            mix: ours.map(|value| Value::Number(round(value))),
            reference: theirs.map(|value| Value::Number(round(value))),
            start_s: Some(section.start_s),
            end_s: Some(section.end_s),
            band_hz,
        });
    };
    add("loudness".into(), ours.loudness, theirs.loudness, None);
    add(
        "low_ratio".into(),
        low_ratio(&ours.spectrum),
        low_ratio(&theirs.spectrum),
        None,
    );
    add(
        "tilt".into(),
        tilt(&ours.spectrum).ok(),
        tilt(&theirs.spectrum).ok(),
        None,
    );
    add(
        "correlation".into(),
        ours.correlation,
        theirs.correlation,
        None,
    );
    add("mono_loss".into(), ours.mono_loss, theirs.mono_loss, None);
    for band in thirds() {
        let level = |sound: &Sound| sound.spectrum.get(band.index).copied().flatten();
        add(
            format!("spectrum.{}", band.nominal),
            level(&ours),
            level(&theirs),
            Some(band.edges().map(round)),
        );
    }
    all
}

fn sound(section: &Section, report: &Report) -> Sound {
    Sound {
        loudness: section.loudness_lufs,
        correlation: section.correlation,
        mono_loss: report.number(&format!("section.{}.mono_loss", section.number)),
        spectrum: section.spectrum_db.clone(),
    }
}

/// The stretch of the reference that a section is set against. Two versions of one song (lengths within
/// 10 %) are laid on each other by the part of the song that has gone by; two songs have nothing in
/// common but that their loud sections are loud, so the section nearest in loudness is taken, each
/// relative to its own song.
pub fn counterpart(section: &Section, mix: &Report, reference: &Report) -> Option<[f64; 2]> {
    let [ours, theirs] = [mix.file.duration_s, reference.file.duration_s];
    let alike = ours > 0.0 && theirs > 0.0 && (ours / theirs - 1.0).abs() <= 0.10;
    if alike {
        let scale = theirs / ours;
        return Some([section.start_s * scale, section.end_s * scale]);
    }
    let relative = |section: &Section, report: &Report| {
        Some(section.loudness_lufs? - report.number("loudness.integrated")?)
    };
    let wanted = relative(section, mix)?;
    let distance = |other: &&Section| {
        relative(other, reference).map_or(f64::MAX, |level| (level - wanted).abs())
    };
    let nearest = reference
        .sections
        .iter()
        .min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
    Some([nearest.start_s, nearest.end_s])
}

/// Of a stretch, by the sections that it holds or touches.
fn sound_between([start, end]: [f64; 2], report: &Report) -> Sound {
    let parts = report.sections.iter().filter_map(|section| {
        let overlap = section.end_s.min(end) - section.start_s.max(start);
        (overlap > 0.0).then(|| (overlap, sound(section, report)))
    });
    mean(&parts.collect::<Vec<_>>())
}

/// Means weighed by time: of power for levels, plain for the rest.
fn mean(parts: &[(f64, Sound)]) -> Sound {
    let weighed = |value: &dyn Fn(&Sound) -> Option<f64>| {
        let known = parts
            .iter()
            .filter_map(|(weight, sound)| Some((*weight, value(sound)?)));
        let (weight, sum) = known.fold((0.0, 0.0), |(weight, sum), (part, value)| {
            (weight + part, sum + part * value)
        });
        (weight > 0.0).then(|| sum / weight)
    };
    let power = |level: &dyn Fn(&Sound) -> Option<f64>| {
        weighed(&|sound| level(sound).map(|db| 10f64.powf(db / 10.0)))
            .map(|power| 10.0 * power.log10())
    };
    Sound {
        loudness: power(&|sound| sound.loudness),
        correlation: weighed(&|sound| sound.correlation),
        mono_loss: weighed(&|sound| sound.mono_loss),
        spectrum: thirds()
            .map(|band| power(&|sound| sound.spectrum.get(band.index).copied().flatten()))
            .collect(),
    }
}

/// As the fact `section.{n}.low_ratio`, from levels.
fn low_ratio(spectrum: &[Option<f64>]) -> Option<f64> {
    let power = |levels: &[Option<f64>]| {
        levels
            .iter()
            .flatten()
            .map(|db| 10f64.powf(db / 10.0))
            .sum::<f64>()
    };
    let low = power(spectrum.get(..10)?);
    let rest = power(spectrum.get(10..)?);
    (low > 0.0 && rest > 0.0).then(|| 10.0 * (low / rest).log10())
}
