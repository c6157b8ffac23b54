//! What must not compile, and what it says: the fault, then the fix, at the very token, once.
//!
//! `TRYBUILD=overwrite cargo test -p retry-tests --test compile_fail` writes the messages anew; read
//! them as a user would before they are committed. Those of keys that need the feature `settings` are written with
//! `--features settings`, and those of idempotency keys with `--features coordinate`.

#[test]
fn faults_are_told_at_their_own_token() {
    let cases = trybuild::TestCases::new();
    // With the feature some faults of constants are told twice, for the inventory names them too.
    if cfg!(feature = "settings") {
        cases.compile_fail("tests/compile_fail/settings/*.rs");
    } else if cfg!(feature = "coordinate") {
        cases.compile_fail("tests/compile_fail/coordinate/*.rs");
    } else {
        cases.compile_fail("tests/compile_fail/*.rs");
        cases.compile_fail("tests/compile_fail/without_settings/*.rs");
        cases.compile_fail("tests/compile_fail/without_coordinate/*.rs");
    }
}
