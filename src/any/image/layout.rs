//! Which files of a store are the images in it: OCI image layout 1.1, and `docker save`.

use std::collections::BTreeSet;
use std::io;

use serde_json::Value;

use crate::any::image::store::Store;

/// Images beyond which an index is not read; one for each platform is usual.
const IMAGES: usize = 256;
/// Layers of an image beyond which it is not looked at; a registry takes some hundred.
pub(crate) const LAYERS: usize = 4096;
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
    /// What the configuration says of each of them: a digest of what is in the compression. Empty
    /// if it does not say that of each.
    pub(crate) diff_ids: Vec<String>,
    /// Whether there are more layers than are looked at.
    pub(crate) is_cut: bool,
}

impl Image {
    fn new(
        store: &Store,
        manifest: Option<String>,
        config: Option<String>,
        mut layers: impl Iterator<Item = String>,
    ) -> io::Result<Self> {
        let document = match &config {
            Some(config) => json(store, config)?,
            None => None,
        };
        let known: Vec<String> = layers.by_ref().take(LAYERS).collect();
        let is_cut = layers.next().is_some();
        let root = document.as_ref().map(|config| member(config, "rootfs"));
        let diff_ids: Vec<String> = root
            .into_iter()
            .flat_map(|root| array(member(root, "diff_ids")))
            .filter_map(text)
            .collect();
        Ok(Self {
            manifest,
            config,
            diff_ids: match diff_ids.len() == known.len() {
                true => diff_ids,
                false => Vec::new(),
            },
            layers: known,
            is_cut,
        })
    }

    /// What tells whether two layers hold the same. It pairs layers, and never excuses one: layers
    /// of different files are compared whatever this says.
    pub(crate) fn layer_ids(&self) -> &[String] {
        match self.diff_ids.as_slice() {
            [] => &self.layers,
            ids => ids,
        }
    }
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
        for image in images.iter().take(IMAGES) {
            let layers = array(member(image, "Layers")).filter_map(text);
            let config = text(member(image, "Config"));
            found.push(Image::new(store, None, config, layers)?);
        }
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
            let layers = array(member(&document, "layers")).filter_map(blob);
            let config = blob(member(&document, "config"));
            found.push(Image::new(store, Some(name), config, layers)?);
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
            ..Image::default()
        };
        assert_eq!(images(&store).unwrap(), [expected]);
    }
}
