//! The real file system and the model of it behave alike.

use std::io;
use std::path::Path;

use super::model::ModelDisk;
use super::*;

/// Runs on a real file system and on the model.
fn check(disk: &dyn Disk, root: &Path) {
    let folder = root.join("a/b");
    create_folders(disk, &folder).expect("made");
    create_folders(disk, &folder).expect("made before");
    let path = folder.join("x");
    write_whole(disk, &path, b"first").expect("written");
    write_whole(disk, &path, b"second").expect("replaced");
    let file = disk.open(&path).expect("there");
    write_whole(disk, &path, b"3").expect("replaced");
    assert_eq!(file.read_at(2, 100).expect("read"), b"cond", "an open file stays what it was");
    assert_eq!(file.read_at(100, 1).expect("read"), b"");
    assert!(disk.create(&path).is_err_and(|error| error.kind() == io::ErrorKind::AlreadyExists));
    let mut file = disk.append_to(&path).expect("there");
    file.append(b"45").expect("written");
    file.sync().expect("synced");
    assert_eq!(disk.open(&path).expect("there").length().expect("known"), 3);
    assert_eq!(disk.list(&folder).expect("there"), [Listed { name: "x".to_owned(), length: 3 }]);
    disk.rename(&path, &folder.join("y")).expect("renamed");
    assert!(disk.open(&path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound));
    disk.remove(&folder.join("y")).expect("removed");
    disk.sync_folder(&folder).expect("synced");
    assert_eq!(disk.list(&folder).expect("there"), []);
    assert_eq!(disk.list(root).expect("there"), [], "folders are left out");
}

#[test]
fn real_files_and_the_model_do_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    check(&RealDisk, folder.path());
    check(&ModelDisk::default(), Path::new("/state"));
}
