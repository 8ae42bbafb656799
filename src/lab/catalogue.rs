//! All labs.

use super::exercise::Lab;

/// All labs, in the order in which they teach best. A lab is one line here.
#[rustfmt::skip]
pub const LABS: &[Lab] = &[
    super::worlds::LAB,
    super::waiting::LAB,
    super::races::LAB,
    super::torn::LAB,
    super::store_buffer::LAB,
    super::death::LAB,
    super::fencing::LAB,
    super::ends::LAB,
    super::messages::LAB,
    super::deadlock::LAB,
    super::cost::LAB,
    super::detective::LAB,
];

/// The labs that play games in windows of their own: the window of the lab leaves room for them.
pub const IN_WINDOWS_OF_THEIR_OWN: &[&str] = &["detective"];

/// The lab of this name.
///
/// # Errors
/// A line that names all labs.
pub fn named(name: &str) -> Result<&'static Lab, String> {
    let found = LABS.iter().find(|lab| lab.name == name);
    found.ok_or_else(|| {
        let names: Vec<_> = LABS.iter().map(|lab| lab.name).collect();
        format!("there is no lab {name:?}; the labs are {}", names.join(", "))
    })
}
