//! The critique: one sentence, at most three fixes, and what is fine.

use contract::report::{Report, Severity};
use studio::chat::plan::{Family, Fix, Focus, plan};

use super::{
    cite::{at, cite, has},
    phrases::{advice, statement},
};

/// `earlier`: what was answered before. A question about one thing gets that in full; of the rest, what
/// was told before is only named.
pub(super) fn write(report: &Report, focus: Option<Focus>, earlier: &str) -> String {
    let plan = plan(&report.findings, focus);
    let (asked, rest) = plan.fixes.split_at(plan.about_focus);
    let is_told = |fix: &&Fix<'_>| {
        focus.is_some() && explain(report, fix).is_some_and(|told| earlier.contains(&told))
    };
    let (told, untold): (Vec<_>, Vec<_>) = rest.iter().partition(is_told);
    let fixes: Vec<_> = asked.iter().chain(untold).collect();
    let opening = match (focus, fixes.len()) {
        (_, 0) if told.is_empty() => all_well(report, focus),
        (None, count) => opening(report, count),
        (Some(focus), count) if asked.is_empty() => well_but(report, focus, count),
        (Some(focus), count) => stands_out(focus, count),
    };
    let mut text = opening + &numbered(report, fixes);
    text.extend(list(report, "What I said before still stands", told));
    text + &ending(report, &plan.left_out)
}

/// Whether it can go out: it can if nothing graver than a note stands against it.
pub(super) fn verdict(report: &Report) -> String {
    if report.number("loudness.integrated").is_none() {
        return all_well(report, None);
    }
    let plan = plan(&report.findings, None);
    let grave = |fix: &&Fix<'_>| {
        fix.lead()
            .is_some_and(|lead| lead.severity > Severity::Note)
    };
    let count = plan
        .fixes
        .iter()
        .chain(&plan.left_out)
        .filter(grave)
        .count();
    let opening = match count {
        0 => {
            "Yes, by the measurements: nothing stands against it. Whether it moves anybody is for ears to say."
        }
        1 => "Not yet, by the measurements. One thing stands in the way.",
        2 => "Not yet, by the measurements. Two things stand in the way.",
        _ => "Not yet, by the measurements. These stand in the way, the largest first.",
    };
    opening.to_owned()
        + &numbered(report, plan.fixes.iter().filter(grave))
        + &ending(report, &plan.left_out)
}

fn numbered<'a>(report: &Report, fixes: impl IntoIterator<Item = &'a Fix<'a>>) -> String {
    let fixes = (1..).zip(fixes);
    fixes
        .filter_map(|(number, fix)| {
            let title = title_of(fix)?;
            let text = explain(report, fix)?;
            Some(format!("\n\n{number}. **{title}**\n\n   {text}"))
        })
        .collect()
}

/// What did not fit among the fixes, and what is fine.
fn ending(report: &Report, left_out: &[Fix<'_>]) -> String {
    let also = list(report, "For the next round", left_out);
    let fine = fine(report).map(|fine| format!("\n\n{fine}"));
    also.into_iter().chain(fine).collect()
}

fn opening(report: &Report, fixes: usize) -> String {
    let against = if report.reference.is_some() {
        " against your reference"
    } else {
        ""
    };
    let count = in_words(fixes);
    format!("Here is what stands out in the measurements{against}. {count}")
}

/// What was asked about has fixes.
fn stands_out(focus: Focus, fixes: usize) -> String {
    let name = name_of(focus);
    let count = if fixes == 1 {
        in_words(fixes)
    } else {
        "The rest follows by size."
    };
    format!("{name} stands out in the measurements, so that comes first. {count}")
}

/// What was asked about is well, and other things are not.
fn well_but(report: &Report, focus: Focus, fixes: usize) -> String {
    let name = name_of(focus).to_lowercase();
    let figures =
        figures_of(report, focus).map_or_else(String::new, |figures| format!(": {figures}"));
    let others = match fixes {
        0 => String::new(),
        _ => format!(" Other things stand out. {}", in_words(fixes)),
    };
    format!("Nothing is wrong with {name} by the measurements{figures}.{others}")
}

fn in_words(fixes: usize) -> &'static str {
    match fixes {
        1 => "One fix.",
        2 => "Two fixes, the largest first.",
        _ => "Three fixes, the largest first.",
    }
}

fn all_well(report: &Report, focus: Option<Focus>) -> String {
    if report.number("loudness.integrated").is_none() {
        return "There is no sound here loud and long enough to be judged.".to_owned();
    }
    let figures = focus
        .and_then(|focus| figures_of(report, focus))
        .map_or_else(String::new, |figures| {
            format!(" {}.", capitalised(&figures))
        });
    format!("The measurements show nothing that needs fixing.{figures}")
}

fn name_of(focus: Focus) -> &'static str {
    match focus {
        Focus::LowEnd => "The low end",
        Focus::Loudness => "The level",
        Focus::Stereo => "The stereo image",
        Focus::Vocals => "The range of the voice",
        Focus::Dynamics => "The dynamics",
        Focus::Brightness => "The top end",
    }
}

