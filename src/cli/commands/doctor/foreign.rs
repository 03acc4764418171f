//! Other architectures: what runs their programs for a normal build, and what keeps a chrootless
//! one from running any.

use crate::bootstrap::emulation::{Registered, needed, qemu_name, registered};
use crate::cli::commands::doctor::check::{Answer, Check};
use crate::cli::commands::doctor::kernel::Release;
use crate::cli::output::hints;
use crate::verify::environment::native_architecture;

/// Debian's architectures that somebody is likely to build for, in its own order.
const ARCHITECTURES: [&str; 7] = [
    "amd64", "arm64", "armhf", "i386", "ppc64el", "riscv64", "s390x",
];

/// The first kernel that has lists of emulators of a user namespace's own.
const OWN_LISTS: Release = Release(6, 7);

/// What can be built of other architectures.
pub(crate) fn architectures() -> Vec<Check> {
    let mut checks = match native_architecture() {
        Ok(native) => normal(&native, &registered()),
        Err(error) => vec![Check::new(
            "--arch",
            Answer::weak(
                format!("this machine's own is unknown: {error}"),
                "sudo apt-get install dpkg",
            ),
        )],
    };
    checks.push(Check::new(
        "--arch, chrootless",
        Answer::Can("needs no emulator, whatever the architecture".to_owned()),
    ));
    checks
}

fn normal(native: &str, registered: &Registered) -> Vec<Check> {
    let others = ARCHITECTURES.iter().filter(|other| **other != native);
    others
        .map(|architecture| {
            let is_own = needed(native, architecture, &Registered::new()).is_ok();
            let answer = match needed(native, architecture, registered) {
                Ok(()) if is_own => Answer::Can("the processor runs its programs".to_owned()),
                Ok(()) => Answer::Can(format!(
                    "qemu-{} runs its programs, in any chroot",
                    qemu_name(architecture)
                )),
                Err(lack) => Answer::weak(
                    format!("no normal build: {lack}"),
                    hints::of_emulator(&lack),
                ),
            };
            Check::new(&format!("--arch {architecture}"), answer)
        })
        .collect()
}

/// Whether a sandbox has a list of emulators of its own, given the kernel's word for why it has
/// none.
pub(crate) fn own_list(refused: Option<&str>, kernel: Option<Release>) -> Check {
    let answer = match (refused, kernel) {
        (None, _) => Answer::Can(
            "a chrootless build of another --arch has an empty list, so no emulator".to_owned(),
        ),
        (Some(_), Some(kernel)) if kernel < OWN_LISTS => Answer::Weak {
            what: format!(
                "Linux {kernel} has one list for all, so emulators stay in reach of a chrootless \
                 build of another --arch; Linux {OWN_LISTS} gives it an empty one"
            ),
            // Which package has a newer kernel depends on the release and the machine.
            mend: None,
        },
        (Some(word), _) => Answer::weak(
            format!(
                "emulators stay in reach of a chrootless build of another --arch, which got no \
                 list of its own: {word}"
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
    fn a_normal_build_needs_an_emulator_where_the_processor_is_another() {
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
                "ok     --arch arm64         qemu-aarch64 runs its programs, in any chroot",
                "weak   --arch armhf         no normal build: qemu-arm is registered with \
                 binfmt_misc, but disabled\n                            mend: echo 1 | sudo tee \
                 /proc/sys/fs/binfmt_misc/qemu-arm",
                "ok     --arch i386          the processor runs its programs",
                "weak   --arch ppc64el       no normal build: no emulator for ppc64el is \
                 registered: binfmt_misc has no qemu-ppc64le\n                            mend: \
                 sudo apt-get install qemu-user-static binfmt-support && sudo update-binfmts \
                 --enable qemu-ppc64le",
                "ok     --arch riscv64       qemu-riscv64 runs its programs, in any chroot",
                "weak   --arch s390x         no normal build: qemu-s390x is registered without \
                 the flag F, so no chroot finds it\n                            mend: sudo \
                 apt-get install qemu-user-static, whose emulators are registered with F",
            ]
        );
    }

    #[test]
    fn the_kernel_that_a_list_of_ones_own_needs_is_named() {
        assert_eq!(
            shown(&[
                own_list(None, None),
                own_list(Some("EPERM"), Some(Release(6, 1))),
                own_list(Some("ENODEV"), Some(Release(6, 12))),
            ]),
            [
                "ok     own binfmt_misc      a chrootless build of another --arch has an empty \
                 list, so no emulator",
                "weak   own binfmt_misc      Linux 6.1 has one list for all, so emulators stay in \
                 reach of a chrootless build of another --arch; Linux 6.7 gives it an empty one",
                "weak   own binfmt_misc      emulators stay in reach of a chrootless build of \
                 another --arch, which got no list of its own: ENODEV\n                            \
                 mend: sudo modprobe binfmt_misc",
            ]
        );
    }
}
