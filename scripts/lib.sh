# Shared by the scripts beside it: installs what is missing and builds what is stale. Sourced, never run.
# Expects ROOT, the checkout's top directory.

OSIER_JAR="$ROOT/agent/target/osier.jar"
OSIER_ARCHIVE="$ROOT/agent/target/osier.jsa"

say() { printf '%s\n' "$*" >&2; }

die() {
  say "osier: $*"
  exit 1
}

need_root() {
  [ "$(id -u)" = 0 ] || die "$(basename "$0"): this makes network namespaces: run it with sudo"
}

# install_missing COMMAND=PACKAGE ...: installs with apt the packages whose command is not there.
install_missing() {
  local pair missing=()
  for pair in "$@"; do
    command -v "${pair%%=*}" >/dev/null 2>&1 || [ -e "${pair%%=*}" ] || missing+=("${pair#*=}")
  done
  [ ${#missing[@]} -eq 0 ] && return
  [ "$(id -u)" = 0 ] || die "install: ${missing[*]} missing: run 'sudo apt-get install ${missing[*]}'"
  command -v apt-get >/dev/null || die "install: ${missing[*]} missing, and there is no apt-get here to install them"
  say "installing ${missing[*]} ..."
  # Another installer may hold the lock for a while (unattended upgrades on a fresh machine).
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq update >/dev/null ||
    say "apt-get update failed; trying with the package lists at hand"
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq install -y --no-install-recommends \
    "${missing[@]}" </dev/null >/dev/null || die "install: apt-get could not install ${missing[*]}"
}

install_build_tools() {
  install_missing javac=openjdk-17-jdk-headless mvn=maven
}

install_run_tools() {
  install_missing ip=iproute2 nft=nftables nsenter=util-linux setsid=util-linux
}

# The Java that commands run on, and since when it is what it is. Asked before every command, so one program has to do.
java_here() {
  { hash java && stat -Lc '%d %i %Y' "${BASH_CMDS[java]}" || :; } 2>/dev/null
}

# What the command is made of; a change in any of it makes the jar stale.
is_stale() {
  [ ! -e "$OSIER_JAR" ] || [ ! -e "$OSIER_ARCHIVE" ] || [ ! -e "$OSIER_ARCHIVE.java" ] ||
    [ "$(java_here)" != "$(<"$OSIER_ARCHIVE.java")" ] ||
    [ -n "$(find "$ROOT/pom.xml" "$ROOT/dataplane/pom.xml" "$ROOT/agent/pom.xml" \
      "$ROOT/dataplane/src/main" "$ROOT/agent/src/main" -newer "$OSIER_ARCHIVE" -print -quit)" ]
}

BENCH_JAR="$ROOT/bench/target/bench.jar"
BENCH_CLASS_PATH="$BENCH_JAR:$ROOT/bench/target/lib/*"

is_bench_stale() {
  [ ! -e "$BENCH_JAR" ] ||
    [ -n "$(find "$ROOT/pom.xml" "$ROOT/bench/pom.xml" "$ROOT/bench/src/main" "$ROOT/dataplane/src" "$ROOT/agent/src/main" \
      -newer "$BENCH_JAR" -print -quit)" ]
}

# Builds the measuring programs if they are stale. Two callers at once build once.
build_bench() {
  if is_bench_stale; then
    install_build_tools
    mkdir -p "$ROOT/bench/target"
    exec 9>"$ROOT/bench/target/.build.lock"
    flock 9
    if is_bench_stale; then
      say "building the benchmark ..."
      (cd "$ROOT" && mvn -B -q -DskipTests -Dspotless.check.skip=true -pl bench -am package </dev/null >&2) ||
        die "build: failed; the reasons are above"
      touch "$BENCH_JAR"
    fi
    exec 9>&-
  fi
  command -v java >/dev/null 2>&1 || install_missing java=openjdk-17-jdk-headless
}
