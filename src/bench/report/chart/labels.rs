//! Labels beside the ends of curves, none over another.

/// Places as near as possible to those that are wanted, which rise: `apart` from each other, between `top` and `bottom` where all of
/// them have room there.
pub(super) fn spread(wanted: &[f64], apart: f64, top: f64, bottom: f64) -> Vec<f64> {
    let mut places = Vec::with_capacity(wanted.len());
    let mut least = top;
    for at in wanted {
        let place = at.max(least);
        places.push(place);
        least = place + apart;
    }
    let mut most = bottom;
    for place in places.iter_mut().rev() {
        *place = place.min(most);
        most = *place - apart;
    }
    places
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn labels_keep_their_order_and_their_distance() {
        let places = spread(&[10.0, 12.0, 12.0, 90.0, 99.0], 10.0, 0.0, 100.0);
        assert_eq!(places, [10.0, 20.0, 30.0, 90.0, 100.0]);
        let places = spread(&[99.0, 99.0, 99.0], 10.0, 0.0, 100.0);
        assert_eq!(places, [80.0, 90.0, 100.0]);
        assert_eq!(spread(&[], 10.0, 0.0, 100.0), [0.0; 0]);
    }
}
