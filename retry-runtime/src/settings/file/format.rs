//! The formats of files, each a feature: from text to tables and values.

use std::{collections::BTreeMap, path::Path};

use retry_rules::names;

use crate::settings::value::Raw;

/// What a file holds under its keys, in their order.
pub(super) type Table = BTreeMap<String, Node>;

/// What is under a key.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(
    not(any(feature = "settings-json", feature = "settings-toml", feature = "settings-yaml")),
    allow(dead_code, reason = "made by the formats")
)]
pub(super) enum Node {
    Table(Table),
    Value(Raw),
}

/// Understands a text, or says what is wrong with it.
pub(super) type Parse = fn(&str) -> Result<Table, String>;

struct Format {
    name: &'static str,
    extensions: &'static [&'static str],
    feature: &'static str,
    /// Where the feature is on.
    parse: Option<Parse>,
}

const FORMATS: [Format; 3] = [
    Format { name: "TOML", extensions: &["toml"], feature: "settings-toml", parse: on::TOML },
    Format { name: "YAML", extensions: &["yaml", "yml"], feature: "settings-yaml", parse: on::YAML },
    Format { name: "JSON", extensions: &["json"], feature: "settings-json", parse: on::JSON },
];

/// That of a file, by its extension.
pub(super) fn of(path: &Path) -> Result<Parse, String> {
    format_of(path, &FORMATS)?.parser()
}

fn format_of<'a>(path: &Path, formats: &'a [Format]) -> Result<&'a Format, String> {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let found = formats.iter().find(|format| format.extensions.contains(&extension.as_str()));
    found.ok_or_else(|| unknown(&extension))
}

impl Format {
    fn parser(&self) -> Result<Parse, String> {
        let Self { name, feature, parse, .. } = self;
        parse.ok_or_else(|| {
            format!("{name} needs the feature `{feature}` of retry-runtime, which is off: turn it on")
        })
    }
}

fn unknown(extension: &str) -> String {
    let known = FORMATS.iter().flat_map(|format| format.extensions.iter().copied());
    let all = known.clone().map(|known| format!("`.{known}`")).collect::<Vec<_>>().join(", ");
    if extension.is_empty() {
        return format!("the name does not say what is in the file: let it end with one of {all}");
    }
    match names::nearest(extension, known) {
        Some(near) => format!("unknown format `.{extension}`: did you mean `.{near}`?"),
        None => format!("unknown format `.{extension}`: known are {all}"),
    }
}

#[cfg(any(feature = "settings-json", feature = "settings-toml", feature = "settings-yaml"))]
mod on {
    use std::error::Error;

    use config::{FileFormat, Format as _, Value, ValueKind};

    use super::{Node, Parse, Raw, Table};

    #[cfg(feature = "settings-json")]
    pub(super) const JSON: Option<Parse> = Some(|text| parsed(FileFormat::Json, text));
    #[cfg(not(feature = "settings-json"))]
    pub(super) const JSON: Option<Parse> = None;

    #[cfg(feature = "settings-toml")]
    pub(super) const TOML: Option<Parse> = Some(|text| parsed(FileFormat::Toml, text));
    #[cfg(not(feature = "settings-toml"))]
    pub(super) const TOML: Option<Parse> = None;

    #[cfg(feature = "settings-yaml")]
    pub(super) const YAML: Option<Parse> = Some(|text| parsed(FileFormat::Yaml, text));
    #[cfg(not(feature = "settings-yaml"))]
    pub(super) const YAML: Option<Parse> = None;

    fn parsed(format: FileFormat, text: &str) -> Result<Table, String> {
        let wrong = |error: Box<dyn Error + Send + Sync>| {
            let name = format!("{format:?}").to_ascii_uppercase();
            format!("no valid {name}: {}", super::in_one_line(&error.to_string()))
        };
        let found = format.parse(None, text).map_err(wrong)?;
        Ok(found.into_iter().map(|(key, value)| (key, node(value))).collect())
    }

