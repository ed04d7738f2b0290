//! From meters to facts.

mod loudness;
mod music;
mod spectrum;

use contract::report::{Alternate, Event, Fact, Value};

pub(crate) use self::loudness::{level_facts, loudness_facts};
pub(crate) use self::music::{key_facts, section_facts, sections, stretch_facts, tempo_facts};
pub(crate) use self::spectrum::{long_term, spectrum_facts, stereo_facts, tilt};
use crate::catalogue::define;

/// A value, or why there is none.
pub(crate) type Known<T> = Result<T, &'static str>;

/// Says what is missing where a meter found nothing.
pub(crate) trait OrReason<T> {
    fn or_reason(self, reason: &'static str) -> Known<T>;
}

impl<T> OrReason<T> for Option<T> {
    fn or_reason(self, reason: &'static str) -> Known<T> {
        self.ok_or(reason)
    }
}

/// The facts so far. Units come from the catalogue; an id that it does not hold is a mistake of ours.
#[derive(Default)]
pub(crate) struct Facts {
    pub(crate) list: Vec<Fact>,
}

impl Facts {
    /// Adds a figure; the returned fact can be given a place.
    pub(crate) fn number(&mut self, id: impl Into<String>, value: Known<f64>) -> &mut Fact {
        self.push(id.into(), value.map(|number| Value::Number(round(number))))
    }

    pub(crate) fn text(&mut self, id: impl Into<String>, value: Known<&str>) -> &mut Fact {
        self.push(id.into(), value.map(|text| Value::Text(text.into())))
    }

    fn push(&mut self, id: String, value: Known<Value>) -> &mut Fact {
        let definition = define(&id);
        debug_assert!(definition.is_some(), "{id} is not in the catalogue");
        let (value, reason) = match value {
            Ok(value) => (Some(value), None),
            Err(reason) => (None, Some(reason.into())),
        };
        self.list.push(Fact {
            id,
            value,
            unit: definition.map_or("", |definition| definition.unit).into(),
            reason,
            start_s: None,
            end_s: None,
            at_s: None,
            band_hz: None,
            confidence: None,
            events: Vec::new(),
            alternates: Vec::new(),
        });
        let last = self.list.len() - 1;
        &mut self.list[last]
    }
}

/// Ten-thousandths: finer than anything here can be measured, and short in JSON.
pub(crate) fn round(number: f64) -> f64 {
    (number * 10_000.0).round() / 10_000.0
}

/// Places a fact.
pub(crate) trait Place {
    fn at(&mut self, seconds: f64) -> &mut Self;
    fn during(&mut self, start_s: f64, end_s: f64) -> &mut Self;
    fn within(&mut self, band_hz: [f64; 2]) -> &mut Self;
    fn with_confidence(&mut self, confidence: f64) -> &mut Self;
    fn with_events(&mut self, events: &[Event]) -> &mut Self;
    fn or_else(&mut self, alternates: impl IntoIterator<Item = (Value, f64)>) -> &mut Self;
}

impl Place for Fact {
    fn at(&mut self, seconds: f64) -> &mut Self {
        self.at_s = Some(round(seconds));
        self
    }

    fn during(&mut self, start_s: f64, end_s: f64) -> &mut Self {
        self.start_s = Some(round(start_s));
        self.end_s = Some(round(end_s));
        self
    }

    fn within(&mut self, band_hz: [f64; 2]) -> &mut Self {
        self.band_hz = Some(band_hz);
        self
    }

    fn with_confidence(&mut self, confidence: f64) -> &mut Self {
        self.confidence = Some(round(confidence));
        self
    }

    fn with_events(&mut self, events: &[Event]) -> &mut Self {
        self.events = events
            .iter()
            .map(|event| Event {
                at_s: round(event.at_s),
                value: round(event.value),
                ..*event
            })
            .collect();
        self.events.sort_by(|a, b| a.at_s.total_cmp(&b.at_s));
        self
    }

    fn or_else(&mut self, alternates: impl IntoIterator<Item = (Value, f64)>) -> &mut Self {
        self.alternates = alternates
            .into_iter()
            .map(|(value, confidence)| Alternate {
                value,
                confidence: round(confidence),
            })
            .collect();
        self
    }
}
