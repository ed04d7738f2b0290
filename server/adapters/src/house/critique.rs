//! The critique: one sentence, at most three fixes, and what is fine.

use contract::report::{Finding, Report, Severity};
use studio::chat::plan::{Family, Fix, Focus, plan};

use super::{
    cite::{at, cite, has},
    phrases::{advice, statement},
};

pub(super) fn write(report: &Report, focus: Option<Focus>) -> String {
    let plan = plan(&report.findings, focus);
    let mut text = opening(report, focus, plan.answers_focus, plan.fixes.len());
    for (index, fix) in plan.fixes.iter().enumerate() {
        text.push_str(&write_fix(report, index + 1, fix));
    }
    if let Some(also) = also(report, &plan.left_out) {
        text.push_str("\n\n");
        text.push_str(&also);
    }
    if let Some(fine) = fine(report) {
        text.push_str("\n\n");
        text.push_str(&fine);
    }
    text
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
    let mut text = opening.to_owned();
    for (index, fix) in plan.fixes.iter().filter(grave).enumerate() {
        text.push_str(&write_fix(report, index + 1, fix));
    }
    for more in [also(report, &plan.left_out), fine(report)]
        .into_iter()
        .flatten()
    {
        text.push_str("\n\n");
        text.push_str(&more);
    }
    text
}

fn opening(report: &Report, focus: Option<Focus>, answers_focus: bool, fixes: usize) -> String {
    let count = match fixes {
        0 => return all_well(report, focus),
        1 => "One fix.",
        2 => "Two fixes, the largest first.",
        _ => "Three fixes, the largest first.",
    };
    let Some(focus) = focus else {
        let against = if report.reference.is_some() {
            " against your reference"
        } else {
            ""
        };
        return format!("Here is what stands out in the measurements{against}. {count}");
    };
    let name = name_of(focus);
    if answers_focus {
        let count = if fixes == 1 {
            count
        } else {
            "The rest follows by size."
        };
        return format!("{name} stands out in the measurements, so that comes first. {count}");
    }
    let figures =
        figures_of(report, focus).map_or_else(String::new, |figures| format!(": {figures}"));
    format!(
        "Nothing is wrong with {} by the measurements{figures}. Other things stand out. {count}",
        name.to_lowercase()
    )
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

fn write_fix(report: &Report, number: usize, fix: &Fix<'_>) -> String {
    let Some(lead) = fix.lead() else {
        return String::new();
    };
    let title = title_of(fix, lead);
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
    format!("\n\n{number}. **{title}**\n\n   {paragraph}{advice}")
}

fn title_of(fix: &Fix<'_>, lead: &Finding) -> String {
    if fix.family == Family::Level && fix.findings.len() > 1 {
        return "Pushed too hard into the limiter".to_owned();
    }
    lead.title.clone()
}

/// What did not fit: grave things with their places, the rest by name.
fn also(report: &Report, left_out: &[Fix<'_>]) -> Option<String> {
    let names: Vec<String> = left_out
        .iter()
        .filter_map(Fix::lead)
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
    (!names.is_empty()).then(|| format!("For the next round: {}.", names.join("; ")))
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
            "it is in tune with concert pitch ({})",
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
