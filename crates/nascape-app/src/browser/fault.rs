//! What the window is told when something fails.

use std::fmt;

use super::{wire::Fault, words::in_the_window};

/// The result of everything that the window asks for.
pub type Answer<T> = Result<T, Fault>;

impl Fault {
    /// A fault with its sentence.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), cancelled: false }
    }

    /// What comes of something that the user stopped.
    pub fn cancelled() -> Self {
        Self { message: "Cancelled.".to_owned(), cancelled: true }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl From<crate::Error> for Fault {
    fn from(fault: crate::Error) -> Self {
        use crate::Error::{Model, Signal};
        use nascape_signal::Error::Cancelled;
        match fault {
            Signal(Cancelled) | Model(nascape_model::Error::Signal(Cancelled)) => Self::cancelled(),
            other => Self::new(in_the_window(&other.to_string())),
        }
    }
}

impl From<nascape_signal::Error> for Fault {
    fn from(fault: nascape_signal::Error) -> Self {
        crate::Error::from(fault).into()
    }
}

impl From<nascape_model::Error> for Fault {
    fn from(fault: nascape_model::Error) -> Self {
        crate::Error::from(fault).into()
    }
}
