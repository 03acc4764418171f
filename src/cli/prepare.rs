//! From the command line to a pinned state and a ready outside; what `verify` and
//! `build` do before they build.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use nix::unistd::{User, geteuid};

use super::args::RecipeArgs;
use super::epoch;
use super::mirror;
use super::outside::{Origin, choice, ready_outside};
use super::progress::Stages;
use crate::audit::Method;
use crate::build::cache::{Cache, Entry, Freshness, Slot};
use crate::build::mmdebstrap::{self, Expired, Mode};
use crate::build::outside::{self, Choice, MORE_PACKAGES, Outside};
use crate::build::pin::{self, Context, State};
use crate::build::recipe::{LocalDeb, Recipe};
use crate::build::{BuildError, at};
use crate::sandbox::{AfterRun, Asker, IdMap, Interrupts, Plan};
use crate::tar::Timestamp;

/// Everything that both builds share.
#[derive(Debug)]
pub(super) struct Prepared {
    /// What is built.
    pub(super) recipe: Recipe,
    /// The frozen state's description.
    pub(super) state: State,
    /// `SOURCE_DATE_EPOCH`.
    pub(super) epoch: i64,
    /// What the builds run on.
    pub(super) outside: Outside,
    /// How the outside is watched.
    pub(super) audit: Method,
    entry: Entry,
    _outside_entry: Option<Entry>,
}

impl Prepared {
    /// The plan of one build; the chrootless one is watched.
    pub(super) fn plan(&self, mode: Mode) -> Plan {
        let after = match mode {
            Mode::Normal => AfterRun::Forget,
            Mode::Chrootless => self.audit.after(),
        };
        let (lists, pool) = (self.entry.path.join("lists"), self.entry.path.join("pool"));
        let binds = mmdebstrap::binds(&self.recipe, Some(&lists), Some(&pool));
        let command = mmdebstrap::build_tarball(&self.recipe, mode);
        self.outside.plan(
            mode.label(),
            command,
            self.epoch,
            binds,
            (self.audit.cover(), after),
        )
    }
}

/// Pins and makes the outside, or takes both from the cache.
///
/// # Errors
/// The first thing that cannot be done.
pub(super) fn prepare(
    suite: &str,
    mirror: Option<&str>,
    args: &RecipeArgs,
    interrupts: &Interrupts,
    stages: &Stages,
) -> Result<Prepared, BuildError> {
    let recipe = recipe(suite, mirror, args)?;
    let (recipe, _repository) = mirror::resolved(recipe, interrupts, stages)?;
    let choice = choice(&args.outside)?;
    let ids = id_map()?;
    let proxies = proxies();
    let quiet = |_: &str| {};
    let context = Context {
        ids: &ids,
        interrupts,
        watch: &quiet,
        proxies: &proxies,
    };
    let remove = |path: &Path| outside::remove_tree(path, context);
    let root = cache_root()?;
    let states = Cache::open(&root.join("states"), &remove)?;

    let more = match choice {
        Choice::Matching => MORE_PACKAGES.map(str::to_owned).to_vec(),
        Choice::Host | Choice::Directory(_) | Choice::Tarball(_) => vec![],
    };
    let maker = format!("{} {ids} {}", mmdebstrap_version()?, more.join(" "));
    let key = recipe.state_key(&maker);
    let freshness = if args.refresh {
        Freshness::New
    } else {
        Freshness::Cached
    };
    let expired = if args.allow_expired {
        Expired::Allow
    } else {
        Expired::Refuse
    };
    let stage = stages.start("pin");
    let watch = |line: &str| stage.say(line);
    let context = Context {
        watch: &watch,
        ..context
    };
    let waiting = || stage.say("another twinroot is at it");
    let (entry, state, is_cached) = match states.slot(&key, freshness, &remove, &waiting)? {
        Slot::Ready(entry) => {
            let state = pin::read_state(&entry.path)?;
            (entry, state, true)
        }
        Slot::Vacant(making) => match pin::pin(&recipe, &more, expired, &making, context) {
            Ok(state) => (making.publish(&remove)?, state, false),
            Err(error) => {
                making.abandon(&remove)?;
                return Err(error);
            }
        },
    };
    stage.finish(&pin_line(&recipe, &state, is_cached));
    let epoch = pinned_epoch(args.source_date_epoch, &state)?;
    let (outside, outside_entry) = ready_outside(
        choice,
        Some(Origin {
            recipe: &recipe,
            entry: &entry,
        }),
        &root,
        context,
        stages,
    )?;
    Ok(Prepared {
        recipe,
        state,
        epoch,
        outside,
        audit: args.audit.method(),
        entry,
        _outside_entry: outside_entry,
    })
}

