//! SST-2-shaped: is the review positive? Metric: accuracy.

use super::difficulty::Difficulty;
use crate::dice::Dice;
use crate::language::review::{Review, ReviewShape};

/// One review, positive or not as asked.
pub(crate) fn example(dice: &mut Dice, difficulty: &Difficulty, positive: bool) -> Option<String> {
    let shape = ReviewShape {
        negated: difficulty.negated_remarks,
        contrast: difficulty.contrast,
        agreement: 10,
        concession: difficulty.concession,
    };
    let review = Review::roll(dice, positive, &shape);
    (review.is_positive() == positive).then(|| review.render(dice, difficulty.rare_words))
}