    fn node(value: Value) -> Node {
        Node::Value(match value.kind {
            ValueKind::Table(table) => {
                return Node::Table(table.into_iter().map(|(key, value)| (key, node(value))).collect());
            }
            ValueKind::Array(_) => Raw::Other("a list".to_owned()),
            ValueKind::Nil => Raw::Other("nothing".to_owned()),
            ValueKind::Boolean(switch) => Raw::Switch(switch),
            ValueKind::Float(number) => Raw::Number(number),
            ValueKind::String(text) => Raw::Text(text),
            ValueKind::I64(number) => Raw::Whole(number.into()),
            ValueKind::U64(number) => Raw::Whole(number.into()),
            ValueKind::I128(number) => Raw::Whole(number),
            // What is left out is above every bound.
            ValueKind::U128(number) => Raw::Whole(i128::try_from(number).unwrap_or(i128::MAX)),
        })
    }
}

#[cfg(not(any(feature = "settings-json", feature = "settings-toml", feature = "settings-yaml")))]
mod on {
    use super::Parse;

    pub(super) const JSON: Option<Parse> = None;
    pub(super) const TOML: Option<Parse> = None;
    pub(super) const YAML: Option<Parse> = None;
}

/// Without the picture of the place: `1 | a = = 2`.
#[cfg_attr(
    not(any(test, feature = "settings-json", feature = "settings-toml", feature = "settings-yaml")),
    expect(dead_code, reason = "what a parser says")
)]
fn in_one_line(message: &str) -> String {
    let is_picture = |line: &&str| {
        line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit()).trim_start().starts_with('|')
    };
    let lines = message.lines().filter(|line| !is_picture(line)).map(str::trim);
    let line = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(": ");
    line.strip_prefix("TOML parse error at ").map_or(line.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_decides() {
        for known in ["retry.toml", "retry.yaml", "retry.yml", "retry.json", "a/b.c/RETRY.JSON"] {
            let extension = known.rsplit('.').next().unwrap().to_ascii_lowercase();
            let format = format_of(Path::new(known), &FORMATS).unwrap();
            assert!(format.extensions.contains(&extension.as_str()), "{known}");
        }
        let refused = |path| format_of(Path::new(path), &FORMATS).map(|_| ()).unwrap_err();
        assert_eq!(refused("retry.yal"), "unknown format `.yal`: did you mean `.yaml`?");
        assert_eq!(
            refused("retry.ini"),
            "unknown format `.ini`: known are `.toml`, `.yaml`, `.yml`, `.json`"
        );
        for nameless in ["retry", "etc/retry.d/settings", "", ".toml"] {
            assert_eq!(
                refused(nameless),
                "the name does not say what is in the file: let it end with one of `.toml`, `.yaml`, `.yml`, `.json`"
            );
        }
    }

    #[test]
    fn a_format_whose_feature_is_off_names_it() {
        let off = Format { name: "TOML", extensions: &["toml"], feature: "settings-toml", parse: None };
        assert_eq!(
            off.parser().unwrap_err(),
            "TOML needs the feature `settings-toml` of retry-runtime, which is off: turn it on"
        );
    }

    #[test]
    fn a_message_is_one_line_without_a_picture() {
        let message = "error at line 12, column 5\n   |\n12 | a = = 2\n   |     ^\nextra `=`\n\nremove it\n";
        assert_eq!(in_one_line(message), "error at line 12, column 5: extra `=`: remove it");
        assert_eq!(in_one_line("expected `|`"), "expected `|`");
    }

    #[cfg(all(feature = "settings-json", feature = "settings-toml", feature = "settings-yaml"))]
    #[test]
    fn every_format_keeps_the_case_of_keys_and_the_types_of_values() {
        let parse = |name, text| of(Path::new(name)).and_then(|parse| parse(text)).unwrap();
        let json = parse("a.json", r#"{"A": {"a b": 1}, "a": 1.0, "b": true, "c": "5", "d": [1]}"#);
        let toml = parse("a.toml", "a = 1.0\nb = true\nc = '5'\nd = [1]\n[A]\n'a b' = 1");
        let yaml = parse("a.yaml", "A: {a b: 1}\na: 1.0\nb: true\nc: '5'\nd: [1]");
        assert_eq!(json["A"], Node::Table([("a b".to_owned(), Node::Value(Raw::Whole(1)))].into()));
        assert_eq!(json["a"], Node::Value(Raw::Number(1.0)));
        assert_eq!(json["b"], Node::Value(Raw::Switch(true)));
        assert_eq!(json["c"], Node::Value(Raw::Text("5".to_owned())));
        assert_eq!(json["d"], Node::Value(Raw::Other("a list".to_owned())));
        assert_eq!(json, toml);
        assert_eq!(json, yaml);
    }
}
