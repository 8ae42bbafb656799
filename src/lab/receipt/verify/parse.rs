//! From bytes to a receipt of this version.

use serde::Deserialize;
use serde_json::error::Category;

use super::fault::{Fault, FaultKind};
use crate::lab::receipt::file::{FORMAT, MOST_BYTES, Receipt};
use crate::protocol::Region;

/// What says which program can judge a receipt. Other keys may be there.
#[derive(Deserialize)]
struct Head {
    schema: u64,
    #[serde(rename = "type")]
    kind: String,
    program: String,
    layout: u64,
}

/// The receipt that these bytes are, undamaged.
pub(super) fn parse(bytes: &[u8]) -> Result<Receipt, Fault> {
    if bytes.len() as u64 > MOST_BYTES {
        let text = format!("it has more than {MOST_BYTES} bytes, the most that a receipt has");
        return Err(Fault::new(FaultKind::File, text));
    }
    let head: Head = serde_json::from_slice(bytes).map_err(|error| no_receipt(&error))?;
    if head.kind != "receipt" {
        return Err(Fault::new(FaultKind::Format, "it is JSON, and no receipt of a lab"));
    }
    let is_ours = head.schema == u64::from(FORMAT)
        && head.program == env!("CARGO_PKG_VERSION")
        && head.layout == Region::LAYOUT;
    if !is_ours {
        let text = format!(
            "it was made by tripong {} (format {}, layout {:#x}), and this is tripong {} (format {FORMAT}, layout {:#x}): \
             grade it with the version that made it",
            head.program,
            head.schema,
            head.layout,
            env!("CARGO_PKG_VERSION"),
            Region::LAYOUT
        );
        return Err(Fault::new(FaultKind::Version, text));
    }
    let receipt: Receipt = serde_json::from_slice(bytes).map_err(|error| no_receipt(&error))?;
    let digest = receipt.digest_of().map_err(|error| Fault::new(FaultKind::Format, error.to_string()))?;
    if digest != receipt.digest {
        let text = "its digest is not that of its content: it was damaged, or changed after it was written";
        return Err(Fault::new(FaultKind::Digest, text));
    }
    Ok(receipt)
}

/// Without a word of what is in the file: it may be none that the reader of this line may read.
fn no_receipt(error: &serde_json::Error) -> Fault {
    let place = format!("line {}, column {}", error.line(), error.column());
    let text = match error.classify() {
        Category::Eof => format!("it ends too early, at {place}"),
        Category::Data => format!("it is no receipt: {place} has what no receipt has there"),
        Category::Syntax | Category::Io => format!("it is no receipt: {place} is no JSON"),
    };
    Fault::new(FaultKind::Format, text)
}
