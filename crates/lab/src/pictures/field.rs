//! Smooth random fields.

use crate::dice::Dice;

/// Value noise: random numbers in -1 to 1 on a square grid, interpolated between.
pub(super) struct Field {
    cells: usize,
    values: Vec<f32>,
}

impl Field {
    /// `cells` bumps a side.
    pub(super) fn new(cells: usize, dice: &mut Dice) -> Self {
        let points = (cells + 1) * (cells + 1);
        Self {
            cells,
            values: (0..points).map(|_| dice.around(1.0)).collect(),
        }
    }

    /// The value at a place of the unit square.
    pub(super) fn at(&self, x: f32, y: f32) -> f32 {
        let row = self.cells + 1;
        let (column, fx) = split(x, self.cells);
        let (line, fy) = split(y, self.cells);
        let corner = |dx: usize, dy: usize| self.values[(line + dy) * row + column + dx];
        let upper = corner(0, 0) + (corner(1, 0) - corner(0, 0)) * fx;
        let lower = corner(0, 1) + (corner(1, 1) - corner(0, 1)) * fx;
        upper + (lower - upper) * fy
    }
}

/// Cell of a coordinate and the smoothed place within it.
fn split(x: f32, cells: usize) -> (usize, f32) {
    let scaled = x.clamp(0.0, 1.0) * cells as f32;
    let cell = (scaled as usize).min(cells - 1);
    let t = scaled - cell as f32;
    (cell, t * t * (3.0 - 2.0 * t))
}
