//! A drawing as the text of an SVG file.

use std::fmt::Write;

use crate::drawing::{Anchor, Drawing, Fill, Label, Paint, Shape, Step};
use crate::text;
use crate::theme::{BACKGROUND, Size};

/// The first is the font that widths are measured with; the others are near to it and everywhere.
const FONTS: &str = "'Noto Sans', 'Open Sans', 'Segoe UI', 'Helvetica Neue', Arial, sans-serif";

/// `title` and `description` are for those who cannot see the picture.
pub(crate) fn written(drawing: &Drawing, size: Size, title: &str, description: &str) -> String {
    let (width, height) = (number(drawing.width), number(drawing.height));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {width} \
         {height}\" role=\"img\" aria-label=\"{title}\" font-family=\"{FONTS}\">\n<title>{title}</title>\n\
         <desc>{}</desc>\n",
        size.width,
        size.height,
        escaped(description),
        title = escaped(title),
    );
    let mut fades = Vec::new();
    for shape in &drawing.shapes {
        if let Shape::Path { paint, .. } | Shape::Rect { paint, .. } = shape
            && let Some(fill @ (Fill::FadesLeft(_) | Fill::FadesRight(_))) = paint.fill
            && !fades.contains(&fill)
        {
            fades.push(fill);
        }
    }
    if !fades.is_empty() {
        svg += "<defs>\n";
        fades.iter().for_each(|fill| svg += &fade(*fill));
        svg += "</defs>\n";
    }
    put(
        &mut svg,
        format_args!("<rect width=\"{width}\" height=\"{height}\" fill=\"{BACKGROUND}\"/>\n"),
    );
    drawing.shapes.iter().for_each(|shape| write_shape(&mut svg, shape));
    svg + "</svg>\n"
}

/// Writing to a string cannot fail.
fn put(svg: &mut String, text: std::fmt::Arguments) {
    let _ = svg.write_fmt(text);
}

fn write_shape(svg: &mut String, shape: &Shape) {
    match shape {
        Shape::Rect { area, corner, paint } => {
            let [x, y] = [area.left, area.top].map(number);
            let [width, height] = [area.width().max(0.0), area.height().max(0.0)].map(number);
            put(
                svg,
                format_args!("<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\""),
            );
            if 0.0 < *corner {
                put(svg, format_args!(" rx=\"{}\"", number(*corner)));
            }
            put(svg, format_args!("{}/>\n", painted(paint)));
        }
        Shape::Circle { at, radius, paint } => {
            let [x, y, radius] = [at.0, at.1, *radius].map(number);
            let paint = painted(paint);
            put(svg, format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"{paint}/>\n"));
        }
        Shape::Path { steps, paint } => {
            svg.push_str("<path d=\"");
            for step in steps {
                let place = |(x, y): (f64, f64)| format!("{} {}", number(x), number(y));
                match step {
                    Step::Move(to) => put(svg, format_args!("M{}", place(*to))),
                    Step::Line(to) => put(svg, format_args!("L{}", place(*to))),
                    Step::Curve(a, b, to) => {
                        put(svg, format_args!("C{} {} {}", place(*a), place(*b), place(*to)));
                    }
                    Step::Close => svg.push('Z'),
                }
            }
            put(svg, format_args!("\"{}/>\n", painted(paint)));
        }
        Shape::Text(label) => write_label(svg, label),
    }
}

fn write_label(svg: &mut String, label: &Label) {
    let [x, y, size] = [label.at.0, label.at.1, label.size].map(number);
    put(
        svg,
        format_args!("<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{}\"", label.colour),
    );
    match label.anchor {
        Anchor::Start => {}
        Anchor::Middle => svg.push_str(" text-anchor=\"middle\""),
        Anchor::End => svg.push_str(" text-anchor=\"end\""),
    }
    if label.bold {
        svg.push_str(" font-weight=\"bold\"");
    }
    if label.halo {
        put(
            svg,
            format_args!(
                " stroke=\"{BACKGROUND}\" stroke-width=\"3\" stroke-linejoin=\"round\" \
                 paint-order=\"stroke\""
            ),
        );
    }
    // Where another font stands in, it takes the same room.
    if text::is_measured(&label.text) {
        let width = number(label.width());
        put(svg, format_args!(" textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\""));
    }
    put(svg, format_args!(">{}</text>\n", escaped(&label.text)));
}

fn painted(paint: &Paint) -> String {
    let mut text = match paint.fill {
        None => " fill=\"none\"".to_owned(),
        Some(Fill::Plain(colour)) => format!(" fill=\"{colour}\""),
        Some(fill) => format!(" fill=\"url(#{})\"", fade_name(fill)),
    };
    if let Some(opacity) = paint.opacity {
        text += &format!(" opacity=\"{}\"", number(opacity));
    }
    if let Some(stroke) = paint.stroke {
        let width = number(stroke.width);
        text += &format!(" stroke=\"{}\" stroke-width=\"{width}\"", stroke.colour);
        text += " stroke-linejoin=\"round\"";
        if let Some((dash, gap)) = stroke.dash {
            text += &format!(" stroke-dasharray=\"{} {}\"", number(dash), number(gap));
        }
    }
    text
}

fn fade_name(fill: Fill) -> String {
    match fill {
        Fill::Plain(colour) => colour.trim_start_matches('#').to_owned(),
        Fill::FadesLeft(colour) => format!("left-{}", colour.trim_start_matches('#')),
        Fill::FadesRight(colour) => format!("right-{}", colour.trim_start_matches('#')),
    }
}

fn fade(fill: Fill) -> String {
    let (colour, ends) = match fill {
        Fill::Plain(colour) => (colour, [1, 1]),
        Fill::FadesLeft(colour) => (colour, [0, 1]),
        Fill::FadesRight(colour) => (colour, [1, 0]),
    };
    let mut text = format!("<linearGradient id=\"{}\">", fade_name(fill));
    for (place, opacity) in ends.iter().enumerate() {
        text += &format!(
            "<stop offset=\"{place}\" stop-color=\"{colour}\" stop-opacity=\"{opacity}\"/>"
        );
    }
    text + "</linearGradient>\n"
}

/// Two decimals are a hundredth of a pixel.
fn number(x: f64) -> String {
    let text = format!("{x:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            letter => safe.push(letter),
        }
    }
    safe
}
