//! Other architectures: what runs their programs in a normal build, and what keeps a chrootless
//! build from running any.

use crate::bootstrap::emulation::{Registered, needed, qemu_name, registered};
use crate::cli::commands::doctor::check::{Answer, Check};
use crate::cli::commands::doctor::kernel::KernelRelease;
use crate::cli::output::hints;
use crate::verify::environment::native_architecture;

/// The Debian architectures that somebody is likely to build for, in alphabetical order.
const ARCHITECTURES: [&str; 7] = [
    "amd64", "arm64", "armhf", "i386", "ppc64el", "riscv64", "s390x",
];

/// The first kernel in which a user namespace has a binfmt_misc of its own.
const OWN_BINFMT_MISC: KernelRelease = KernelRelease { major: 6, minor: 7 };

/// Whether this machine can build chroots of other architectures, and how.
pub(crate) fn architectures() -> Vec<Check> {
    let mut checks = match native_architecture() {
        Ok(native) => normal(&native, &registered()),
        Err(error) => vec![Check::new(
            "--arch",
            Answer::weak(
                format!("this machine's architecture is unknown: {error}"),
                "sudo apt-get install dpkg",
            ),
        )],
    };
    checks.push(Check::new(
        "--arch, chrootless",
        Answer::works("needs no emulator for any architecture"),
    ));
    checks
}

fn normal(native: &str, registered: &Registered) -> Vec<Check> {
    let others = ARCHITECTURES.iter().filter(|other| **other != native);
    others
        .map(|architecture| {
            let is_own = needed(native, architecture, &Registered::new()).is_ok();
            let answer = match needed(native, architecture, registered) {
                Ok(()) if is_own => Answer::works("this processor runs its programs"),
                Ok(()) => Answer::Works(format!(
                    "qemu-{} runs its programs in any chroot",
                    qemu_name(architecture)
                )),
                Err(missing) => Answer::weak(
                    format!("no normal build: {missing}"),
                    hints::of_emulator(&missing),
                ),
            };
            Check::new(&format!("--arch {architecture}"), answer)
        })
        .collect()
}

/// Whether a sandbox can have a binfmt_misc of its own, so that it has no emulators. `refused` is
/// the system call's error if a trial sandbox got none.
pub(crate) fn own_binfmt_misc(refused: Option<&str>, kernel: Option<KernelRelease>) -> Check {
    let answer = match (refused, kernel) {
        (None, _) => {
            Answer::works("hides this machine's emulators from a chrootless build with --arch")
        }
        // Which package has a newer kernel depends on the release and the machine.
        (Some(_), Some(kernel)) if kernel < OWN_BINFMT_MISC => Answer::weak_for_good(format!(
            "Linux {kernel} cannot hide this machine's emulators from a chrootless build with \
             --arch (needs Linux {OWN_BINFMT_MISC})"
        )),
        (Some(error), _) => Answer::weak(
            format!(
                "the kernel did not hide this machine's emulators from a chrootless build with \
                 --arch: {error}"
            ),
            "sudo modprobe binfmt_misc",
        ),
    };
    Check::new("own binfmt_misc", answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(checks: &[Check]) -> Vec<String> {
        checks.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_normal_build_needs_an_emulator_if_the_processor_is_another() {
        let sound = "enabled\ninterpreter /usr/bin/qemu-aarch64-static\nflags: OCF\n";
        let listed = |name: &str, text: &str| (format!("qemu-{name}"), text.to_owned());
        let registered = Registered::from([
            listed("aarch64", sound),
            listed("arm", &sound.replace("enabled", "disabled")),
            listed("s390x", &sound.replace("OCF", "OC")),
            listed("riscv64", sound),
        ]);
        assert_eq!(
            shown(&normal("amd64", &registered)),
            [
                "ok     --arch arm64         qemu-aarch64 runs its programs in any chroot",
                "weak   --arch armhf         no normal build: qemu-arm is registered with \
                 binfmt_misc, but disabled\n                            fix: echo 1 | sudo tee \
                 /proc/sys/fs/binfmt_misc/qemu-arm",
                "ok     --arch i386          this processor runs its programs",
                "weak   --arch ppc64el       no normal build: no emulator for ppc64el is \
                 registered: binfmt_misc has no qemu-ppc64le\n                            fix: \
                 sudo apt-get install qemu-user-static binfmt-support && sudo update-binfmts \
                 --enable qemu-ppc64le",
                "ok     --arch riscv64       qemu-riscv64 runs its programs in any chroot",
                "weak   --arch s390x         no normal build: qemu-s390x is registered without \
                 the flag F, so no chroot finds it\n                            fix: sudo \
                 apt-get install qemu-user-static, whose emulators are registered with F",
            ]
        );
    }

    #[test]
    fn the_kernel_that_hides_emulators_is_named() {
        let release = |minor| Some(KernelRelease { major: 6, minor });
        assert_eq!(
            shown(&[
                own_binfmt_misc(None, None),
                own_binfmt_misc(Some("EPERM"), release(1)),
                own_binfmt_misc(Some("ENODEV"), release(12)),
            ]),
            [
                "ok     own binfmt_misc      hides this machine's emulators from a chrootless \
                 build with --arch",
                "weak   own binfmt_misc      Linux 6.1 cannot hide this machine's emulators from a \
                 chrootless build with --arch (needs Linux 6.7)",
                "weak   own binfmt_misc      the kernel did not hide this machine's emulators from \
                 a chrootless build with --arch: ENODEV\n                            fix: sudo \
                 modprobe binfmt_misc",
            ]
        );
    }
}
