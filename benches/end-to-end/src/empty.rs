//! One empty window: the least that a window of this library costs.

use eframe::egui;

struct Empty;

impl eframe::App for Empty {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        egui::CentralPanel::default().show(ui, |_ui| {});
    }
}

fn main() -> eframe::Result {
    let viewport = egui::ViewportBuilder::default()
        .with_title("tripong-end-to-end: empty")
        .with_inner_size([480.0, 424.0]);
    let options = eframe::NativeOptions { viewport, ..Default::default() };
    eframe::run_native("tripong-end-to-end-empty", options, Box::new(|_cc| Ok(Box::new(Empty))))
}
