//! The two ends of a link.

use std::os::fd::OwnedFd;

/// What the one and the other process have of a link: of two fds the one to read from (or to wait on) first. All of them block.
pub(super) type Ends = [Vec<OwnedFd>; 2];
