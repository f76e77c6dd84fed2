//! A drawn head and shoulders for the cards of the demo: nobody's picture. A PNG of four colours,
//! put together by hand so that the same seed gives the same bytes.

use super::random::Chance;

const WIDTH: usize = 48;
const HEIGHT: usize = 64;

/// Ground, clothes, skin of invented people, in three shades each.
const GROUNDS: [[u8; 3]; 3] = [[0xe6, 0xe0, 0xea], [0xdd, 0xe7, 0xe0], [0xe9, 0xe2, 0xd8]];
const CLOTHES: [[u8; 3]; 3] = [[0x6f, 0x64, 0x80], [0x5f, 0x75, 0x67], [0x7b, 0x6a, 0x58]];
const WHITE: [u8; 3] = [0xff, 0xff, 0xff];

/// A picture.
pub fn face(chance: &mut Chance) -> Vec<u8> {
    let shade = chance.below(3) as usize;
    let hair = 9 + chance.below(6) as i32;
    let palette = [
        GROUNDS[shade],
        CLOTHES[shade],
        WHITE,
        CLOTHES[(shade + 1) % 3],
    ];
    let mut rows = Vec::with_capacity(HEIGHT * (1 + WIDTH / 4));
    for y in 0..HEIGHT {
        rows.push(0);
        for block in 0..WIDTH / 4 {
            let points = (0..4).map(|at| colour((block * 4 + at) as i32, y as i32, hair));
            rows.push(points.fold(0, |byte, point| byte << 2 | point));
        }
    }
    png(&palette, &rows)
}

/// Which of the four colours a point has: ground, clothes, face, hair.
fn colour(x: i32, y: i32, hair: i32) -> u8 {
    let within = |cx: i32, cy: i32, rx: i32, ry: i32| {
        let (dx, dy) = (x - cx, y - cy);
        dx * dx * ry * ry + dy * dy * rx * rx <= rx * rx * ry * ry
    };
    if within(24, 28, 11, 14) && y > 14 + hair {
        2
    } else if within(24, 25, 13, 16) && y < 40 {
        3
    } else if within(24, 64, 20, 20) {
        1
    } else {
        0
    }
}

fn png(palette: &[[u8; 3]], rows: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::new();
    header.extend_from_slice(&(WIDTH as u32).to_be_bytes());
    header.extend_from_slice(&(HEIGHT as u32).to_be_bytes());
    // Two bits a point, from a palette.
    header.extend_from_slice(&[2, 3, 0, 0, 0]);
    chunk(&mut bytes, b"IHDR", &header);
    chunk(&mut bytes, b"PLTE", &palette.concat());
    chunk(&mut bytes, b"IDAT", &stored(rows));
    chunk(&mut bytes, b"IEND", &[]);
    bytes
}

/// Zlib around bytes that are stored as they are.
fn stored(rows: &[u8]) -> Vec<u8> {
    let length = rows.len() as u16;
    let mut bytes = vec![0x78, 0x01, 0x01];
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(&(!length).to_le_bytes());
    bytes.extend_from_slice(rows);
    let (mut low, mut high) = (1u32, 0u32);
    for byte in rows {
        low = (low + u32::from(*byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    bytes.extend_from_slice(&(high << 16 | low).to_be_bytes());
    bytes
}

fn chunk(bytes: &mut Vec<u8>, kind: &[u8; 4], body: &[u8]) {
    bytes.extend_from_slice(&(body.len() as u32).to_be_bytes());
    let checked = [&kind[..], body].concat();
    bytes.extend_from_slice(&checked);
    let mut sum = u32::MAX;
    for byte in &checked {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            let carry = if sum & 1 == 1 { 0xedb8_8320 } else { 0 };
            sum = sum >> 1 ^ carry;
        }
    }
    bytes.extend_from_slice(&(!sum).to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_face_is_a_small_png_and_the_same_each_time() {
        let draw = || face(&mut Chance::new(7, "faces"));
        let bytes = draw();
        assert_eq!(bytes, draw());
        assert!(bytes.starts_with(b"\x89PNG") && bytes.len() < 2_000);
        // The check value of CRC-32 over "123456789" is well known.
        let mut checked = Vec::new();
        chunk(&mut checked, b"1234", b"56789");
        assert!(checked.ends_with(&0xcbf4_3926u32.to_be_bytes()));
    }
}
