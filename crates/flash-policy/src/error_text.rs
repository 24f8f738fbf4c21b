//! The text of errors in `Debug`, too: it is what `main` prints for an error that it returns.

/// Lets `Debug` of an error write the same text as its `Display`.
///
/// Each public error has a line with this next to its `impl Error`, and does not derive `Debug`.
macro_rules! debug_is_display {
    ($error:ty) => {
        /// Writes the same text as `Display`, because it is what `main` prints for an error that it returns.
        impl core::fmt::Debug for $error {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Display::fmt(self, f)
            }
        }
    };
}
