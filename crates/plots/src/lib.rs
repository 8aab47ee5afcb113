//! Figures of what was measured: plain data, and pictures drawn from it as SVG.
//!
//! A [`Figure`] is made from a result of `measurement`, is printed as JSON for whoever draws by
//! other means, and draws itself: [`Figure::svg`]. The same figure and size give the same text, to
//! the byte. Numbers that cannot be known stay absent and are drawn hollow; every other number has
//! its interval beside it.

mod areas;
mod axes;
mod credit;
mod drawing;
mod figure;
mod flow;
mod lattice;
mod lines;
mod number;
mod of;
mod page;
mod scale;
mod steps;
mod svg;
mod text;
mod theme;
mod widths;

pub use figure::{
    AliveSurvival, Axes, Axis, ChannelSet, Contributions, Credit, Curve, Figure, FlowChannel, Kind,
    Layer, LeverageLattice, Mark, PathFlow, Point, PowerCurve, QiniCurve, ResponseCurves, Value,
    Wanted,
};
pub use of::{
    attribution_figure, contributions_figure, leverage_figure, lifetime_figure, power_figure,
    response_figure, uplift_figure,
};
pub use theme::Size;

use drawing::Drawing;

impl Figure {
    /// The picture, `size` pixels large (within [`Size::SMALLEST`] and [`Size::LARGEST`]).
    pub fn svg(&self, size: Size) -> String {
        let size = size.within_bounds();
        svg::written(&self.draw(size), size, &text::clean(&self.title), &self.description())
    }

    /// The same, with the word that nobody real was measured.
    pub fn of_simulated_data(self) -> Figure {
        let subtitle = match self.subtitle.as_str() {
            "" => "Simulated data".to_owned(),
            said if said.starts_with("Simulated data") => said.to_owned(),
            subtitle => format!("Simulated data · {subtitle}"),
        };
        Figure { subtitle, ..self }
    }

    fn draw(&self, size: Size) -> Drawing {
        let (mut sheet, area) = page::page(size, &self.title, &self.subtitle, &self.notes);
        match &self.kind {
            Kind::LeverageLattice(figure) => lattice::leverage_lattice(&mut sheet, area, figure),
            Kind::PathFlow(figure) => flow::path_flow(&mut sheet, area, figure),
            Kind::Contributions(figure) => areas::contributions(&mut sheet, area, figure),
            Kind::ResponseCurves(figure) => lines::response_curves(&mut sheet, area, figure),
            Kind::AliveSurvival(figure) => lines::alive_survival(&mut sheet, area, figure),
            Kind::PowerCurve(figure) => lines::power_curve(&mut sheet, area, figure),
            Kind::QiniCurve(figure) => lines::qini_curve(&mut sheet, area, figure),
        }
        sheet
    }

    /// For those who cannot see the picture.
    fn description(&self) -> String {
        let notes = self.notes.iter().map(String::as_str);
        let parts: Vec<&str> = std::iter::once(self.subtitle.as_str()).chain(notes).collect();
        text::clean(&parts.join(" "))
    }
}

#[cfg(test)]
mod tests;
