//! Snapshots of what users get, and what no input may do. After a change that is meant:
//! `INSTA_UPDATE=always cargo test -p retry-macros`, then read the difference.

use super::*;

fn expanded(item: TokenStream) -> String {
    let tokens = derive(item);
    let file = syn::parse2(tokens.clone()).unwrap_or_else(|error| panic!("{error}: {tokens}"));
    prettyplease::unparse(&file)
}

macro_rules! snapshot {
    ($name:ident, $($item:tt)*) => {
        #[test]
        fn $name() {
            insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(stringify!($name), expanded(quote!($($item)*)));
            });
        }
    };
}

snapshot!(
    every_mark,
    pub enum ApiError {
        #[transient]
        Timeout,
        #[throttled(retry_after = wait)]
        Busy { wait: Option<Duration>, shard: u8 },
        #[transient(retry_after = 0)]
        Later(Duration),
        #[permanent]
        Gone(String),
        #[classify(with = is_transient_http)]
        Http(#[from] reqwest::Error),
        #[classify(with = |error| error.is_busy(), field = cause)]
        Queue { name: String, cause: QueueError },
        #[classify(source)]
        Database { source: DatabaseError, query: String },
    }
);

snapshot!(
    a_generic_struct,
    #[classify(source, crate = resilience::retry_runtime)]
    struct Wrapped<'a, E: Error + 'static, const N: usize = 2>(&'a Inner<E, N>)
    where
        E: Clone;
);

snapshot!(an_empty_enum, enum Never {});

snapshot!(
    errors_leave_an_implementation_that_compiles,
    enum ApiError<E> {
        #[transient]
        #[permanent]
        Timeout,
        Busy(E),
    }
);

#[test]
fn every_mark_and_key_is_documented_and_listed() {
    const DOCS: &str = include_str!("../../docs/classify.md");
    let marks = keys::Word::ALL.map(|word| format!("`#[{}]`", word.name()));
    let asking = ["`#[classify(source)]`".to_owned(), "`#[classify(with = filter)]`".to_owned()];
    let rows: Vec<&str> = DOCS.lines().filter_map(|line| line.strip_prefix("| `#")).collect();
    assert_eq!(rows.len(), marks.len() + asking.len());
    for mark in marks.iter().chain(&asking) {
        assert!(DOCS.contains(&format!("| {mark} |")), "no row for {mark}");
        assert!(keys::MARKS.contains(mark.as_str()), "{mark} is not listed in messages");
    }
    for key in keys::Key::ALL.map(keys::Key::name) {
        assert!(DOCS.contains(&format!("{key} = ")), "no word on {key}");
    }
}

fn messages(item: &str) -> Vec<String> {
    let expanded = derive(item.parse().expect("tokens"));
    let file: syn::File = syn::parse2(expanded).expect("items");
    let texts = file.items.into_iter().filter_map(|item| match item {
        syn::Item::Macro(item) => Some(item.mac.tokens.to_string()),
        _ => None,
    });
    texts.collect()
}

#[test]
fn a_variant_without_a_mark_is_named() {
    let found = messages("enum E { #[transient] A, B { x: u8 }, C(u8) }");
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].contains("variant `B` has no mark"), "{found:#?}");
    assert!(found[1].contains("variant `C` has no mark"), "{found:#?}");
}

#[test]
fn one_mistake_is_one_message() {
    for item in [
        "enum E { #[transient(retry_afer = a)] A { a: Duration } }",
        "enum E { #[transient(retry_after = b)] A { a: Duration } }",
        "enum E { #[transient()] A }",
        "enum E { #[permanent(retry_after = a)] A { a: Duration } }",
        "enum E { #[classify] A(X) }",
        "enum E { #[classify(transient)] A }",
        "enum E { #[classify(with)] A(X) }",
        "enum E { #[classify(with = )] A(X) }",
        "enum E { #[classify(with = 3)] A(X) }",
        "enum E { #[classify(with = f, with = g)] A(X) }",
        "enum E { #[classify(with = f, source)] A(X) }",
        "enum E { #[classify(field = x)] A { x: X } }",
        "enum E { #[classify(source)] A }",
        "enum E { #[classify(source)] A(X, Y) }",
        "enum E { #[classify(source)] A(#[from] X, #[source] Y) }",
        "enum E { #[classify(source = 2)] A(X, Y) }",
        "enum E { #[classify(crate = x)] A }",
        "enum E { A(#[transient] X) }",
        "#[transient] enum E { #[transient] A }",
        "#[classify(with = f)] enum E { #[transient] A(X) }",
        "#[classify(crate = \"x\")] enum E { #[transient] A(X) }",
        "#[transient = 1] struct S;",
        "struct S;",
        "union U { a: u8 }",
        "fn f() {}",
        "enum",
    ] {
        let found = messages(item);
        assert_eq!(found.len(), 1, "{item}: {found:#?}");
    }
}

/// Whatever is written, the answer is code: an implementation or errors.
#[test]
fn nothing_makes_it_panic() {
    let keys = ["transient", "throttled", "permanent", "classify", "error"];
    let arguments = [
        "",
        "()",
        "(,)",
        "(=)",
        "(retry_after)",
        "(retry_after = 0)",
        "(retry_after = 9)",
        "(retry_after = r#type)",
        "(retry_after = 0x1u8)",
        "(retry_after = \"x\")",
        "(with = |e| true)",
        "(with = f, field = 0)",
        "(with(f))",
        "(source)",
        "(source = 0)",
        "(source = self)",
        "(source = -1)",
        "(crate)",
        "(crate = crate)",
        "(field)",
        "(field = a, field = a)",
        "[source]",
        "{with = f}",
        " = 1",
        "(a b c)",
        "(with = )",
        "(with = |)",
        "(1, 2)",
        "(99999999999999999999999999 = 1)",
        "(source = 99999999999999999999999999)",
    ];
    let items = [
        "struct S;",
        "struct S(X);",
        "struct S { r#type: X, b: Y }",
        "enum S {}",
        "union S { a: X }",
        "fn s() {}",
    ];
    let fields = ["", "{ r#type: X }", "(X, Y)", "(#[source] X, #[from] Y)", "(#[transient] X)"];
    for key in keys {
        for argument in arguments {
            let attribute = format!("#[{key}{argument}]");
            for item in items {
                expanded(format!("{attribute} {item}").parse().expect("tokens"));
            }
            for fields in fields {
                let item =
                    format!("enum E<T> {{ {attribute} A {fields}, {attribute} {attribute} B {fields} }}");
                expanded(item.parse().expect("tokens"));
            }
        }
    }
}
