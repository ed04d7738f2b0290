//! A history of bounded length: when it is full, neighbours merge in pairs and each point stands for
//! twice the time. So an eleven-hour file takes no more memory than a song.

/// Two neighbours made one.
pub(crate) trait Merge {
    fn merge(&mut self, next: &Self);
}

pub(crate) struct Series<T> {
    points: Vec<T>,
    most: usize,
    /// How many steps one point stands for: a power of two.
    span: u64,
    steps: u64,
}

impl<T: Merge> Series<T> {
    /// `most` must be even, so that pairs come out even.
    pub(crate) fn new(most: usize) -> Self {
        debug_assert!(most.is_multiple_of(2));
        Self {
            points: Vec::with_capacity(most),
            most,
            span: 1,
            steps: 0,
        }
    }

    /// As `new`, but with `span` steps in each point from the start.
    pub(crate) fn with_span(most: usize, span: u64) -> Self {
        Self {
            span,
            ..Self::new(most)
        }
    }

    pub(crate) fn push(&mut self, step: T) {
        if self.steps.is_multiple_of(self.span) {
            if self.points.len() == self.most {
                self.halve();
            }
            // Halving may have made the last point one that this step still belongs to: it cannot, as
            // `most` is even and `steps` a multiple of the doubled span.
            self.points.push(step);
        } else if let Some(last) = self.points.last_mut() {
            last.merge(&step);
        }
        self.steps += 1;
    }

    fn halve(&mut self) {
        let mut kept = 0;
        for pair in 0..self.points.len() / 2 {
            let (left, right) = self.points.split_at_mut(2 * pair + 1);
            left[2 * pair].merge(&right[0]);
            self.points.swap(kept, 2 * pair);
            kept += 1;
        }
        self.points.truncate(kept);
        self.span *= 2;
    }

    /// The point that step `index` went into.
    pub(crate) fn at_step(&mut self, index: u64) -> Option<&mut T> {
        let point = usize::try_from(index / self.span).ok()?;
        self.points.get_mut(point)
    }

    pub(crate) fn points(&self) -> &[T] {
        &self.points
    }

    pub(crate) fn span(&self) -> u64 {
        self.span
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Sum(u64);

    impl Merge for Sum {
        fn merge(&mut self, next: &Self) {
            self.0 += next.0;
        }
    }

    #[test]
    fn a_long_history_keeps_its_sum_and_its_bound() {
        let mut series = Series::new(8);
        for step in 0..1000 {
            series.push(Sum(step));
            assert!(series.points().len() <= 8);
        }
        assert_eq!(
            series.points().iter().map(|sum| sum.0).sum::<u64>(),
            999 * 1000 / 2
        );
        assert_eq!(series.span(), 128);
        assert_eq!(series.points()[0], Sum((0..128).sum()));
        assert_eq!(series.at_step(999), Some(&mut Sum((896..1000).sum())));
    }
}
