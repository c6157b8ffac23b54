//! The function that compile-time measurements copy: a contestant's `async.rs` or `blocking.rs`. A copy is
//! the text below the line `// each copy`, with `COPY` replaced by its number; the text above is there once.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Async,
    Blocking,
}

impl Form {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Async => "async",
            Self::Blocking => "blocking",
        }
    }

    pub(crate) fn file_name(self) -> String {
        format!("{}.rs", self.name())
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Template {
    header: String,
    copy: String,
}

const MARK: &str = "// each copy\n";
const FRAME: &str = "#[allow(unused_imports)]
use retry_benches::work::{Failure, Outcome, is_transient, send, send_blocking};
";

impl Template {
    pub(crate) fn parse(text: &str) -> Self {
        let (header, copy) = text.split_once(MARK).unwrap_or(("", text));
        Self { header: header.to_owned(), copy: copy.to_owned() }
    }

    /// So many copies, as a library: nothing calls them.
    pub(crate) fn library(&self, copies: usize) -> String {
        let copy = |number: usize| self.copy.replace("COPY", &number.to_string());
        [FRAME, &self.header].into_iter().map(str::to_owned).chain((0..copies).map(copy)).collect()
    }

    /// So many copies, as a program that the optimizer cannot do without any of them: it calls each through a
    /// table, by an index that it does not know.
    pub(crate) fn program(&self, form: Form, copies: usize) -> String {
        let main = match form {
            Form::Async => ASYNC_MAIN,
            Form::Blocking => BLOCKING_MAIN,
        };
        let mut source = self.library(copies);
        source.push_str(&main.replace("LENGTH", &copies.to_string()));
        let entry = |number| match form {
            Form::Async => format!("    |context| poll_copy(call_{number}(key_of_copies()), context),\n"),
            Form::Blocking => format!("    call_{number},\n"),
        };
        source.extend((0..copies).map(entry));
        source + "];\n"
    }
}

// Paths are absolute: what the template has brought into scope is unknown.

const ASYNC_MAIN: &str = "
fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let _guard = runtime.enter();
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    for index in std::hint::black_box(0..LENGTH) {
        std::hint::black_box(TABLE_OF_COPIES[index](&mut context));
    }
}

fn key_of_copies() -> &'static str {
    std::hint::black_box(\"key\")
}

#[inline(always)]
fn poll_copy<F: Future>(copy: F, context: &mut std::task::Context<'_>) -> bool {
    poll_pinned(std::pin::pin!(copy), context)
}

// By a call, as executors poll; a poll that is known to be the first would shrink to less than half of a future.
#[inline(never)]
fn poll_pinned<F: Future>(copy: std::pin::Pin<&mut F>, context: &mut std::task::Context<'_>) -> bool {
    copy.poll(context).is_ready()
}

static TABLE_OF_COPIES: [fn(&mut std::task::Context<'_>) -> bool; LENGTH] = [
";

const BLOCKING_MAIN: &str = "
fn main() {
    for index in std::hint::black_box(0..LENGTH) {
        let _ = std::hint::black_box(TABLE_OF_COPIES[index](std::hint::black_box(\"key\")));
    }
}

static TABLE_OF_COPIES: [fn(&str) -> Outcome; LENGTH] = [
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_there_once_and_the_copies_are_numbered() {
        let template = Template::parse("use a;\n\n// each copy\nfn call_COPY() { COPY }\n");
        let library = template.library(2);
        assert!(library.ends_with("use a;\n\nfn call_0() { 0 }\nfn call_1() { 1 }\n"), "{library}");
        assert!(library.starts_with("#[allow(unused_imports)]\nuse retry_benches::work::"), "{library}");
    }

    #[test]
    fn without_the_mark_all_is_copied() {
        let template = Template::parse("fn call_COPY() {}\n");
        assert!(template.library(2).ends_with("fn call_0() {}\nfn call_1() {}\n"));
    }

    #[test]
    fn a_program_calls_each_copy_through_its_table() {
        let template = Template::parse("fn call_COPY() {}\n");
        let program = template.program(Form::Blocking, 2);
        assert!(program.ends_with("-> Outcome; 2] = [\n    call_0,\n    call_1,\n];\n"), "{program}");
        let program = template.program(Form::Async, 3);
        assert!(program.contains("black_box(0..3)"), "{program}");
        assert!(program.contains("    |context| poll_copy(call_2(key_of_copies()), context),\n"));
    }
}
