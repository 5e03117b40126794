"""The Debian package of a build without sanitizers, and trees to try it in."""
import fcntl
import os
import pathlib
import re
import shutil
import subprocess

import pytest

import hotline


def plain_build():
    """BUILD, or build/ beside it; sanitized programs are not packaged."""
    for build in (hotline.BUILD, hotline.ROOT / "build"):
        program = build / "hotlined"
        if program.exists() and not re.search(
                rb"__(asan|tsan)_init", program.read_bytes()):
            return build
    pytest.skip("PACKAGE NOT TESTED: there is no build without sanitizers")


def run(*args, **more):
    done = subprocess.run(args, capture_output=True, text=True, **more)
    assert done.returncode == 0, f"{args}\n{done.stdout}{done.stderr}"
    return done.stdout


def make():
    """Path of the package of plain_build()."""
    for tool in ("dpkg-deb", "dpkg-shlibdeps", "cpack"):
        if shutil.which(tool) is None:
            pytest.skip(f"PACKAGE NOT TESTED: {tool} is missing")
    build = plain_build()
    with open(build / "package.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = run("cmake", "--build", build, "--target", "package")
    return pathlib.Path(re.search(r"package: (\S+\.deb) generated", said)[1])


def depends(package):
    """Names of what it needs, sorted."""
    said = run("dpkg-deb", "-f", package, "Depends")
    return sorted({d.split()[0] for d in said.split(", ")})


def older(package, folder):
    """The same package as a version before it."""
    run("dpkg-deb", "-R", package, folder / "old")
    control = folder / "old/DEBIAN/control"
    control.write_text(re.sub(r"(?m)^Version: .*", "Version: 0.0.9",
                              control.read_text()))
    run("dpkg-deb", "--root-owner-group", "-b", folder / "old",
        folder / "old.deb")
    return folder / "old.deb"


def tree(suite, packages):
    """A Debian tree, made once and kept beside the build."""
    if os.geteuid() != 0:
        pytest.skip("NO DEBIAN TREE: only root can make one")
    if shutil.which("mmdebstrap") is None:
        pytest.skip("NO DEBIAN TREE: mmdebstrap is missing")
    folder = plain_build() / f"tree-{suite}"
    mark = folder / "etc/hotlined-tree"
    with open(f"{folder}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if mark.exists() and mark.read_text() == packages:
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        done = subprocess.run(
            ["mmdebstrap", "--quiet", "--variant=minbase",
             "--include=" + ",".join(packages.split()), suite, folder],
            capture_output=True, text=True)
        if done.returncode != 0:
            shutil.rmtree(folder, ignore_errors=True)
            pytest.skip(f"NO DEBIAN TREE: {done.stderr[-300:]}")
        mark.write_text(packages)
    return folder
