//! The atomics of what many calls share: the standard library's, or loom's where a test asks loom for every order
//! in which threads can meet:
//!
//! ```text
//! RUSTFLAGS="--cfg loom" cargo test -p retry-runtime --release --lib loom
//! ```

#[cfg(all(test, loom))]
pub(crate) use self::modelled::{AtomicU32, AtomicU64};
#[cfg(not(all(test, loom)))]
pub(crate) use std::sync::atomic::{AtomicU32, AtomicU64};

#[cfg(all(test, loom))]
mod modelled {
    use std::{
        fmt,
        mem::ManuallyDrop,
        sync::{OnceLock, atomic::Ordering},
    };

    /// An atomic of loom's that is made when it is first touched: loom's own cannot be made in a `const`. A test
    /// touches it before it starts threads. Never dropped, for a `const fn` may not drop.
    macro_rules! modelled {
        ($($name:ident($number:ty))+) => {$(
            pub(crate) struct $name {
                initial: $number,
                cell: ManuallyDrop<OnceLock<loom::sync::atomic::$name>>,
            }

            #[allow(dead_code, reason = "not every number needs all of them")]
            impl $name {
                pub(crate) const fn new(initial: $number) -> Self {
                    Self { initial, cell: ManuallyDrop::new(OnceLock::new()) }
                }

                fn get(&self) -> &loom::sync::atomic::$name {
                    self.cell.get_or_init(|| loom::sync::atomic::$name::new(self.initial))
                }

                pub(crate) fn load(&self, order: Ordering) -> $number {
                    self.get().load(order)
                }

                pub(crate) fn fetch_add(&self, number: $number, order: Ordering) -> $number {
                    self.get().fetch_add(number, order)
                }

                pub(crate) fn fetch_max(&self, number: $number, order: Ordering) -> $number {
                    self.get().fetch_max(number, order)
                }

                pub(crate) fn compare_exchange(
                    &self,
                    current: $number,
                    new: $number,
                    success: Ordering,
                    failure: Ordering,
                ) -> Result<$number, $number> {
                    self.get().compare_exchange(current, new, success, failure)
                }

                pub(crate) fn fetch_update(
                    &self,
                    success: Ordering,
                    failure: Ordering,
                    update: impl FnMut($number) -> Option<$number>,
                ) -> Result<$number, $number> {
                    self.get().fetch_update(success, failure, update)
                }
            }

            impl fmt::Debug for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(stringify!($name))
                }
            }
        )+};
    }

    modelled! { AtomicU32(u32) AtomicU64(u64) }
}
