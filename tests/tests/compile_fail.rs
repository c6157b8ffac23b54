//! What must not compile, and what it says: the fault, then the fix, at the very token, once.
//!
//! `TRYBUILD=overwrite cargo test -p retry-tests --test compile_fail` writes the messages anew; read
//! them as a user would before they are committed.

#[test]
fn faults_are_told_at_their_own_token() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
