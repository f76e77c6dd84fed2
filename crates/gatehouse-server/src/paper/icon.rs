//! Small line drawings for posters, in a square of 24 units.

use super::canvas::{Area, Canvas, Ink};
use super::pen::Pen;

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// Help at once.
    Cross,
    /// Home.
    Home,
    /// Going out.
    Out,
    /// A doctor.
    Doctor,
    /// Somebody.
    Person,
    /// A parcel.
    Parcel,
    /// A vehicle.
    Vehicle,
    /// Work.
    Work,
    /// A tenancy.
    Key,
    /// A thermometer.
    Fever,
    /// The program's own mark: a gate.
    Gate,
}

type Points = &'static [(f32, f32)];

struct Drawing {
    lines: &'static [Points],
    /// Middle and radius.
    circles: &'static [(f32, f32, f32)],
}

const fn drawing(icon: Icon) -> Drawing {
    let (lines, circles): (&[Points], &[(f32, f32, f32)]) = match icon {
        Icon::Cross => (
            &[&[
                (9.0, 3.0),
                (15.0, 3.0),
                (15.0, 9.0),
                (21.0, 9.0),
                (21.0, 15.0),
                (15.0, 15.0),
                (15.0, 21.0),
                (9.0, 21.0),
                (9.0, 15.0),
                (3.0, 15.0),
                (3.0, 9.0),
                (9.0, 9.0),
                (9.0, 3.0),
            ]],
            &[],
        ),
        Icon::Home => (
            &[
                &[(3.0, 11.5), (12.0, 4.0), (21.0, 11.5)],
                &[(5.5, 9.8), (5.5, 20.0), (18.5, 20.0), (18.5, 9.8)],
                &[(10.0, 20.0), (10.0, 14.0), (14.0, 14.0), (14.0, 20.0)],
            ],
            &[],
        ),
        Icon::Out => (
            &[
                &[(3.0, 12.0), (15.0, 12.0)],
                &[(10.5, 7.0), (15.5, 12.0), (10.5, 17.0)],
                &[(20.0, 4.0), (20.0, 20.0)],
            ],
            &[],
        ),
        Icon::Doctor => (
            &[
                &[
                    (4.0, 7.0),
                    (20.0, 7.0),
                    (20.0, 20.0),
                    (4.0, 20.0),
                    (4.0, 7.0),
                ],
                &[(9.0, 7.0), (9.0, 4.0), (15.0, 4.0), (15.0, 7.0)],
                &[(12.0, 10.5), (12.0, 16.5)],
                &[(9.0, 13.5), (15.0, 13.5)],
            ],
            &[],
        ),
        Icon::Person => (
            &[&[
                (4.5, 20.5),
                (5.5, 16.5),
                (8.5, 14.2),
                (12.0, 13.6),
                (15.5, 14.2),
                (18.5, 16.5),
                (19.5, 20.5),
            ]],
            &[(12.0, 7.6, 3.9)],
        ),
        Icon::Parcel => (
            &[
                &[
                    (12.0, 3.0),
                    (20.0, 7.5),
                    (20.0, 16.5),
                    (12.0, 21.0),
                    (4.0, 16.5),
                    (4.0, 7.5),
                    (12.0, 3.0),
                ],
                &[(4.0, 7.5), (12.0, 12.0), (20.0, 7.5)],
                &[(12.0, 12.0), (12.0, 21.0)],
            ],
            &[],
        ),
        Icon::Vehicle => (
            &[
                &[
                    (3.0, 16.0),
                    (3.0, 12.0),
                    (5.5, 6.0),
                    (18.5, 6.0),
                    (21.0, 12.0),
                    (21.0, 16.0),
                    (3.0, 16.0),
                ],
                &[(3.0, 12.0), (21.0, 12.0)],
                &[(7.0, 19.5), (7.0, 16.0)],
                &[(17.0, 19.5), (17.0, 16.0)],
            ],
            &[],
        ),
        Icon::Work => (
            &[
                &[
                    (3.0, 8.0),
                    (21.0, 8.0),
                    (21.0, 19.5),
                    (3.0, 19.5),
                    (3.0, 8.0),
                ],
                &[(9.0, 8.0), (9.0, 5.0), (15.0, 5.0), (15.0, 8.0)],
                &[(3.0, 13.0), (21.0, 13.0)],
            ],
            &[],
        ),
        Icon::Key => (
            &[
                &[(10.6, 13.4), (20.0, 4.0)],
                &[(16.4, 7.6), (19.4, 10.6)],
                &[(13.6, 10.4), (15.9, 12.7)],
            ],
            &[(8.0, 16.0, 3.8)],
        ),
        Icon::Fever => (
            &[
                &[
                    (10.0, 14.6),
                    (10.0, 5.0),
                    (12.0, 3.4),
                    (14.0, 5.0),
                    (14.0, 13.6),
                ],
                &[(12.0, 8.5), (12.0, 16.0)],
            ],
            &[(12.0, 17.4, 4.0)],
        ),
        Icon::Gate => (
            &[
                &[
                    (4.0, 20.0),
                    (4.0, 9.0),
                    (8.0, 5.0),
                    (16.0, 5.0),
                    (20.0, 9.0),
                    (20.0, 20.0),
                ],
                &[(9.0, 20.0), (9.0, 11.0), (15.0, 11.0), (15.0, 20.0)],
            ],
            &[],
        ),
    };
    Drawing { lines, circles }
}

/// Draws it into a square.
pub fn draw(canvas: &mut Canvas<'_, '_>, icon: Icon, area: Area, ink: Ink) {
    let Drawing { lines, circles } = drawing(icon);
    let unit = area.width / 24.0;
    let pen = Pen::solid(ink, 2.0 * unit);
    for line in lines {
        let points = line
            .iter()
            .map(|(x, y)| (area.x + x * unit, area.y + y * unit));
        canvas.polyline(&points.collect::<Vec<_>>(), pen);
    }
    for (x, y, radius) in circles {
        canvas.circle((area.x + x * unit, area.y + y * unit), radius * unit, pen);
    }
}
