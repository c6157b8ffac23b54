//! What must not compile, and what it says: the fault, then the fix, at the very token, once.
//!
//! `TRYBUILD=overwrite cargo test -p retry-tests --test compile_fail` writes the messages anew; read
//! them as a user would before they are committed. Those of keys that need the feature `settings` are written with
//! `--features settings,idempotency`, as are those of idempotency keys.

#[test]
fn faults_are_told_at_their_own_token() {
    let cases = trybuild::TestCases::new();
    // With the feature some faults of constants are told twice, for the inventory names them too.
    if cfg!(feature = "settings") {
        cases.compile_fail("tests/compile_fail/settings/*.rs");
    } else if !cfg!(feature = "idempotency") {
        cases.compile_fail("tests/compile_fail/*.rs");
    }
    cases.compile_fail(if cfg!(feature = "idempotency") {
        "tests/compile_fail/idempotency/*.rs"
    } else {
        "tests/compile_fail/without_idempotency/*.rs"
    });
    if !cfg!(feature = "settings") {
        cases.compile_fail("tests/compile_fail/without_settings/*.rs");
    }
}
