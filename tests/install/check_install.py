# SPDX-License-Identifier: Apache-2.0
"""What meson install installs is complete, can be moved, and serves programs outside the tree.

usage: check_install.py MESON BUILD_ROOT SOURCE_ROOT KIND...

KIND are the kinds of library that this build makes: shared, static. The build is installed to a folder of
its own (DESTDIR), which is what a packager does, and used from there: so no path may be one of this tree.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "abi"))
from tap import Results

QUESTION = ["default/cat", "80"]

CMAKE = """\
cmake_minimum_required(VERSION 3.10)
project(consumer C CXX)
set(CMAKE_CXX_STANDARD %(standard)s)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
%(block)s
add_executable(reachable reachable.cpp)
target_link_libraries(reachable PRIVATE %(target)s)
"""


def run(*command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)


def complaints(done):
    return [] if done.returncode == 0 else [f"exit status {done.returncode}", *(done.stdout + done.stderr).splitlines()]


class Installed:
    """A build, installed to a folder; the prefix is below it."""

    def __init__(self, meson, build, root, kinds, scratch):
        self.root, self.build, self.kinds, self.scratch = root, build, kinds, scratch
        self.destination = scratch / "installed"
        self.done = run(meson, "install", "-C", build, "--no-rebuild", "--destdir", self.destination)
        commands = list(self.destination.rglob("bin/calpol"))
        self.prefix = commands[0].parent.parent if commands else self.destination
        modules = list(self.prefix.rglob("pkgconfig/calpol.pc"))
        self.library = modules[0].parent.parent if modules else self.prefix / "lib"
        self.version = re.search(r'CALPOL_VERSION "(.*)"',
                                 (root / "include/calpol/base.h").read_text(encoding="utf-8")).group(1)

    def package_config(self, *arguments):
        environment = dict(os.environ, PKG_CONFIG_PATH=str(self.library / "pkgconfig"))
        done = run("pkg-config", f"--define-variable=prefix={self.prefix}", *arguments, "calpol", env=environment)
        return done.stdout.split()

    def question(self):
        cat = self.root / "examples" / "cat"
        return [*QUESTION, cat / "cluster.yaml", cat / "allow-cat.yaml"]


def check_files(results, installed):
    major_minor = ".".join(installed.version.split(".")[:2])
    expected = {"bin/calpol", "share/man/man1/calpol.1", "share/man/man3/libcalpol.3",
                "share/man/man5/calpol-flow.5", "share/bash-completion/completions/calpol",
                "share/zsh/site-functions/_calpol", "share/fish/vendor_completions.d/calpol.fish",
                "share/doc/calpol/README.md", "share/doc/calpol/docs/embedding.md",
                "share/doc/calpol/docs/spec/evaluation.md", "share/doc/calpol/examples/evaluate.c"}
    library = str(installed.library.relative_to(installed.prefix))
    expected |= {f"{library}/pkgconfig/calpol.pc", f"{library}/cmake/calpol/calpol-config.cmake",
                 f"{library}/cmake/calpol/calpol-config-version.cmake"}
    if "shared" in installed.kinds:
        expected |= {f"{library}/libcalpol.so", f"{library}/libcalpol.so.{major_minor}",
                     f"{library}/libcalpol.so.{installed.version}"}
    if "static" in installed.kinds:
        expected.add(f"{library}/libcalpol.a")
    headers = (installed.root / "include" / "calpol").glob("*.h")
    expected |= {f"include/calpol/{path.name}" for path in headers}
    missing = [name for name in sorted(expected) if not (installed.prefix / name).exists()]
    results.check("library, headers, command, manuals, pages and completions are there",
                  complaints(installed.done) or missing)


def check_python(results, installed):
    sources = {path.name for path in (installed.root / "bindings/python/calpol").glob("*.py")}
    folders = [path.parent for path in installed.destination.rglob("calpol/_abi.py")]
    name = "the Python package is complete, and finds the library"
    if not folders:
        results.skip(name, "this build does not install it")
        return
    missing = [f"there is no {source}" for source in sorted(sources | {"py.typed"})
               if not (folders[0] / source).exists()]
    place = f"/{folders[0].parent.relative_to(installed.destination)}"
    prefix = f"/{installed.prefix.relative_to(installed.destination)}/"
    places = [entry for entry in sys.path if entry.startswith(prefix) and entry.endswith("-packages")]
    if places and place not in places:
        missing.append(f"it is in {place}, but Python looks in {', '.join(places)}")
    if missing or "shared" not in installed.kinds:
        results.check(name, missing)
        return
    environment = {key: value for key, value in os.environ.items() if key != "CALPOL_LIBRARY"}
    environment.pop("LD_LIBRARY_PATH", None)
    environment.update(PYTHONPATH=str(folders[0].parent), PYTHONDONTWRITEBYTECODE="1")
    cat = installed.root / "examples" / "cat"
    code = (f"import calpol; r = calpol.load({str(cat / 'cluster.yaml')!r}); "
            "print(r.evaluate(source='default/cat', destination='192.0.2.1').allowed)")
    done = run(sys.executable, "-c", code, env=environment, cwd=installed.scratch)
    results.check(name, complaints(done) or ([] if done.stdout == "True\n" else [done.stdout]))


def check_no_paths(results, installed):
    """Nothing that a reader would follow leads back into this tree or to where it was built."""
    roots = [str(installed.root).encode(), str(installed.build).encode(), str(installed.destination).encode()]
    faults = []
    for path in sorted(path for path in installed.destination.rglob("*") if path.is_file()):
        content = path.read_bytes()
        if not content.startswith((b"\x7fELF", b"!<arch>")):
            faults += [f"{path.name} names {root.decode()}" for root in roots if root in content]
    results.check("no installed text names the tree or the build", faults)


def check_sizes(results, installed):
    """As released: a debug build is for those who asked for it."""
    limits = {f"libcalpol.so.{installed.version}": 1536, "libcalpol.a": 4096, "calpol": 512}
    faults = []
    for path in (*installed.library.glob("libcalpol.*"), installed.prefix / "bin" / "calpol"):
        limit = limits.get(path.name)
        if limit and not path.is_symlink() and path.stat().st_size > limit * 1024:
            faults.append(f"{path.name} has {path.stat().st_size // 1024} KiB, expected at most {limit}")
    results.check("what is installed is small", faults)


def check_command(results, installed):
    """From where it lies now, without help from the environment."""
    environment = {key: value for key, value in os.environ.items() if key != "LD_LIBRARY_PATH"}
    done = run(installed.prefix / "bin" / "calpol", "--version", env=environment)
    results.check("the command finds its library",
                  complaints(done) or ([] if done.stdout == f"calpol {installed.version}\n" else [done.stdout]))


def answers(program, installed):
    environment = dict(os.environ, LD_LIBRARY_PATH=str(installed.library))
    done = run(program, *installed.question(), env=environment)
    expected = "pod:catfacts/db: deny by np:default/platform.cat\n"
    return complaints(done) or ([] if expected in done.stdout else done.stdout.splitlines())


def is_linked(program, shared):
    needed = "libcalpol.so" in run("readelf", "-d", program).stdout
    return [] if needed == shared else [f"{'is not' if shared else 'is'} linked with the shared library"]


def check_package_config(results, installed, kind, compiler, standard, source):
    name = f"{source.name} as {standard} by pkg-config, {kind}"
    if not shutil.which(compiler) or not shutil.which("pkg-config"):
        results.skip(name, f"there is no {compiler} or no pkg-config")
        return
    static = ["-static"] if kind == "static" else []
    if static and os.path.sep not in run(compiler, "-print-file-name=libyaml.a").stdout:
        results.skip(name, "there is no static libyaml")
        return
    shutil.copy(source, installed.scratch / source.name)
    program = installed.scratch / "program"
    done = run(compiler, f"-std={standard}", "-Wall", "-Wextra", "-Werror", *static, installed.scratch / source.name,
               *installed.package_config("--cflags", "--libs", *(["--static"] if static else [])), "-o", program)
    faults = complaints(done) or is_linked(program, kind == "shared")
    if not faults and source.suffix == ".cpp":
        faults = answers(program, installed)
    results.check(name, faults)


def cmake_block(root):
    """As docs/embedding.md shows it, with the program it adds left out."""
    page = (root / "docs/embedding.md").read_text(encoding="utf-8")
    block = re.search(r"^```cmake\n(.*?)^```$", page, re.M | re.S).group(1)
    return "\n".join(line for line in block.splitlines() if "program" not in line)


def configure(installed, text, folder):
    project = installed.scratch / folder
    project.mkdir()
    (project / "CMakeLists.txt").write_text(text, encoding="utf-8")
    shutil.copy(installed.root / "examples/reachable.cpp", project)
    return project, run("cmake", "-S", project, "-B", project / "build", f"-DCMAKE_PREFIX_PATH={installed.prefix}")


def check_cmake(results, installed, kind, standard):
    name = f"reachable.cpp as C++{standard} by CMake, {kind}"
    target = {"shared": "calpol::calpol", "static": "calpol::static"}[kind]
    text = CMAKE % {"standard": standard, "block": cmake_block(installed.root), "target": target}
    project, done = configure(installed, text, f"{kind}-{standard}")
    faults = complaints(done) or complaints(run("cmake", "--build", project / "build"))
    program = project / "build" / "reachable"
    results.check(name, faults or is_linked(program, kind == "shared") or answers(program, installed))


def check_cmake_versions(results, installed):
    major, minor = (int(number) for number in installed.version.split(".")[:2])
    wrong = [f"{major}.{minor + 1}", f"{major + 1}.0", *([f"{major}.{minor - 1}"] if minor and not major else [])]
    faults = []
    for number, version in enumerate([installed.version, *wrong]):
        text = f"cmake_minimum_required(VERSION 3.10)\nproject(p C)\nfind_package(calpol {version} REQUIRED)\n"
        _, done = configure(installed, text, f"version-{number}")
        if (done.returncode == 0) != (version == installed.version):
            faults.append(f"find_package(calpol {version}): exit status {done.returncode}")
    results.check("CMake takes this version and no other series", faults)


def main():
    meson, build, root, kinds = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]), sys.argv[4:]
    results = Results()

    with tempfile.TemporaryDirectory() as scratch:
        installed = Installed(meson, build, root, [kind for kind in kinds if kind != "release"], pathlib.Path(scratch))
        check_files(results, installed)
        check_python(results, installed)
        check_no_paths(results, installed)
        if "release" in kinds:
            check_sizes(results, installed)
        check_command(results, installed)
        for kind in installed.kinds:
            check_package_config(results, installed, kind, "cc", "c11", root / "examples/evaluate.c")
            check_package_config(results, installed, kind, "g++", "c++11", root / "examples/reachable.cpp")
            check_package_config(results, installed, kind, "g++", "c++17", root / "examples/reachable.cpp")
            for standard in ("11", "17"):
                if shutil.which("cmake") and shutil.which("g++"):
                    check_cmake(results, installed, kind, standard)
                else:
                    results.skip(f"C++{standard} by CMake, {kind}", "there is no cmake or no g++")
        if shutil.which("cmake"):
            check_cmake_versions(results, installed)
    results.finish()


main()
