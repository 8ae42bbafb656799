//! The peers: what the same windows cost without processes of their own.

pub(crate) mod ring;
pub(crate) mod three;

use std::str::FromStr;

/// Which windows a peer paints anew 60 times a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Repaint {
    /// All of them, as most programs do.
    All,
    /// Those in which something moves, as tripong does.
    Moving,
}

/// Where a window of a peer belongs: exactly where tripong's was, so that as many pixels are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// Left edge.
    pub(crate) x: u16,
    /// Top edge.
    pub(crate) y: u16,
    /// Width without the frame.
    pub(crate) width: u16,
    /// Height without the frame.
    pub(crate) height: u16,
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Vec<u16> = text.split(',').filter_map(|number| number.parse().ok()).collect();
        match numbers[..] {
            [x, y, width, height] => Ok(Self { x, y, width, height }),
            _ => Err("it must be X,Y,WIDTH,HEIGHT".to_owned()),
        }
    }
}
