//! Which files of a store are the images in it: OCI image layout 1.1, and `docker save`.

use std::collections::BTreeSet;
use std::io;

use serde_json::Value;

use crate::any::image::store::Store;

/// Images beyond which an index is not read; one for each platform is usual.
const IMAGES: usize = 256;
/// How deep an index may stand in another one.
const DEPTH: u8 = 4;

/// One image: names of files in its store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Image {
    /// The manifest, where it is a file of its own.
    pub(crate) manifest: Option<String>,
    pub(crate) config: Option<String>,
    /// The layers, the lowest first.
    pub(crate) layers: Vec<String>,
}

/// The images of a store, in the order in which they are named.
///
/// # Errors
/// The operating system's.
pub(crate) fn images(store: &Store) -> io::Result<Vec<Image>> {
    let mut found = Vec::new();
    if store.document("oci-layout")?.is_some()
        && let Some(index) = json(store, "index.json")?
    {
        index_images(store, &index, DEPTH, &mut BTreeSet::new(), &mut found)?;
    } else if let Some(Value::Array(images)) = json(store, "manifest.json")? {
        found.extend(images.iter().take(IMAGES).map(|image| Image {
            manifest: None,
            config: text(member(image, "Config")),
            layers: array(member(image, "Layers")).filter_map(text).collect(),
        }));
    }
    Ok(found)
}

/// Follows an index to its manifests; one that was met already is not followed again.
fn index_images(
    store: &Store,
    index: &Value,
    depth: u8,
    met: &mut BTreeSet<String>,
    found: &mut Vec<Image>,
) -> io::Result<()> {
    for descriptor in array(member(index, "manifests")) {
        let Some(name) = blob(descriptor) else {
            continue;
        };
        if found.len() >= IMAGES || !met.insert(name.clone()) {
            continue;
        }
        let Some(document) = json(store, &name)? else {
            continue;
        };
        if member(&document, "manifests").is_array() {
            if depth > 0 {
                index_images(store, &document, depth - 1, met, found)?;
            }
        } else {
            found.push(Image {
                manifest: Some(name),
                config: blob(member(&document, "config")),
                layers: array(member(&document, "layers"))
                    .filter_map(blob)
                    .collect(),
            });
        }
    }
    Ok(())
}

fn json(store: &Store, name: &str) -> io::Result<Option<Value>> {
    let document = store.document(name)?;
    Ok(document.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

/// A member of an object; null where there is none.
fn member<'a>(value: &'a Value, name: &str) -> &'a Value {
    static NULL: Value = Value::Null;
    value.get(name).unwrap_or(&NULL)
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// The file of a descriptor: `blobs/ALGORITHM/DIGEST`.
fn blob(descriptor: &Value) -> Option<String> {
    let digest = member(descriptor, "digest").as_str()?;
    let (algorithm, digest) = digest.split_once(':')?;
    let is_plain = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
    };
    (is_plain(algorithm) && is_plain(digest)).then(|| format!("blobs/{algorithm}/{digest}"))
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]
mod tests {
    use super::*;

    #[test]
    fn an_index_that_holds_itself_ends_and_a_digest_that_leads_out_names_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = directory.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("oci-layout", "{}");
        let index = r#"{"manifests": [{"digest": "sha256:aa"}, {"digest": "sha256:../bb"},
                        {"digest": "sha256:cc"}]}"#;
        write("index.json", index);
        write("blobs/sha256/aa", index);
        write(
            "blobs/sha256/cc",
            r#"{"config": {"digest": "sha256:dd"}, "layers": [{"digest": "sha256:ee"}, 7]}"#,
        );
        let store = Store::Directory(directory.path().to_owned());
        let expected = Image {
            manifest: Some("blobs/sha256/cc".to_owned()),
            config: Some("blobs/sha256/dd".to_owned()),
            layers: vec!["blobs/sha256/ee".to_owned()],
        };
        assert_eq!(images(&store).unwrap(), [expected]);
    }
}
