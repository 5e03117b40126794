"""The Debian package of a build without sanitizers, and trees to try it in."""
import fcntl
import json
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


LATER_SQL = """CREATE TABLE later (id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL, code TEXT NOT NULL) STRICT;
INSERT INTO later SELECT id, ward, code FROM cases;
"""


def later_programs(build, folder):
    """The build's programs with a migration more, by name."""
    daemon = hotline.ROOT / "daemon"
    shutil.copy(daemon / "store_migrate.c", folder)
    (folder / "migrations.def").write_text(
        (daemon / "migrations.def").read_text() + "MIGRATION(later)\n")
    (folder / "later.sql").write_text(LATER_SQL)
    run("cmake", "-DSYMBOL=sql_later", f"-DFILE={folder}/later.sql",
        f"-DOUT={folder}/later.c", "-P", hotline.ROOT / "tests/embed.cmake")
    flags = next(c["command"].split(" -o ")[0] for c in json.loads(
        (build / "compile_commands.json").read_text())
        if c["file"] == str(daemon / "store_migrate.c"))
    ours = [f"{folder}/store_migrate.o", f"{folder}/later.o"]
    for o in ours:
        run("sh", "-c", f"{flags} -o {o} -c {o[:-1]}c", cwd=build)
    made = {}
    for name in ("hotlined", "hotlinectl"):
        link = run("ninja", "-t", "commands", name, cwd=build).splitlines()[-1]
        if "libstore.a" in link:
            made[name] = folder / name
            # Before the library, which then gives what is still missing.
            run("sh", "-c", link.replace(
                f" -o {name} ", f" {' '.join(ours)} -o {made[name]} "),
                cwd=build)
    return made


def later(package, folder):
    """The version after it: a table more, and some of /etc has changed."""
    files = folder / "later"
    run("dpkg-deb", "-R", package, files)
    control = files / "DEBIAN/control"
    control.write_text(re.sub(r"(?m)^(Version: .*)", r"\1+later",
                              control.read_text()))
    for name in ("hotlined.conf", "messages/vi.conf"):
        with open(files / "etc/hotlined" / name, "a") as conf:
            conf.write("# later\n")
    for name, program in later_programs(plain_build(), folder).items():
        (there,) = files.glob(f"usr/*bin/{name}")
        shutil.copy(program, there)
    run("dpkg-deb", "--root-owner-group", "-b", files, folder / "later.deb")
    return folder / "later.deb"


def tree(suite, packages, name="tree"):
    """A Debian tree, made once and kept beside the build."""
    if os.geteuid() != 0:
        pytest.skip("NO DEBIAN TREE: only root can make one")
    if shutil.which("mmdebstrap") is None:
        pytest.skip("NO DEBIAN TREE: mmdebstrap is missing")
    folder = plain_build() / f"{name}-{suite}"
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
