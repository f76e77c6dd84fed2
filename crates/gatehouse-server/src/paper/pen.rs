//! How lines are drawn, and the outlines that a canvas knows, in its millimetres.

use super::canvas::{Area, Ink};
use krilla::geom::{Path, PathBuilder, Rect};
use krilla::paint::{Stroke, StrokeDash};

/// How a line is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Pen {
    ink: Ink,
    width: f32,
    dash: Option<f32>,
}

impl Pen {
    /// A solid line.
    pub const fn solid(ink: Ink, width: f32) -> Pen {
        Pen {
            ink,
            width,
            dash: None,
        }
    }

    /// A dashed line.
    pub const fn dashed(ink: Ink, width: f32, dash: f32) -> Pen {
        Pen {
            ink,
            width,
            dash: Some(dash),
        }
    }

    /// As krilla takes it.
    pub(super) fn stroke(self) -> Stroke {
        Stroke {
            paint: self.ink.colour().into(),
            width: self.width,
            dash: self.dash.map(|dash| StrokeDash {
                array: vec![dash, dash],
                offset: 0.0,
            }),
            ..Stroke::default()
        }
    }
}

/// Points one after the other; `closed` leads back to the first.
pub(super) fn joined(points: &[(f32, f32)], closed: bool) -> Option<Path> {
    let mut path = PathBuilder::new();
    for (at, (x, y)) in points.iter().enumerate() {
        match at {
            0 => path.move_to(*x, *y),
            _ => path.line_to(*x, *y),
        }
    }
    if closed {
        path.close();
    }
    path.finish()
}

/// How far the handles of a cubic curve stand for a quarter of a circle.
const QUARTER: f32 = 0.552_284_8;

/// A rectangle with round corners; `None` for one without a size.
pub(super) fn rounded(area: Area, radius: f32) -> Option<Path> {
    let mut path = PathBuilder::new();
    if radius <= 0.0 {
        path.push_rect(Rect::from_xywh(area.x, area.y, area.width, area.height)?);
        return path.finish();
    }
    let (left, top) = (area.x, area.y);
    let (right, bottom) = (left + area.width, top + area.height);
    let near = radius * (1.0 - QUARTER);
    path.move_to(left + radius, top);
    path.line_to(right - radius, top);
    path.cubic_to(right - near, top, right, top + near, right, top + radius);
    path.line_to(right, bottom - radius);
    path.cubic_to(
        right,
        bottom - near,
        right - near,
        bottom,
        right - radius,
        bottom,
    );
    path.line_to(left + radius, bottom);
    path.cubic_to(
        left + near,
        bottom,
        left,
        bottom - near,
        left,
        bottom - radius,
    );
    path.line_to(left, top + radius);
    path.cubic_to(left, top + near, left + near, top, left + radius, top);
    path.close();
    path.finish()
}
