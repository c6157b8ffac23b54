//! Settings of files: the sections of their `retry_policies`.
//!
//! Of several files the later ones override field by field; only then does a section inherit, so that a later file may
//! change the parent of a section that an earlier one has.

mod format;
mod inherit;

use std::{
    collections::BTreeMap,
    fs,
    io::{self, ErrorKind},
    iter,
    path::Path,
    str::{self, Utf8Error},
    sync::Arc,
};

use retry_rules::names;

use self::{
    format::{Node, Table},
    inherit::{Inherits, Said},
};
use super::{
    field,
    layers::{Names, plain},
    problem::Problem,
    section::{Origin, Section, Written},
    store::SourceFile,
    value::Raw,
};

/// The key of a file that is ours.
const POLICIES: &str = "retry_policies";
/// The key of a section that is no field.
const INHERITS: &str = "inherits";

/// Reads all files, one above the other.
pub(super) fn read_all(files: &[SourceFile], problems: &mut Vec<Problem>) -> Names {
    let mut said: BTreeMap<String, Said> = BTreeMap::new();
    for file in files {
        let mut reading = Reading { source: file.path.display().to_string().into(), problems };
        match table(file) {
            Ok(Some(table)) => {
                for (name, later) in reading.policies(&table) {
                    said.entry(name).or_default().merge(later);
                }
            }
            Ok(None) => {}
            Err(message) => reading.report("", None, message),
        }
    }
    inherit::resolve(&said, problems)
}

/// What is in a file, or what is wrong with it as a whole. `None` if there is none and none is needed.
fn table(file: &SourceFile) -> Result<Option<Table>, String> {
    let read = contents(&file.absolute);
    if file.is_optional && read.as_ref().is_err_and(|error| error.kind() == ErrorKind::NotFound) {
        return Ok(None);
    }
    let parse = format::of(&file.path)?;
    let bytes = match read {
        Ok(bytes) => bytes,
        Err(error) => {
            return match error.kind() {
                ErrorKind::NotFound => Err("there is no such file".to_owned()),
                ErrorKind::IsADirectory => Err("this is a directory: name a file in it".to_owned()),
                _ => Err(format!("cannot be read: {error}")),
            };
        }
    };
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let text = str::from_utf8(bytes).map_err(|error| no_text(bytes, error))?;
    parse(text).map(Some)
}

/// What is in a file. A pipe would be waited for, and with it everybody who changes settings.
pub(super) fn contents(path: &Path) -> io::Result<Vec<u8>> {
    let found = fs::metadata(path)?;
    if !found.is_file() && !found.is_dir() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "a pipe or a device is no file of settings"));
    }
    fs::read(path)
}

fn no_text(bytes: &[u8], error: Utf8Error) -> String {
    let line = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
    format!("line {line} is no UTF-8 text: save the file in that encoding")
}

/// One file being understood.
struct Reading<'a> {
    source: Arc<str>,
    problems: &'a mut Vec<Problem>,
}

impl Reading<'_> {
    fn report(&mut self, key: &str, value: Option<String>, message: String) {
        self.problems.push(Problem { source: self.source.to_string(), key: key.to_owned(), value, message });
    }

    /// What the file says of each name.
    fn policies(&mut self, file: &Table) -> BTreeMap<String, Said> {
        let mut said = BTreeMap::new();
        match file.get(POLICIES) {
            Some(Node::Table(policies)) => {
                for (name, node) in policies {
                    self.section(name.clone(), node, &mut said);
                }
            }
            Some(Node::Value(raw)) => self.report(
                POLICIES,
                Some(raw.to_string()),
                format!("`{POLICIES}` takes a table of names: an empty one if there is nothing to set"),
            ),
            None => self.no_policies(file),
        }
        said
    }

    /// A file that is cut off must not pass for one that sets nothing.
    fn no_policies(&mut self, file: &Table) {
        if let Some(near) = names::nearest(POLICIES, file.keys().map(String::as_str)) {
            self.report(near, None, format!("unknown key: did you mean `{POLICIES}`?"));
        } else {
            let message = format!(
                "has no `{POLICIES}`: give it an empty one, in TOML `[{POLICIES}]`, if there is nothing to set"
            );
            self.report("", None, message);
        }
    }

    /// A section. A table in it under what is no field is an operation of that service: `[retry_policies.billing.charge]`
    /// is how TOML writes that.
    fn section(&mut self, name: String, node: &Node, said: &mut BTreeMap<String, Said>) {
        let key = format!("{POLICIES}.{name}");
        let table = match node {
            Node::Table(table) => table,
            Node::Value(raw) => {
                let message = format!("`{name}` takes a table of fields, as in `max_attempts`");
                return self.report(&key, Some(raw.to_string()), message);
            }
        };
        let mut written = Vec::new();
        let mut inherits = None;
        let mut has_operations = false;
        for (field, node) in table {
            let key = format!("{key}.{field}");
            let raw = match node {
                Node::Table(_) if field::named(field).is_none() && !is_key(field) => {
                    has_operations = true;
                    self.section(format!("{name}.{field}"), node, said);
                    continue;
                }
                Node::Table(_) => Raw::Other("a table".to_owned()),
                Node::Value(raw) => raw.clone(),
            };
            let source = self.source.clone();
            if field == INHERITS {
                inherits = self.parent(&raw, Origin { source, key, raw: raw.to_string() });
            } else if field::named(field).is_some() {
                written.push(Written { name: field.clone(), raw, source, key });
            } else {
                self.report(&key, Some(raw.to_string()), unknown(field));
            }
        }
        let own = Section::read(&written, self.problems);
        // What only holds operations says nothing of itself.
        if table.is_empty() || !has_operations || !own.is_empty() || inherits.is_some() {
            self.add(Said { own, inherits, name }, said);
        }
    }

    fn parent(&mut self, raw: &Raw, origin: Origin) -> Option<Inherits> {
        match raw {
            Raw::Text(parent) if !parent.trim().is_empty() => {
                Some(Inherits { parent: parent.trim().to_owned(), origin })
            }
            _ => {
                let message = format!("`{INHERITS}` takes the name of a policy, as in \"aggressive\"");
                self.problems.push(origin.problem(message));
                None
            }
        }
    }

    fn add(&mut self, new: Said, said: &mut BTreeMap<String, Said>) {
        let plain_name = plain(&new.name);
        let Some(other) = said.get(&plain_name) else {
            said.insert(plain_name, new);
            return;
        };
        let message = if other.name == new.name {
            "given twice, in one word and as a table in a table: put all of it in one".to_owned()
        } else {
            format!(
                "the same name as `{}`, for only letters and digits tell names apart: put all of it in one",
                other.name
            )
        };
        self.report(&format!("{POLICIES}.{}", new.name), None, message);
    }
}

/// What a section may hold beside fields, or what is often tried.
fn is_key(name: &str) -> bool {
    name == INHERITS || name == MERGE
}

/// YAML's way to take over another mapping, which its parser leaves to others.
const MERGE: &str = "<<";

fn unknown(field: &str) -> String {
    if field == MERGE {
        return format!("merge keys are not understood: write `{INHERITS}: <name>` for a whole policy");
    }
    field::unknown_one("field", field, field::all().chain(iter::once(INHERITS)))
}
