//! Plain loops compiled for the widest vectors that the processor at hand has.

use pulp::{Arch, Simd, WithSimd};

/// Does `work`, a closure marked `#[inline(always)]`.
///
/// pulp dispatches closures too, but by way of [`FnOnce::call_once`], which is compiled apart, for the least processor there is.
#[inline(always)]
pub fn widest(work: impl FnMut()) {
    Arch::new().dispatch(Work(work));
}

struct Work<F>(F);

impl<F: FnMut()> WithSimd for Work<F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, _: S) {
        (self.0)();
    }
}
