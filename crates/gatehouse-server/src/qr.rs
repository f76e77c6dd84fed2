//! A QR code as SVG: for pages. Papers draw their own.

use qrcode::render::svg;
use qrcode::types::QrError;
use qrcode::{EcLevel, QrCode};

/// Black on white whatever the page's colours, at level M with the four blank modules that readers
/// want around it.
///
/// # Errors
/// What does not fit into a code.
pub fn draw(text: &str) -> Result<String, QrError> {
    let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M)?;
    let drawn = code
        .render::<svg::Color<'_>>()
        .quiet_zone(true)
        .min_dimensions(200, 200)
        .build();
    // Inside a page the declaration of an XML document has no place.
    Ok(drawn
        .split_once("?>")
        .map_or(drawn.clone(), |(_, svg)| svg.to_owned()))
}

/// The same; empty for what does not fit into a code.
pub fn svg(text: &str) -> String {
    draw(text).unwrap_or_default()
}