fn pin_line(recipe: &Recipe, state: &State, is_cached: bool) -> String {
    let date = state
        .release_date
        .map(|date| format!(", {}", Timestamp::from_pax(date.to_string().as_bytes())))
        .unwrap_or_default();
    format!(
        "{} {}{date}   {} packages, {} MiB{}",
        recipe.suite,
        recipe.architecture,
        state.packages.len(),
        state.bytes.div_ceil(1 << 20),
        if is_cached { "   cached" } else { "" }
    )
}

fn recipe(suite: &str, mirror: Option<&str>, args: &RecipeArgs) -> Result<Recipe, BuildError> {
    let keyrings = args
        .keyring
        .iter()
        .map(|path| path.canonicalize().map_err(at(path, "open")));
    let recipe = Recipe {
        suite: suite.to_owned(),
        mirror: mirror.map(str::to_owned),
        local_mirror: None,
        variant: args.variant.word(),
        include: args.include.clone(),
        aptopts: args.aptopt.clone(),
        keyrings: keyrings.collect::<Result<_, _>>()?,
        extra_repos: args.extra_repo.clone(),
        debs: args
            .deb
            .iter()
            .map(|path| LocalDeb::read(path))
            .collect::<Result<_, _>>()?,
        architecture: output_of("dpkg", &["--print-architecture"])?,
    };
    if let Some(mirror) = recipe.file_mirror() {
        return Err(BuildError::Recipe {
            what: mirror.to_owned(),
            why: "apt installs from file: in place, so it can't be frozen".to_owned(),
            hint: Some(format!(
                "write it copy:{}",
                mirror.trim_start_matches("file:")
            )),
        });
    }
    Ok(recipe)
}

/// The epoch of both builds. One later than the clock breaks mmdebstrap's clamping:
/// what is written now would keep its own time.
fn pinned_epoch(option: Option<i64>, state: &State) -> Result<i64, BuildError> {
    let refused = |what: &str, why: String| BuildError::Recipe {
        what: what.to_owned(),
        why,
        hint: None,
    };
    let environment = epoch::from_environment().map_err(|error| BuildError::Recipe {
        what: epoch::NAME.to_owned(),
        why: error.why(),
        hint: None,
    })?;
    let (source, epoch) = match (option, environment) {
        (Some(epoch), _) => ("--source-date-epoch", epoch),
        (None, Some(epoch)) => ("SOURCE_DATE_EPOCH", epoch),
        (None, None) => {
            let date = state.release_date.ok_or_else(|| BuildError::Recipe {
                what: "SOURCE_DATE_EPOCH".to_owned(),
                why: "it is not set, and no Release file has a date".to_owned(),
                hint: Some("give --source-date-epoch SECONDS".to_owned()),
            })?;
            ("the Release date", date)
        }
    };
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |now| now.as_secs());
    if epoch < 0 || u64::try_from(epoch).is_ok_and(|epoch| epoch > now) {
        return Err(refused(
            source,
            format!("{epoch} is not between 0 and now, {now}"),
        ));
    }
    Ok(epoch)
}

/// The ids that the user's sandboxes get.
///
/// # Errors
/// The user has no subordinate ids.
pub(super) fn id_map() -> Result<IdMap, BuildError> {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let uid = geteuid();
    let user = User::from_uid(uid)
        .ok()
        .flatten()
        .map_or_else(|| uid.to_string(), |user| user.name);
    let (subuid, subgid, uid_map) = (
        read("/etc/subuid"),
        read("/etc/subgid"),
        read("/proc/self/uid_map"),
    );
    let asker = Asker {
        uid: uid.as_raw(),
        user: &user,
        subuid: &subuid,
        subgid: &subgid,
        uid_map: &uid_map,
    };
    IdMap::for_user(asker).map_err(|error| BuildError::Recipe {
        what: "user namespaces".to_owned(),
        why: error.to_string(),
        hint: Some(error.hint()),
    })
}

/// `$XDG_CACHE_HOME/twinroot`, or `~/.cache/twinroot` (XDG Base Directory Specification).
///
/// # Errors
/// Neither variable is set.
pub(super) fn cache_root() -> Result<PathBuf, BuildError> {
    let absolute = |name| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let base =
        absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")));
    base.map(|base| base.join("twinroot"))
        .ok_or_else(|| BuildError::Recipe {
            what: "XDG_CACHE_HOME".to_owned(),
            why: "neither it nor HOME is set".to_owned(),
            hint: None,
        })
}

/// The proxy variables that apt and its methods know.
pub(super) fn proxies() -> Vec<(String, String)> {
    ["http_proxy", "https_proxy", "no_proxy"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), env::var(name).ok()?)))
        .collect()
}

fn mmdebstrap_version() -> Result<String, BuildError> {
    output_of("mmdebstrap", &["--version"])
}

fn output_of(program: &str, arguments: &[&str]) -> Result<String, BuildError> {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .map_err(|error| BuildError::Recipe {
            what: program.to_owned(),
            why: error.to_string(),
            hint: Some(format!("sudo apt-get install {program}")),
        })?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
