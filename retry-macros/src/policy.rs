//! The policy that the keys describe: what the macro can see is checked here, the rest is left to
//! const evaluation.

use std::time::Duration;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use retry_rules::{Backoff, Fault, Jitter, MAX_ATTEMPTS, Schedule, UNLIMITED, presets};
use syn::{Expr, ExprLit, ExprUnary, Lit, Path, UnOp, spanned::Spanned};

use crate::{
    args::Args,
    checks::{self, Check},
    coordination,
    errors::{Errors, nearest, unknown},
    keys::{self, Key},
    time::{Given, read_duration},
};

/// One changed field: the method of the draft, which is also the key's name, and its argument.
pub(crate) struct Change {
    pub(crate) method: &'static str,
    /// The key, as written.
    pub(crate) key: Span,
    pub(crate) value: Value,
}

/// The argument of a change.
pub(crate) enum Value {
    /// Written out, so its value is known.
    Known(TokenStream),
    /// A variant of an enum of ours.
    Variant(&'static str, TokenStream),
    /// An expression that only const evaluation knows; the variant of `Jitter` wraps it.
    Const { expr: Expr, variant: Option<&'static str> },
}

/// What the other keys override.
pub(crate) enum Base {
    /// One of ours.
    Preset(&'static presets::Preset),
    /// A constant of the user's.
    Path(TokenStream),
    /// What each call computes; no key overrides it.
    Computed(TokenStream),
}

/// The policy, resolved.
pub(crate) struct Policy {
    pub(crate) base: Base,
    pub(crate) changes: Vec<Change>,
    /// All figures, where all are known.
    pub(crate) schedule: Option<Schedule>,
    pub(crate) max_total_delay: Option<Duration>,
    /// What is left to const evaluation, where not all figures are known.
    pub(crate) checks: Vec<Check>,
}

/// Reads values of one attribute.
struct Reader<'a> {
    args: &'a Args,
    errors: &'a mut Errors,
    changes: Vec<Change>,
    /// The figures so far; `None` once one is not known.
    schedule: Option<Schedule>,
}

impl Policy {
    pub(crate) fn read(args: &Args, errors: &mut Errors) -> Self {
        if let Some(computed) = Self::computed(args, errors) {
            return computed;
        }
        let base = read_base(args, errors);
        let schedule = match &base {
            Base::Preset(preset) => Some(preset.schedule),
            Base::Path(_) | Base::Computed(_) => None,
        };
        let mut reader = Reader { args, errors, changes: Vec::new(), schedule };
        reader.max_attempts();
        reader.duration(Key::InitialDelay, |schedule, delay| schedule.initial_delay = delay);
        reader.duration(Key::MaxDelay, |schedule, delay| schedule.max_delay = delay);
        reader.backoff();
        reader.exponential_base();
        reader.jitter();
        reader.duration(Key::MaxElapsed, |schedule, limit| schedule.max_elapsed = Some(limit));
        reader.deadline();
        reader.duration(Key::MaxRetryAfter, |_, _| ());
        let max_total_delay = reader.duration(Key::MaxTotalDelay, |_, _| ());
        let Reader { mut changes, schedule, .. } = reader;
        changes.extend(coordination::read(args, errors));
        let checks = if schedule.is_none() { checks::all(args, &base, &changes) } else { Vec::new() };
        Self { base, changes, schedule, max_total_delay, checks }
    }
}

fn read_base(args: &Args, errors: &mut Errors) -> Base {
    let default = Base::Preset(&presets::PRESETS[0]);
    let path = match (&args.policy, args.expr(Key::Policy, errors)) {
        (Some(path), _) => path,
        (None, Some(Expr::Path(path))) if path.qself.is_some() => return Base::Path(path.to_token_stream()),
        (None, Some(Expr::Path(path))) => &path.path,
        (None, Some(other)) => {
            errors.at(other, "`policy` takes a preset's name or the path of a `const RetryPolicy`: write `policy = aggressive`");
            return default;
        }
        (None, None) => return default,
    };
    let Some(word) = own_word(path) else { return Base::Path(path.to_token_stream()) };
    if let Some(preset) = presets::find(&word) {
        return Base::Preset(preset);
    }
    let names = presets::PRESETS.iter().map(|preset| preset.name);
    // A bare word may also be a misspelt flag. It is no misspelt `policy`, whose place it has.
    let keys = keys::names().filter(|name| *name != Key::Policy.entry().name);
    let is_key =
        args.policy.is_some() && nearest(&word, names.clone()).is_none() && nearest(&word, keys).is_some();
    if is_key {
        errors.at(path, unknown("key", &word, keys::names()));
    } else {
        let message = unknown("preset", &word, names);
        errors.at(path, format!("{message}\na constant of your own is written `self::{word}`"));
    }
    default
}

/// A single lower-case word is always one of ours.
fn own_word(path: &Path) -> Option<String> {
    let word = path.get_ident()?.to_string();
    let word = word.strip_prefix("r#").unwrap_or(&word);
    word.starts_with(|first: char| first.is_lowercase()).then(|| word.to_owned())
}

fn expr_word(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Path(path) if path.qself.is_none() => own_word(&path.path),
        _ => None,
    }
}

pub(crate) fn literal(expr: &Expr) -> Option<&Lit> {
    match expr {
        Expr::Lit(ExprLit { lit, .. }) => Some(lit),
        _ => None,
    }
}

pub(crate) fn is_negative_literal(expr: &Expr) -> bool {
    matches!(expr, Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) if literal(expr).is_some())
}

