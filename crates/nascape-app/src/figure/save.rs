//! From a figure to its files: drawn for each format, written beside, renamed when whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use nascape_signal::partial::PartialFolder;
use plotters::prelude::{BitMapBackend, DrawingBackend, IntoDrawingArea, SVGBackend};
use plotters::style::WHITE;

use super::sheet::{Kind, UNITS};
use super::{Drawn, Error, Figure, Sheet};

/// A PNG has this many pixels for each of the figure's, so that it is crisp in print and on dense screens.
const PNG_SCALE: u32 = 2;
/// Units of the drawing library that are averaged into one pixel of the PNG.
const BLOCK: u32 = UNITS / PNG_SCALE;
const PNG_END: &[u8] = b"IEND\xaeB`\x82";

/// The files of a saved figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// For editing and print; its text is text, in the viewer's own sans-serif.
    pub svg: PathBuf,
    /// For looking at, with two pixels for each of the figure's.
    pub png: PathBuf,
}

/// The files of the figure `stem` that was saved in `dir`.
pub fn files_of(dir: &Path, stem: &str) -> [PathBuf; 2] {
    ["svg", "png"].map(|ending| dir.join(format!("{stem}.{ending}")))
}

/// Saves `figure` as `stem.svg` and `stem.png` in `dir`, which is made if it is not there.
///
/// Each file appears whole or not at all, and replaces an older one of its name; the same figure gives the same bytes.
///
/// # Errors
/// [`Error::Save`] with the path and the remedy when a file cannot be written, [`Error::Draw`] when the figure cannot be drawn.
pub fn save(figure: &impl Figure, dir: &Path, stem: &str) -> Result<Saved, Error> {
    let undrawn = |reason: String| Error::Draw { stem: stem.to_owned(), reason };
    let svg = svg(figure).map_err(undrawn)?;
    let pixels = pixels(figure).map_err(undrawn)?;
    let fault = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::Save { path, source }
    };
    fs::create_dir_all(dir).map_err(fault(dir))?;
    let [svg_file, png_file] = files_of(dir, stem);
    let saved = Saved { svg: svg_file, png: png_file };
    // A folder, since the encoder goes by the ending of a file's name.
    let partial = PartialFolder::create(dir, stem).map_err(fault(dir))?;
    let [of_svg, of_png] = ["figure.svg", "figure.png"].map(|name| partial.path().join(name));
    fs::write(&of_svg, svg).map_err(fault(&saved.svg))?;
    write_png(&of_png, &pixels, png_size(figure)).map_err(fault(&saved.png))?;
    for (whole, place) in [(of_svg, &saved.svg), (of_png, &saved.png)] {
        fs::rename(whole, place).map_err(fault(place))?;
    }
    Ok(saved)
}

fn svg(figure: &impl Figure) -> Result<String, String> {
    let (width, height) = figure.size();
    let (wide, high) = (width * UNITS, height * UNITS);
    let mut svg = String::new();
    draw(figure, SVGBackend::with_string(&mut svg, (wide, high)), Kind::Vector)?;
    // The library writes units as pixels; the figure's size is in pixels.
    let root = format!("<svg width=\"{wide}\" height=\"{high}\"");
    let sized = format!("<svg width=\"{width}\" height=\"{height}\" style=\"font-variant-numeric: tabular-nums\"");
    Ok(svg.replacen(&root, &sized, 1))
}

/// The figure's RGB bytes at [`PNG_SCALE`], each pixel the average of a block of units: edges come out smooth.
fn pixels(figure: &impl Figure) -> Result<Vec<u8>, String> {
    let (width, height) = figure.size();
    let (wide, high) = ((width * UNITS) as usize, (height * UNITS) as usize);
    let mut fine = vec![u8::MAX; wide * high * 3];
    let backend = BitMapBackend::with_buffer(&mut fine, (width * UNITS, height * UNITS));
    draw(figure, backend, Kind::Raster)?;
    let block = BLOCK as usize;
    let mut pixels = Vec::with_capacity(fine.len() / (block * block));
    for rows in fine.chunks_exact(wide * 3 * block) {
        let mut sums = vec![0_usize; wide / block * 3];
        for (at, unit) in rows.iter().enumerate() {
            sums[at / 3 % wide / block * 3 + at % 3] += usize::from(*unit);
        }
        pixels.extend(sums.iter().map(|sum| ((sum + block * block / 2) / (block * block)) as u8));
    }
    Ok(pixels)
}

