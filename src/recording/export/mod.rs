//! A recording for other programs: a trace for Perfetto, a log for ShiViz, a table for R and pandas, a page for people.

mod csv;
mod goals;
mod happening;
mod html;
mod ordered;
mod output;
pub mod perfetto;
mod plan;
mod run;
mod shiviz;
mod source;
mod story;
mod window;

pub use csv::CsvExport;
pub use html::{DEFAULT_HOPS, HtmlExport, MAX_HOPS};
pub use perfetto::PerfettoExport;
pub use plan::{Format, Plan};
pub use run::run;
pub use shiviz::{MANY, PARSER, ShivizExport};
pub use window::Window;