/// What was measured of it, in a few words.
fn figures_of(report: &Report, focus: Focus) -> Option<String> {
    let wanted: &[(&str, &str)] = match focus {
        Focus::LowEnd => &[
            ("spectrum.share.low", "the lows hold"),
            ("spectrum.share.sub", "the sub"),
        ],
        Focus::Loudness => &[
            ("loudness.integrated", "it measures"),
            ("peak.true", "with a true peak of"),
        ],
        Focus::Stereo => &[
            ("stereo.correlation", "the correlation is"),
            ("stereo.mono_loss", "mono loses"),
        ],
        Focus::Vocals => &[
            ("spectrum.share.mid", "the mids hold"),
            ("spectrum.share.high_mid", "the high mids"),
        ],
        Focus::Dynamics => &[
            ("dynamics.plr", "the peaks stand"),
            ("loudness.range", "over the loudness, and the range is"),
        ],
        Focus::Brightness => &[
            ("spectrum.share.high", "the highs hold"),
            ("spectrum.tilt", "and the tilt is"),
        ],
    };
    let parts: Vec<String> = wanted
        .iter()
        .filter_map(|(id, words)| Some(format!("{words} {}", cite(report, id)?)))
        .collect();
    let separator = if matches!(focus, Focus::LowEnd | Focus::Stereo | Focus::Vocals) {
        ", "
    } else {
        " "
    };
    (!parts.is_empty()).then(|| parts.join(separator))
}

/// What was measured, and what to do.
fn explain(report: &Report, fix: &Fix<'_>) -> Option<String> {
    let lead = fix.lead()?;
    let mut told = vec![lead];
    let mut paragraph = statement(report, lead);
    // One more of the same cause, if it is of another kind; further places of the same kind by time alone.
    let others = fix
        .findings
        .iter()
        .skip(1)
        .filter(|other| other.severity > Severity::Note);
    for other in others {
        if told.iter().any(|finding| finding.id == other.id) {
            continue;
        }
        if told.len() < 3 {
            paragraph.push(' ');
            paragraph.push_str(&statement(report, other));
            told.push(other);
        }
    }
    let places: Vec<String> = fix
        .findings
        .iter()
        .skip(1)
        .filter(|other| other.id == lead.id)
        .filter_map(|other| at(other.start_s, other.end_s))
        .take(3)
        .collect();
    if !places.is_empty() {
        paragraph.push_str(&format!(" Also at {}.", places.join(", ")));
    }
    let advice = advice(lead);
    let advice = if advice.is_empty() {
        String::new()
    } else {
        format!("\n\n   {advice}")
    };
    Some(paragraph + &advice)
}

fn title_of(fix: &Fix<'_>) -> Option<String> {
    if fix.family == Family::Level && fix.findings.len() > 1 {
        return Some("Pushed too hard into the limiter".to_owned());
    }
    Some(fix.lead()?.title.clone())
}

/// Grave things by name, with their places.
fn list<'a>(
    report: &Report,
    opening: &str,
    fixes: impl IntoIterator<Item = &'a Fix<'a>>,
) -> Option<String> {
    let leads = fixes.into_iter().filter_map(Fix::lead);
    let names: Vec<String> = leads
        .filter(|finding| finding.severity > Severity::Note)
        .take(4)
        .map(|finding| {
            let figure = finding.facts.iter().find_map(|id| cite(report, id));
            let place = at(finding.start_s, finding.end_s);
            let details: Vec<String> = figure.into_iter().chain(place).collect();
            let details = if details.is_empty() {
                String::new()
            } else {
                format!(" ({})", details.join(", "))
            };
            format!("{}{details}", lower_first(&finding.title))
        })
        .collect();
    (!names.is_empty()).then(|| format!("\n\n{opening}: {}.", names.join("; ")))
}

/// What is fine, with its figures; at most two things.
fn fine(report: &Report) -> Option<String> {
    let blamed = |family: Family| plan_has(report, family);
    let mut fine = Vec::new();
    if !blamed(Family::Level) && report.number("peak.true").is_some_and(|peak| peak <= -1.0) {
        fine.push(format!(
            "the true peak keeps clear of the ceiling at {}",
            cite(report, "peak.true")?
        ));
    }
    if !blamed(Family::Stereo) && has(report, "stereo.mono_loss") && report.file.channels > 1 {
        fine.push(format!("mono loses {}", cite(report, "stereo.mono_loss")?));
    }
    if !blamed(Family::LowEnd) && has(report, "difference.spectrum.share.low") {
        fine.push(format!(
            "the share of the lows is {} from the reference",
            cite(report, "difference.spectrum.share.low")?
        ));
    }
    if has(report, "noise.floor")
        && !report
            .findings
            .iter()
            .any(|finding| finding.id.starts_with("noise"))
    {
        fine.push(format!(
            "the noise floor is low at {}",
            cite(report, "noise.floor")?
        ));
    }
    if !report
        .findings
        .iter()
        .any(|finding| finding.id == "key.off_pitch")
        && has(report, "key.tuning")
    {
        fine.push(format!(
            "the tuning is {} from concert pitch",
            cite(report, "key.tuning")?
        ));
    }
    fine.truncate(2);
    (!fine.is_empty()).then(|| format!("What is fine: {}.", fine.join(", and ")))
}

fn plan_has(report: &Report, family: Family) -> bool {
    let plan = plan(&report.findings, None);
    plan.fixes
        .iter()
        .chain(&plan.left_out)
        .any(|fix| fix.family == family)
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    let first: String = characters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    first + characters.as_str()
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    let Some(first) = characters.next() else {
        return String::new();
    };
    // "DC offset" is no word.
    if characters.clone().next().is_some_and(char::is_uppercase) {
        return text.to_owned();
    }
    first.to_lowercase().chain(characters).collect()
}