fn draw<DB: DrawingBackend>(figure: &impl Figure, backend: DB, kind: Kind) -> Result<(), String> {
    let drawn = || -> Drawn<DB> {
        let area = backend.into_drawing_area();
        area.fill(&WHITE)?;
        let sheet = Sheet::new(area, kind);
        figure.draw(&sheet)?;
        sheet.finish()
    };
    drawn().map_err(|error| error.to_string())
}

fn png_size(figure: &impl Figure) -> (u32, u32) {
    let (width, height) = figure.size();
    (width * PNG_SCALE, height * PNG_SCALE)
}

fn write_png(path: &Path, pixels: &[u8], size: (u32, u32)) -> io::Result<()> {
    let mut backend = BitMapBackend::new(path, size);
    let written = backend.blit_bitmap((0, 0), size, pixels).and_then(|()| backend.present());
    // The encoder does not report what fails while its last bytes are flushed.
    if written.is_ok() && fs::read(path)?.ends_with(PNG_END) {
        return Ok(());
    }
    // Nor does it hand on the system's own error; as many bytes written plainly meet it again.
    fs::write(path, pixels)?;
    Err(io::Error::other("the PNG encoder failed"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::{AssayPanel, Hue, MarkPanel, Observed, Profile, Track};

    fn profile() -> Profile {
        let track = |values: Vec<f32>| Track { start: 33_031_550, bin_size: 50, values };
        Profile {
            chromosome: "chr21".into(),
            region: 33_031_596..33_041_570,
            assay: Some(AssayPanel {
                title: "PRO-seq <K562>".into(),
                unit: "reads per bin".into(),
                plus: track((0..200).map(|n| (n % 7) as f32).collect()),
                minus: Some(track((0..200).map(|n| -((n % 5) as f32)).collect())),
            }),
            marks: vec![MarkPanel {
                title: "H3K27ac".into(),
                hue: Hue::OfMark,
                unit: "probability".into(),
                reach: 1.0,
                imputed: track((0..200).map(|n| if n == 50 { f32::NAN } else { n as f32 / 200.0 }).collect()),
                observed: Observed::Peaks(vec![33_035_000..33_036_000, 1..2]),
            }],
        }
    }

    #[test]
    fn both_files_appear_whole_and_nothing_else_does() {
        let dir = tempfile::tempdir().unwrap();
        let saved = save(&profile(), &dir.path().join("new"), "chr21.33").unwrap();
        let svg = fs::read_to_string(&saved.svg).unwrap();
        assert!(svg.starts_with("<svg width=\"1000\"") && svg.trim_end().ends_with("</svg>"));
        assert!(svg.contains("chr21:33,031,597-33,041,570") && svg.contains("font-family=\"sans-serif\""));
        assert!(svg.contains("PRO-seq &lt;K562&gt;") && !svg.contains("NaN"));
        let png = fs::read(&saved.png).unwrap();
        assert_eq!(png[16..20], 2000_u32.to_be_bytes());
        assert_eq!(fs::read_dir(dir.path().join("new")).unwrap().count(), 2);
    }

    #[test]
    fn the_same_figure_gives_the_same_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let bytes = |stem| {
            save(&profile(), dir.path(), stem).map(|saved| (fs::read(saved.svg).unwrap(), fs::read(saved.png).unwrap()))
        };
        assert!(bytes("one").unwrap() == bytes("two").unwrap());
    }

    #[test]
    fn a_failure_names_the_file_and_the_remedy_and_leaves_no_part() {
        let dir = tempfile::tempdir().unwrap();
        // A folder where the PNG should go cannot be replaced by a file.
        fs::create_dir(dir.path().join("x.png")).unwrap();
        let error = save(&profile(), dir.path(), "x").unwrap_err().to_string();
        assert!(error.contains("x.png") && error.contains("save"), "{error}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "the SVG, and what was in the way");
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(save(&profile(), &file, "x").unwrap_err().to_string().contains("another folder"));
    }

    #[test]
    fn a_figure_of_nothing_is_still_a_figure() {
        let dir = tempfile::tempdir().unwrap();
        let nothing = Profile { chromosome: "chr21".into(), region: 10..10, assay: None, marks: Vec::new() };
        save(&nothing, dir.path(), "nothing").unwrap();
    }
}
