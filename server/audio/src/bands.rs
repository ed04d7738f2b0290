//! The bands that everything spectral is told in.

/// A third-octave band of IEC 61260-1.
#[derive(Clone, Copy, Debug)]
pub struct Third {
    /// As people write it; part of fact ids.
    pub nominal: &'static str,
    /// Nominal centre.
    pub hz: f64,
    /// 25 Hz is 0.
    pub index: usize,
}

pub const THIRDS: usize = 30;

const NOMINAL: [(&str, f64); THIRDS] = [
    ("25", 25.0),
    ("31.5", 31.5),
    ("40", 40.0),
    ("50", 50.0),
    ("63", 63.0),
    ("80", 80.0),
    ("100", 100.0),
    ("125", 125.0),
    ("160", 160.0),
    ("200", 200.0),
    ("250", 250.0),
    ("315", 315.0),
    ("400", 400.0),
    ("500", 500.0),
    ("630", 630.0),
    ("800", 800.0),
    ("1000", 1_000.0),
    ("1250", 1_250.0),
    ("1600", 1_600.0),
    ("2000", 2_000.0),
    ("2500", 2_500.0),
    ("3150", 3_150.0),
    ("4000", 4_000.0),
    ("5000", 5_000.0),
    ("6300", 6_300.0),
    ("8000", 8_000.0),
    ("10000", 10_000.0),
    ("12500", 12_500.0),
    ("16000", 16_000.0),
    ("20000", 20_000.0),
];

/// All third-octave bands from 25 Hz to 20 kHz.
pub fn thirds() -> impl Iterator<Item = Third> {
    NOMINAL
        .iter()
        .enumerate()
        .map(|(index, (nominal, hz))| Third {
            nominal,
            hz: *hz,
            index,
        })
}

pub(crate) fn third(index: usize) -> Third {
    let (nominal, hz) = NOMINAL[index];
    Third { nominal, hz, index }
}

impl Third {
    /// Exact edges, base ten: 1000 · 10^(n/10 ± 1/20) Hz (IEC 61260-1 §5).
    pub fn edges(self) -> [f64; 2] {
        let n = self.index as f64 - 16.0;
        [-0.05, 0.05].map(|half| 1_000.0 * 10f64.powf(n / 10.0 + half))
    }
}

/// The edges of a stretch of third-octave bands, rounded as people would say them.
pub(crate) fn span(first: usize, last: usize) -> [f64; 2] {
    let round = |hz: f64| {
        let step = if hz < 100.0 {
            1.0
        } else {
            10f64.powf(hz.log10().floor() - 1.0)
        };
        (hz / step).round() * step
    };
    [
        round(third(first).edges()[0]),
        round(third(last).edges()[1]),
    ]
}

/// A broad band, made of whole third-octave bands so that its energy is their sum.
#[derive(Clone, Copy, Debug)]
pub struct Broad {
    /// Part of fact ids.
    pub id: &'static str,
    pub label: &'static str,
    /// First and last third-octave band.
    pub thirds: [usize; 2],
}

impl Broad {
    pub fn edges(self) -> [f64; 2] {
        span(self.thirds[0], self.thirds[1])
    }
}

pub const BROADS: [Broad; 6] = [
    Broad {
        id: "sub",
        label: "sub",
        thirds: [0, 3],
    },
    Broad {
        id: "low",
        label: "lows",
        thirds: [4, 9],
    },
    Broad {
        id: "low_mid",
        label: "low mids",
        thirds: [10, 13],
    },
    Broad {
        id: "mid",
        label: "mids",
        thirds: [14, 19],
    },
    Broad {
        id: "high_mid",
        label: "high mids",
        thirds: [20, 23],
    },
    Broad {
        id: "high",
        label: "highs",
        thirds: [24, 29],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nominal_centres_lie_within_their_exact_edges() {
        for band in thirds() {
            let [low, high] = band.edges();
            assert!(low < band.hz && band.hz < high, "{band:?}");
        }
    }

    #[test]
    fn broad_bands_cover_all_thirds_without_overlap() {
        let mut next = 0;
        for band in BROADS {
            assert_eq!(band.thirds[0], next);
            next = band.thirds[1] + 1;
        }
        assert_eq!(next, THIRDS);
        assert_eq!(BROADS[0].edges(), [22.0, 56.0]);
        assert_eq!(BROADS[3].edges(), [560.0, 2200.0]);
    }
}
