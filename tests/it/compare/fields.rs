//! Every field name: a pair that differs in just that, and nothing else is named.

use crate::support::archive::{
    GNU, Spec, USTAR, V7, archive, base256, file, long, octal, padded, special,
};
use crate::support::compared::{check, report};
use crate::support::harness::Test;

pub(crate) const TESTS: &[Test] = &[
    test!(each_header_field_is_named_alone),
    test!(each_pax_record_is_named_alone),
    test!(a_record_on_one_side_only_brings_no_encoding_divergence),
    test!(the_same_value_in_other_bytes_is_header_encoding),
    test!(a_checksum_is_named_where_only_its_spelling_differs),
    test!(formats_are_named_by_magic_and_version),
    test!(gnu_times_are_fields),
    test!(negative_times_and_huge_ids_in_base256_are_values),
    test!(a_sparse_map_of_the_old_gnu_kind_is_a_field),
    test!(extension_blocks_of_an_old_sparse_map_are_read),
    test!(sparse_maps_of_pax_are_fields),
    test!(a_sparse_file_has_the_size_and_digest_of_the_file_that_it_stands_for),
    test!(one_difference_never_hides_another_in_one_entry),
];

fn one(left: Spec, right: Spec, fields: &str) {
    let name = String::from_utf8(left.name.clone()).unwrap();
    let row = format!("{name}#1 changed {fields}");
    check(&archive(&[left]), &archive(&[right]), &[&row], &[]);
}

fn each_header_field_is_named_alone() {
    let f = || file("./f", b"x");
    one(f(), Spec { mode: 0o600, ..f() }, "mode");
    one(f(), Spec { uid: 7, ..f() }, "uid");
    one(f(), Spec { gid: 7, ..f() }, "gid");
    one(
        f(),
        Spec {
            uname: b"daemon".to_vec(),
            ..f()
        },
        "uname",
    );
    one(
        f(),
        Spec {
            gname: b"tty".to_vec(),
            ..f()
        },
        "gname",
    );
    one(f(), Spec { mtime: 1, ..f() }, "mtime");
    one(
        f(),
        Spec {
            typeflag: b'7',
            ..f()
        },
        "type",
    );
    one(f(), file("./f", b"y"), "content");
    one(f(), file("./f", b"xy"), "size content");
    one(
        special("./l", b'2', "a"),
        special("./l", b'2', "b"),
        "linkname",
    );
    one(
        special("./h", b'1', "a"),
        special("./h", b'1', "b"),
        "linkname",
    );
    let device = |device| Spec {
        device,
        ..special("./d", b'3', "")
    };
    one(device((1, 3)), device((1, 5)), "device");
    one(device((1, 3)), device((2, 3)), "device");
    one(f(), Spec { fill: b'P', ..f() }, "padding");
}

fn each_pax_record_is_named_alone() {
    let f = || file("./f", b"x").pax("comment", b"same");
    for (key, left, right, field) in [
        ("mtime", "1.5", "1.25", "mtime"),
        ("mtime", "-1.5", "1.5", "mtime"),
        ("mtime", "1.0000000001", "1.0000000002", "mtime"),
        ("atime", "1", "2", "atime"),
        ("ctime", "1", "2", "ctime"),
        ("uid", "2097152", "2097153", "uid"),
        ("gid", "2097152", "2097153", "gid"),
        ("uname", "a", "b", "uname"),
        ("gname", "a", "b", "gname"),
        ("linkpath", "a", "b", "linkname"),
        ("SCHILY.xattr.user.a", "1", "2", "xattr:user.a"),
        (
            "SCHILY.xattr.security.capability",
            "\u{1}\n=\u{2}",
            "\u{1}\n=\u{3}",
            "xattr:security.capability",
        ),
        (
            "LIBARCHIVE.xattr.user.b%20c",
            "YQ==",
            "Yg==",
            "xattr:user.b c",
        ),
        ("SCHILY.acl.access", "user::rwx", "user::r--", "acl:access"),
        (
            "SCHILY.acl.default",
            "user::rwx",
            "user::r--",
            "acl:default",
        ),
        ("VENDOR.key", "1", "2", "pax:VENDOR.key"),
    ] {
        one(
            f().pax(key, left.as_bytes()),
            f().pax(key, right.as_bytes()),
            field,
        );
        if key != "uname" && key != "gname" && key != "linkpath" {
            // On one side only: absent is another value than any of these.
            one(f(), f().pax(key, right.as_bytes()), field);
        }
    }
}

fn a_record_on_one_side_only_brings_no_encoding_divergence() {
    one(
        file("./f", b"x"),
        file("./f", b"x").pax("mtime", b"1700000000.5"),
        "mtime",
    );
    one(
        file("./f", b"x"),
        file("./f", b"x").pax("SCHILY.xattr.user.a", b""),
        "xattr:user.a",
    );
}

