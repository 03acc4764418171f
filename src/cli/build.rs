//! `twinroot build`: one side of verify, into a file.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process::ChildStdout;
use std::thread;

use super::Trouble;
use super::args::{BuildArgs, ModeArg};
use super::prepare::prepare;
use super::progress::{Noise, Stages};
use super::{doctor, signals};
use crate::build::mmdebstrap::Mode;
use crate::build::run::{Built, run};
use crate::build::{BuildError, at};
use crate::sandbox::Interrupts;
use crate::text::quote;

/// Builds one tarball; 1 where the outside was modified.
///
/// # Errors
/// Trouble.
pub(super) fn run_build(args: &BuildArgs) -> Result<u8, Trouble> {
    doctor::preflight()?;
    let interrupts = signals::listen().map_err(at("signals", "listen to"))?;
    let built =
        build(args, &interrupts).map_err(|error| Trouble::from(error).of_run(&interrupts))?;
    for change in &built.changes {
        // Standard error may be closed; the exit status says the same.
        let _ = writeln!(
            io::stderr(),
            "outside: {} {}",
            change.kind.word(),
            quote(&change.path)
        );
    }
    Ok(u8::from(!built.changes.is_empty()))
}

fn build(args: &BuildArgs, interrupts: &Interrupts) -> Result<Built, BuildError> {
    let mut out = Output::open(&args.out)?;
    let stages = Stages::new(if args.recipe.quiet {
        Noise::Quiet
    } else {
        Noise::Progress
    });
    let prepared = prepare(
        &args.suite,
        args.mirror.as_deref(),
        &args.recipe,
        interrupts,
        &stages,
    )?;
    let mode = match args.mode {
        ModeArg::Normal => Mode::Normal,
        ModeArg::Chrootless => Mode::Chrootless,
    };
    let stage = stages.start(mode.label());
    let (built, copied) = thread::scope(|scope| {
        let mut copying = None;
        let mut writer = out.writer();
        let copy = |mut stream: ChildStdout| {
            copying = Some(scope.spawn(move || io::copy(&mut stream, &mut writer)));
        };
        let built = run(&prepared.plan(mode), interrupts, copy, &|line| {
            stage.say(line)
        });
        (built, copying.and_then(|thread| thread.join().ok()))
    });
    let built = built?;
    copied.transpose().map_err(at(&args.out, "write"))?;
    out.finish()?;
    stage.finish("built");
    Ok(built)
}

/// The tarball's place: standard output, or a file that gets its name when it is whole.
enum Output {
    Standard,
    Device(File),
    File(tempfile::NamedTempFile, std::path::PathBuf),
}

impl Output {
    fn open(path: &Path) -> Result<Self, BuildError> {
        if path == Path::new("-") {
            return Ok(Self::Standard);
        }
        // A device or a pipe is written as it is; replacing it would be a surprise.
        if path.exists() && !path.is_file() {
            let device = File::options().write(true).open(path);
            return Ok(Self::Device(device.map_err(at(path, "open"))?));
        }
        let directory = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        // A temporary file would be private; who may read the result is for the umask to say.
        let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o666);
        let file = tempfile::Builder::new()
            .prefix(".twinroot-")
            .permissions(permissions)
            .tempfile_in(directory);
        Ok(Self::File(
            file.map_err(at(path, "create"))?,
            path.to_owned(),
        ))
    }

    fn writer(&mut self) -> Box<dyn Write + Send> {
        match self {
            Self::Standard => Box::new(io::stdout()),
            Self::Device(file) => duplicate(file),
            Self::File(file, _) => duplicate(file.as_file()),
        }
    }

    fn finish(self) -> Result<(), BuildError> {
        match self {
            Self::Standard | Self::Device(_) => Ok(()),
            Self::File(file, path) => {
                let _: File = file
                    .persist(&path)
                    .map_err(|error| at(&path, "create")(error.error))?;
                Ok(())
            }
        }
    }
}

fn duplicate(file: &File) -> Box<dyn Write + Send> {
    match file.try_clone() {
        Ok(file) => Box::new(file),
        Err(error) => Box::new(Refusing(error.kind())),
    }
}

/// Says with its first write why there is no file to write to.
struct Refusing(io::ErrorKind);

impl Write for Refusing {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
