//! A drawing: parts with an ink, in any units, before style, place and size.

use tiny_skia::{Path, PathBuilder, Rect, Transform};

use super::chance::sin_cos;

/// A point; y goes down.
pub(super) type Point = (f32, f32);

/// What a part is, from which a style makes its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Body,
    Shade,
    Second,
    Light,
    Dark,
    /// A thin line rather than an area.
    Line,
}

/// An area, or a stroke of a width.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub path: Path,
    pub ink: Ink,
    /// Width of a stroke, in the path's units; an area has none.
    pub width: Option<f32>,
}

/// Parts from back to front.
#[derive(Debug, Clone, Default)]
pub(super) struct Drawing {
    pub parts: Vec<Part>,
}

impl Drawing {
    /// A polygon.
    pub(super) fn poly(&mut self, ink: Ink, points: &[Point]) {
        let mut path = PathBuilder::new();
        trace(&mut path, points);
        path.close();
        self.push(path, ink, None);
    }

    /// A closed curve with `points` as the corners that it rounds off.
    pub(super) fn blob(&mut self, ink: Ink, points: &[Point]) {
        let Some((&last, &first)) = points.last().zip(points.first()) else {
            return;
        };
        let mut path = PathBuilder::new();
        let start = middle(last, first);
        path.move_to(start.0, start.1);
        for (index, &corner) in points.iter().enumerate() {
            let end = middle(corner, points[(index + 1) % points.len()]);
            path.quad_to(corner.0, corner.1, end.0, end.1);
        }
        path.close();
        self.push(path, ink, None);
    }

    /// An upright ellipse.
    pub(super) fn oval(&mut self, ink: Ink, centre: Point, rx: f32, ry: f32) {
        let mut path = PathBuilder::new();
        if let Some(bounds) = around(centre, rx, ry) {
            path.push_oval(bounds);
        }
        self.push(path, ink, None);
    }

    /// An ellipse whose first axis points `turns` clockwise from the right.
    pub(super) fn tilted(&mut self, ink: Ink, centre: Point, rx: f32, ry: f32, turns: f32) {
        let (sin, cos) = sin_cos(turns);
        let place = Transform::from_row(cos, sin, -sin, cos, centre.0, centre.1);
        let oval = around((0.0, 0.0), rx, ry).and_then(PathBuilder::from_oval);
        if let Some(path) = oval.and_then(|oval| oval.transform(place)) {
            self.parts.push(Part {
                path,
                ink,
                width: None,
            });
        }
    }

    /// An upright rectangle between two corners.
    pub(super) fn rect(&mut self, ink: Ink, (x0, y0): Point, (x1, y1): Point) {
        self.poly(ink, &[(x0, y0), (x1, y0), (x1, y1), (x0, y1)]);
    }

    /// A thick line from `a` to `b` whose width changes.
    pub(super) fn taper(&mut self, ink: Ink, a: Point, width_a: f32, b: Point, width_b: f32) {
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let length = (dx * dx + dy * dy).sqrt().max(1e-3);
        let (nx, ny) = (-dy / length / 2.0, dx / length / 2.0);
        self.poly(
            ink,
            &[
                (a.0 + nx * width_a, a.1 + ny * width_a),
                (b.0 + nx * width_b, b.1 + ny * width_b),
                (b.0 - nx * width_b, b.1 - ny * width_b),
                (a.0 - nx * width_a, a.1 - ny * width_a),
            ],
        );
    }

    /// A line of straight pieces with a width.
    pub(super) fn limb(&mut self, ink: Ink, width: f32, points: &[Point]) {
        let mut path = PathBuilder::new();
        trace(&mut path, points);
        self.push(path, ink, Some(width));
    }

    /// An open curve with a width: it begins at the first point, ends at the last and rounds off the others.
    pub(super) fn curve(&mut self, ink: Ink, width: f32, points: &[Point]) {
        let mut path = PathBuilder::new();
        if let [first, inner @ .., last] = points {
            path.move_to(first.0, first.1);
            for (index, &corner) in inner.iter().enumerate() {
                let end = inner
                    .get(index + 1)
                    .map_or(*last, |&next| middle(corner, next));
                path.quad_to(corner.0, corner.1, end.0, end.1);
            }
            if inner.is_empty() {
                path.line_to(last.0, last.1);
            }
        }
        self.push(path, ink, Some(width));
    }

    /// The rim of an ellipse.
    pub(super) fn ring(&mut self, ink: Ink, width: f32, centre: Point, rx: f32, ry: f32) {
        let mut path = PathBuilder::new();
        if let Some(bounds) = around(centre, rx, ry) {
            path.push_oval(bounds);
        }
        self.push(path, ink, Some(width));
    }

    /// The smallest rectangle around all parts, strokes' widths included: left, top, right, bottom.
    pub(super) fn bounds(&self) -> (f32, f32, f32, f32) {
        let mut all = (f32::MAX, f32::MAX, f32::MIN, f32::MIN);
        for part in &self.parts {
            let (bounds, margin) = (part.path.bounds(), part.width.unwrap_or(0.0) / 2.0);
            all.0 = all.0.min(bounds.left() - margin);
            all.1 = all.1.min(bounds.top() - margin);
            all.2 = all.2.max(bounds.right() + margin);
            all.3 = all.3.max(bounds.bottom() + margin);
        }
        all
    }

    /// The drawing under `place`; widths grow with the mean scale. Parts that degenerate are left out.
    pub(super) fn placed(self, place: Transform) -> Self {
        let scale = (place.sx * place.sy - place.kx * place.ky).abs().sqrt();
        let parts = self.parts.into_iter().filter_map(|part| {
            Some(Part {
                path: part.path.transform(place)?,
                width: part.width.map(|width| width * scale),
                ..part
            })
        });
        Self {
            parts: parts.collect(),
        }
    }

    /// An empty or degenerate path makes no part.
    fn push(&mut self, path: PathBuilder, ink: Ink, width: Option<f32>) {
        if let Some(path) = path.finish() {
            self.parts.push(Part { path, ink, width });
        }
    }
}

/// The point at `turns` clockwise from the right, `radius` from `centre`.
pub(super) fn polar(centre: Point, radius: f32, turns: f32) -> Point {
    let (sin, cos) = sin_cos(turns);
    (centre.0 + radius * cos, centre.1 + radius * sin)
}

/// Halfway.
pub(super) fn middle(a: Point, b: Point) -> Point {
    ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0)
}

/// `t` of the way from `a` to `b`.
pub(super) fn along(a: Point, b: Point, t: f32) -> Point {
    (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t)
}

fn around(centre: Point, rx: f32, ry: f32) -> Option<Rect> {
    Rect::from_ltrb(centre.0 - rx, centre.1 - ry, centre.0 + rx, centre.1 + ry)
}

fn trace(path: &mut PathBuilder, points: &[Point]) {
    for (index, point) in points.iter().enumerate() {
        if index == 0 {
            path.move_to(point.0, point.1);
        } else {
            path.line_to(point.0, point.1);
        }
    }
}
