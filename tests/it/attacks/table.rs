//! The attacks as data, and the script that makes all of them in one sandbox.

/// What must come of an attack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expected {
    /// It fails.
    Refused,
    /// It may succeed, in the sandbox's own view.
    Own,
    /// It succeeds, and this path is reported.
    Seen(&'static str),
}

/// One attack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attack {
    pub(crate) name: &'static str,
    pub(crate) expected: Expected,
    /// Lines of a shell script.
    script: &'static str,
}

const FILES: [&str; 4] = [
    include_str!("kernel.sh"),
    include_str!("processes.sh"),
    include_str!("files.sh"),
    // Some of these unmount what the others use.
    include_str!("mounts.sh"),
];

/// `sys` makes a system call, with numbers and strings as arguments, and `script` runs Perl.
const PRELUDE: &str = r#"sys() {
    perl -e '@a = map { /^0x/ ? hex : /^-?[0-9]+$/ ? $_ + 0 : $_ } @ARGV;
        $n = shift @a; exit(syscall($n, @a) == -1)' -- "$@"
}
script() { perl -MSocket -e 'sub call { my ($n, @a) = @_; syscall($n, @a) } '"$1"; }
"#;

/// All attacks of the files, in their order.
pub(crate) fn attacks() -> Vec<Attack> {
    let blocks = FILES.iter().flat_map(|file| file.split("\n## ").skip(1));
    blocks.map(attack).collect()
}

fn attack(block: &'static str) -> Attack {
    let (head, script) = block.split_once('\n').expect("an attack has lines");
    let (name, expected) = head.split_once(": ").expect("an attack has a name");
    let expected = match expected.split_once(' ') {
        Some(("seen", path)) => Expected::Seen(path),
        None if expected == "refused" => Expected::Refused,
        None if expected == "own" => Expected::Own,
        _ => panic!("{head}"),
    };
    Attack {
        name,
        expected,
        script,
    }
}

/// A script that makes every attack, and says for each `attack NAME STATUS`.
pub(crate) fn script(attacks: &[Attack]) -> String {
    let all = attacks.iter().map(|attack| {
        format!(
            "timeout 10 sh >/dev/null 2>&1 <<'ATTACK'\n{PRELUDE}{}\nATTACK\n\
             echo \"attack {} $?\"\n",
            attack.script, attack.name
        )
    });
    all.collect()
}

/// The attacks that did not end as they should, by what the script said.
pub(crate) fn surprises(attacks: &[Attack], said: &str) -> Vec<String> {
    let statuses: Vec<(&str, &str)> = said
        .lines()
        .filter_map(|line| line.strip_prefix("attack ")?.split_once(' '))
        .collect();
    attacks
        .iter()
        .filter_map(|attack| {
            let found = statuses.iter().find(|(name, _)| *name == attack.name);
            let status = found.map(|(_, status)| *status);
            let is_right = match attack.expected {
                Expected::Refused => status.is_some_and(|status| status != "0"),
                Expected::Own => status.is_some(),
                Expected::Seen(_) => status == Some("0"),
            };
            (!is_right).then(|| {
                format!(
                    "{}: {:?}, and it ended with {status:?}",
                    attack.name, attack.expected
                )
            })
        })
        .collect()
}