impl Reader<'_> {
    fn change(&mut self, key: Key, method: &'static str, value: Value) {
        let key = self.args.get(key).map_or_else(Span::call_site, |arg| arg.name.span());
        self.changes.push(Change { method, key, value });
    }

    fn known(&mut self, key: Key, value: Value, set: impl FnOnce(&mut Schedule)) {
        self.change(key, key.entry().name, value);
        if let Some(schedule) = &mut self.schedule {
            set(schedule);
        }
    }

    fn constant(&mut self, key: Key, expr: &Expr, variant: Option<&'static str>) {
        self.change(key, key.entry().name, Value::Const { expr: expr.clone(), variant });
        self.schedule = None;
    }

    fn max_attempts(&mut self) {
        let Some(expr) = self.args.expr(Key::MaxAttempts, self.errors) else { return };
        if is_negative_literal(expr) {
            return self.errors.at(expr, Fault::NoAttempts.message());
        }
        match literal(expr) {
            Some(Lit::Int(number)) => match number.base10_parse::<u32>() {
                Ok(0) => self.errors.at(expr, Fault::NoAttempts.message()),
                Ok(attempts) if attempts <= MAX_ATTEMPTS => {
                    self.known(Key::MaxAttempts, Value::Known(quote!(#attempts)), |schedule| {
                        schedule.max_attempts = attempts;
                    });
                }
                _ => self.errors.at(expr, Fault::TooManyAttempts.message()),
            },
            Some(_) => self
                .errors
                .at(expr, "`max_attempts` takes a whole number or `unlimited`: write `max_attempts = 5`"),
            None => match expr_word(expr) {
                Some(word) if word == "unlimited" => {
                    self.change(Key::MaxAttempts, "unlimited", Value::Known(TokenStream::new()));
                    if let Some(schedule) = &mut self.schedule {
                        schedule.max_attempts = UNLIMITED;
                    }
                }
                Some(word) => {
                    let message = unknown("number of attempts", &word, ["unlimited"].into_iter());
                    self.errors.at(expr, format!("{message}\n{}", of_your_own(&word)));
                }
                None => self.constant(Key::MaxAttempts, expr, None),
            },
        }
    }

    fn duration(&mut self, key: Key, set: impl FnOnce(&mut Schedule, Duration)) -> Option<Duration> {
        let given = read_duration(self.args, key, self.errors)?;
        let tokens = given.tokens();
        match given {
            Given::Known(duration) => {
                self.known(key, Value::Known(tokens), |schedule| set(schedule, duration));
                Some(duration)
            }
            Given::Const(expr) => {
                self.constant(key, &expr, None);
                None
            }
        }
    }

    /// A deadline ends unlimited attempts, as `max_elapsed` does.
    fn deadline(&mut self) {
        if !self.changes.iter().any(|change| change.method == "unlimited") {
            return;
        }
        // Its faults are reported where the limits of time are read.
        let mut seen = Errors::default();
        let Some(given) = read_duration(self.args, Key::Deadline, &mut seen) else { return seen.ignore() };
        let value = Value::Known(given.tokens());
        self.change(Key::Deadline, "within", value);
        match (&mut self.schedule, given) {
            (Some(schedule), Given::Known(limit)) => {
                schedule.max_elapsed.get_or_insert(limit);
            }
            _ => self.schedule = None,
        }
    }

    fn backoff(&mut self) {
        let Some(expr) = self.args.expr(Key::Backoff, self.errors) else { return };
        let known = match expr_word(expr).as_deref() {
            Some("exponential") => (quote!(Exponential), Backoff::Exponential),
            Some("constant") => (quote!(Constant), Backoff::Constant),
            Some("linear") => (quote!(Linear), Backoff::Linear),
            Some("fibonacci") => (quote!(Fibonacci), Backoff::Fibonacci),
            Some(word) => {
                let names = ["exponential", "constant", "linear", "fibonacci"].into_iter();
                let message = unknown("backoff", word, names);
                return self
                    .errors
                    .at(expr, format!("{message}\na function of your own is written `self::{word}`"));
            }
            None if matches!(expr, Expr::Path(_)) => {
                // Its values are not known, but that it is custom is: the worst case counts `max_delay`.
                let value = Value::Variant("Backoff", quote_spanned!(expr.span()=> Custom(#expr)));
                let custom = Backoff::Custom(|_, _| Duration::MAX);
                return self.known(Key::Backoff, value, |schedule| schedule.backoff = custom);
            }
            None => {
                return self.errors.at(
                    expr,
                    "`backoff` takes `exponential`, `constant`, `linear`, `fibonacci`, or the path of a function \
                     `fn(attempt: u32, initial: Duration) -> Duration`",
                );
            }
        };
        self.known(Key::Backoff, Value::Variant("Backoff", known.0), |schedule| schedule.backoff = known.1);
    }

    fn exponential_base(&mut self) {
        let Some(expr) = self.args.expr(Key::ExponentialBase, self.errors) else { return };
        match number(expr) {
            Number::Known(base) if Fault::of_base(base).is_none() => {
                self.known(Key::ExponentialBase, Value::Known(quote!(#base)), |schedule| {
                    schedule.exponential_base = base;
                });
            }
            Number::Known(_) => self.errors.at(expr, Fault::Base.message()),
            Number::Wrong => {
                self.errors.at(expr, "`exponential_base` takes a number: write `exponential_base = 2.0`");
            }
            Number::Const => {
                self.constant(Key::ExponentialBase, expr, None);
            }
        }
    }

    fn jitter(&mut self) {
        let Some(expr) = self.args.expr(Key::Jitter, self.errors) else { return };
        let known = match expr_word(expr).as_deref() {
            Some("none") => (quote!(None), Jitter::None),
            Some("full") => (quote!(Full), Jitter::Full),
            Some("equal") => (quote!(Equal), Jitter::Equal),
            Some("decorrelated") => (quote!(Decorrelated), Jitter::Decorrelated),
            Some(word) => {
                let message = unknown("jitter", word, ["none", "full", "equal", "decorrelated"].into_iter());
                return self.errors.at(expr, format!("{message}\n{}", of_your_own(word)));
            }
            None => match number(expr) {
                Number::Known(factor) if Fault::of_jitter(factor).is_none() => {
                    (quote!(Factor(#factor)), Jitter::Factor(factor))
                }
                Number::Known(_) => return self.errors.at(expr, Fault::JitterFactor.message()),
                Number::Wrong => {
                    return self.errors.at(
                        expr,
                        "`jitter` takes `none`, `full`, `equal`, `decorrelated` or a factor in 0..=1: write `jitter = 0.1`",
                    );
                }
                Number::Const => {
                    return self.constant(Key::Jitter, expr, Some("Factor"));
                }
            },
        };
        self.known(Key::Jitter, Value::Variant("Jitter", known.0), |schedule| schedule.jitter = known.1);
    }
}

enum Number {
    Known(f64),
    Const,
    Wrong,
}

fn number(expr: &Expr) -> Number {
    match expr {
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) if literal(expr).is_some() => {
            match number(expr) {
                Number::Known(number) => Number::Known(-number),
                other => other,
            }
        }
        Expr::Lit(ExprLit { lit: Lit::Float(number), .. }) => {
            number.base10_parse().map_or(Number::Wrong, Number::Known)
        }
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => {
            number.base10_parse().map_or(Number::Wrong, Number::Known)
        }
        Expr::Lit(_) | Expr::Closure(_) => Number::Wrong,
        _ => Number::Const,
    }
}

/// How to name a value of the user's own where a word was unknown.
fn of_your_own(word: &str) -> String {
    if word.contains(char::is_uppercase) {
        return format!("a constant of your own is written `self::{word}`");
    }
    "a value known only at run time goes into a policy: `RetryPolicy::DEFAULT.with_..(..).call(..)`"
        .to_owned()
}