fn the_same_value_in_other_bytes_is_header_encoding() {
    let f = || file("./f", b"x");
    one(f(), f().raw(100, b"   644 \0"), "header-encoding");
    one(f(), f().raw(108, &base256(0, 8)), "header-encoding");
    one(
        f(),
        f().raw(136, &base256(1_700_000_000, 12)),
        "header-encoding",
    );
    one(f(), f().raw(124, b"          1 "), "header-encoding");
    one(f(), Spec { typeflag: 0, ..f() }, "header-encoding");
    one(f(), f().raw(329, &[0; 8]), "header-encoding");
    one(f(), f().raw(90, b"junk"), "header-encoding");
    one(f(), f().raw(505, b"junk"), "header-encoding");
    one(f(), f().pax("mtime", b"1700000000"), "header-encoding");
    one(
        f().pax("mtime", b"1.5"),
        f().pax("mtime", b"1.50"),
        "header-encoding",
    );
    let records = || f().pax("atime", b"1").pax("ctime", b"2");
    one(
        records(),
        f().pax("ctime", b"2").pax("atime", b"1"),
        "header-encoding",
    );
    one(
        records(),
        Spec {
            pax_name: b"./PaxHeaders.42/x".to_vec(),
            ..records()
        },
        "header-encoding",
    );
    one(
        f().pax("atime", b"1").pax("atime", b"2"),
        f().pax("atime", b"3").pax("atime", b"2"),
        "header-encoding",
    );
    one(
        f().pax("SCHILY.xattr.user.a", b"a"),
        f().pax("LIBARCHIVE.xattr.user.a", b"YQ=="),
        "header-encoding",
    );
    let split = Spec {
        prefix: b"./d".to_vec(),
        ..file("e/f", b"x")
    };
    check(
        &archive(&[Spec {
            prefix: b"./d/e".to_vec(),
            ..file("f", b"x")
        }]),
        &archive(&[split]),
        &["./d/e/f#1 changed header-encoding"],
        &[],
    );
    let slash = |name| Spec {
        typeflag: b'5',
        ..file(name, b"")
    };
    check(
        &archive(&[slash("./d/")]),
        &archive(&[slash("./d")]),
        &["./d/#1 changed header-encoding"],
        &[],
    );
}

fn a_checksum_is_named_where_only_its_spelling_differs() {
    let f = || Spec {
        uname: b"r\xc3\xb6ot".to_vec(),
        ..file("./f", b"x")
    };
    one(
        f(),
        Spec {
            signed: true,
            ..f()
        },
        "header-encoding",
    );
    let mut spelled = archive(&[f()]);
    spelled[154..156].copy_from_slice(b" \0");
    check(
        &archive(&[f()]),
        &spelled,
        &["./f#1 changed header-encoding"],
        &[],
    );
}

fn formats_are_named_by_magic_and_version() {
    let f = |magic| {
        Spec {
            magic,
            uname: Vec::new(),
            gname: Vec::new(),
            ..file("./f", b"x")
        }
        .raw(329, &[0; 16])
    };
    one(f(USTAR), f(GNU), "header-format");
    one(f(USTAR), f(V7), "header-format");
    let name = "./".to_owned() + &"n".repeat(150);
    let gnu = Spec {
        magic: GNU,
        before: long(b'L', &name),
        ..file(&name, b"x")
    };
    let pax = file(&name, b"x").pax("path", name.as_bytes());
    check(
        &archive(&[gnu]),
        &archive(&[pax]),
        &[&format!("{name}#1 changed header-format header-encoding")],
        &[],
    );
}

fn gnu_times_are_fields() {
    let f = |atime: u64| {
        Spec {
            magic: GNU,
            ..file("./f", b"x")
        }
        .raw(345, &octal(atime, 12))
    };
    one(f(1), f(2), "atime");
    one(
        f(1).raw(357, &octal(1, 12)),
        f(1).raw(357, &octal(2, 12)),
        "ctime",
    );
}

fn negative_times_and_huge_ids_in_base256_are_values() {
    let f = |mtime: i128| file("./f", b"x").raw(136, &base256(mtime, 12));
    one(f(-10), f(-11), "mtime");
    let owner = |uid: i128| file("./f", b"x").raw(108, &base256(uid, 8));
    one(owner(1 << 40), owner((1 << 40) + 1), "uid");
}

fn gnu_sparse(spans: &[(u64, u64)], real: u64, content: &[u8]) -> Spec {
    let mut map: Vec<u8> = spans
        .iter()
        .flat_map(|(at, length)| [octal(*at, 12), octal(*length, 12)].concat())
        .collect();
    map.resize(96, 0);
    Spec {
        magic: GNU,
        typeflag: b'S',
        ..file("./s", content)
    }
    .raw(386, &map)
    .raw(483, &octal(real, 12))
}

