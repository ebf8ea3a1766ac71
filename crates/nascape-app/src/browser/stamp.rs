//! Whether a file is still what it was when it was opened.

use super::{fault::Answer, wire::Fault};
pub(super) use crate::record::{Stamp, is_address};

impl Stamp {
    /// # Errors
    /// When the file is gone or is not what it was.
    pub(super) fn check(&self) -> Answer<()> {
        let name = self.path.display();
        match Self::of(&self.path) {
            Ok(now) if now == *self => Ok(()),
            Ok(_) => Err(Fault::new(format!("{name} changed on disk since it was opened. Open it again."))),
            Err(_) => Err(Fault::new(format!(
                "{name} was moved or deleted since it was opened. Put it back, or open it from where it is now."
            ))),
        }
    }
}
