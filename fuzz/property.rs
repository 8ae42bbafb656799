//! Tries one of the properties of untrusted bytes, the one that `PROPERTY` names, on the bytes that the fuzzer comes to.

#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;

#[path = "../tests/properties/untrusted/mod.rs"]
mod untrusted;

use untrusted::{PROPERTIES, Property};

static PROPERTY: OnceLock<Property> = OnceLock::new();

fuzz_target!(
    init: {
        let wanted = std::env::var("PROPERTY").expect("PROPERTY names what is to be tried: see fuzz/run");
        let found = PROPERTIES.iter().find(|(name, _)| *name == wanted);
        let (_, property) = found.unwrap_or_else(|| panic!("PROPERTY={wanted} is none of {PROPERTIES:?}"));
        PROPERTY.set(*property).expect("this is called once");
    },
    |bytes: &[u8]| PROPERTY.get().expect("it was set at the start")(bytes)
);