fn a_sparse_map_of_the_old_gnu_kind_is_a_field() {
    let left = gnu_sparse(
        &[(0, 512), (1024, 512)],
        4096,
        &[b"a".repeat(512), b"b".repeat(512)].concat(),
    );
    let right = gnu_sparse(
        &[(0, 512), (2048, 512)],
        4096,
        &[b"a".repeat(512), b"b".repeat(512)].concat(),
    );
    one(left.clone(), right, "sparse content");
    // The same file, cut at another place: the zeros between are stored.
    let cut = gnu_sparse(
        &[(0, 1536)],
        4096,
        &[b"a".repeat(512), vec![0; 512], b"b".repeat(512)].concat(),
    );
    one(left.clone(), cut, "sparse");
    let grown = Spec {
        content: left.content.clone(),
        ..gnu_sparse(&[(0, 512), (1024, 512)], 8192, b"")
    };
    one(left, grown, "size content");
}

fn extension_blocks_of_an_old_sparse_map_are_read() {
    let extended = |last: u64| {
        let mut block: Vec<u8> = [octal(last, 12), octal(512, 12)].concat();
        block.resize(512, 0);
        let spans = [(0, 512), (1024, 512), (2048, 512), (3072, 512)];
        let spec = gnu_sparse(&spans, 16_384, &b"a".repeat(512 * 5)).raw(482, &[1]);
        Spec {
            sparse_blocks: block,
            ..spec
        }
    };
    one(extended(4096), extended(8192), "sparse content");
}

fn sparse_maps_of_pax_are_fields() {
    let v00 = |at: &str| {
        let keys = [
            ("GNU.sparse.size", "4096"),
            ("GNU.sparse.numblocks", "1"),
            ("GNU.sparse.offset", at),
            ("GNU.sparse.numbytes", "512"),
        ];
        keys.iter()
            .fold(file("./s", &b"a".repeat(512)), |spec, (key, value)| {
                spec.pax(key, value.as_bytes())
            })
    };
    one(v00("0"), v00("1024"), "sparse content");
    let v01 = |map: &str| {
        let keys = [
            ("GNU.sparse.size", "4096"),
            ("GNU.sparse.numblocks", "1"),
            ("GNU.sparse.map", map),
        ];
        keys.iter()
            .fold(file("./s", &b"a".repeat(512)), |spec, (key, value)| {
                spec.pax(key, value.as_bytes())
            })
    };
    one(v01("0,512"), v01("1024,512"), "sparse content");
    let v10 = |at: &str, byte: &[u8]| {
        let keys = [
            ("GNU.sparse.major", "1"),
            ("GNU.sparse.minor", "0"),
            ("GNU.sparse.name", "./s"),
            ("GNU.sparse.realsize", "4096"),
        ];
        let content = [
            padded(format!("1\n{at}\n512\n").as_bytes(), 0),
            byte.repeat(512),
        ]
        .concat();
        keys.iter()
            .fold(file("./s", &content), |spec, (key, value)| {
                spec.pax(key, value.as_bytes())
            })
    };
    one(v10("0", b"a"), v10("1024", b"a"), "sparse content");
    one(v10("0", b"a"), v10("0", b"b"), "content");
    // The same map and content in another dialect.
    one(v00("0"), v01("0,512"), "header-encoding");
}

fn one_difference_never_hides_another_in_one_entry() {
    let left = file("./f", b"one")
        .pax("SCHILY.xattr.user.a", b"1")
        .pax("mtime", b"1.5")
        .raw(100, b"   644 \0");
    let right = Spec {
        uid: 5,
        fill: b'P',
        ..file("./f", b"two")
    }
    .pax("SCHILY.xattr.user.a", b"2")
    .pax("mtime", b"1.25");
    one(
        left,
        right,
        "uid mtime xattr:user.a content padding header-encoding",
    );
}

fn a_sparse_file_has_the_size_and_digest_of_the_file_that_it_stands_for() {
    let stored = [b"a".repeat(512), b"b".repeat(512)].concat();
    let holes = gnu_sparse(&[(512, 512), (2048, 512)], 4096, &stored);
    let whole = |byte: u8| {
        let end = vec![byte; 1536];
        let parts: [&[u8]; 5] = [&[0; 512], &[b'a'; 512], &[0; 1024], &[b'b'; 512], &end];
        parts.concat()
    };
    let dense = file("./s", &whole(b'c'));
    let report = report(&archive(&[holes]), &archive(&[dense]));
    let content = report.divergences.iter().flat_map(|one| one.fields.clone());
    let content = content.filter(|field| field.name == "content");
    let said: Vec<_> = content
        .map(|field| [field.left.clone().unwrap(), field.right.clone().unwrap()])
        .collect();
    let digest = |byte| {
        use sha2::Digest as _;
        let digest = sha2::Sha256::digest(whole(byte));
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("sha256:{hex} (4096 bytes)")
    };
    assert_eq!(said, [[digest(0), digest(b'c')]]);
}
