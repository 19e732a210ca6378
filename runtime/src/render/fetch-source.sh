# Fetches the build's context, and the project's assets beside it, and leaves nothing but files as the image should get them.
# Runs in the git image with a POSIX shell. Everything that differs between builds comes in variables, never in this text:
#   ROOT           where the repository is checked out
#   URL, COMMIT    the repository and the locked commit; both empty for a context without files
#   CONTEXT        the context's folder in it, empty for its root
#   ASSETS_URL, ASSETS_COMMIT, ASSETS_PATHS (one a line), ASSETS_FOLDER    the project's assets; ASSETS_COMMIT is empty without any
#   PAUSES         seconds to wait after each failed attempt
#   CREDENTIALS    a folder that may hold git-credentials, ssh-key, known_hosts and ca.crt
set -eu
umask 022
HOME=$(mktemp -d)
export HOME GIT_TERMINAL_PROMPT=0 GIT_CONFIG_NOSYSTEM=1 CREDENTIALS

if [ -f "$CREDENTIALS/git-credentials" ]; then
  # git's own store is a read-only mount here: answer `get` alone.
  git config --global credential.helper \
    '!f() { test "$1" != get || git credential-store --file "$CREDENTIALS/git-credentials" get; }; f'
fi
if [ -f "$CREDENTIALS/ssh-key" ]; then
  export GIT_SSH_COMMAND="ssh -i '$CREDENTIALS/ssh-key' -o IdentitiesOnly=yes -o BatchMode=yes \
    -o UserKnownHostsFile='$CREDENTIALS/known_hosts'"
fi
if [ -f "$CREDENTIALS/ca.crt" ]; then
  git config --global http.sslCAInfo "$CREDENTIALS/ca.crt"
fi

fail() {
  echo "coderc: $1" >&2
  exit 1
}

# A server may refuse a commit by its name alone: then all branches and tags are fetched, and the commit is among them.
fetch_commit() {
  for pause in ${PAUSES:-2 5 0}; do
    if git fetch -q --no-tags --depth=1 origin "$1" || git fetch -q --no-tags origin '+refs/*:refs/fetched/*'; then
      return 0
    fi
    sleep "$pause"
  done
  return 1
}

# checkout FOLDER URL COMMIT
checkout() {
  git init -q -- "$1"
  cd -- "$1"
  git remote add -- origin "$2"
  fetch_commit "$3" || fail "cannot fetch $2"
  git -c advice.detachedHead=false checkout -q --detach "$3" || fail "$2 has no commit $3"
  if [ -f .gitmodules ]; then
    git submodule --quiet update --init --recursive --depth=1 || fail "cannot fetch a submodule of $2"
  fi
  if git grep -q 'filter=lfs' "$3" -- ':(glob)**/.gitattributes'; then
    git lfs version >/dev/null 2>&1 || fail "$2 uses git-lfs, which the git image lacks"
    git lfs install --local >/dev/null && git lfs pull || fail "cannot fetch the LFS files of $2"
  fi
  cd /
}

# inside FOLDER PATH: no symbolic link leads PATH out of FOLDER, so nothing of this container gets into an image.
inside() {
  case "$(readlink -f -- "$2")/" in
    "$(readlink -f -- "$1")"/*) return 0 ;;
    *) return 1 ;;
  esac
}

if [ -n "$COMMIT" ]; then
  checkout "$ROOT" "$URL" "$COMMIT"
else
  mkdir -p -- "$ROOT" # a build that needs no files of a repository
fi
context=$ROOT${CONTEXT:+/$CONTEXT}
[ -d "$context" ] && inside "$ROOT" "$context" || fail "$URL has no folder $CONTEXT at $COMMIT"
find "$ROOT" -name .git -prune -exec rm -rf -- {} +
find "$context" -type d -name .coder -prune -exec rm -rf -- {} +

if [ -n "$ASSETS_COMMIT" ]; then
  project=$HOME/project
  checkout "$project" "$ASSETS_URL" "$ASSETS_COMMIT"
  rm -rf -- "$project/.git" "${context:?}/$ASSETS_FOLDER"
  printf '%s\n' "$ASSETS_PATHS" | while IFS= read -r path; do
    [ -e "$project/$path" ] && inside "$project" "$project/$path" || fail "$ASSETS_URL has no $path at $ASSETS_COMMIT"
    target=$context/$ASSETS_FOLDER/$path
    mkdir -p -- "$(dirname -- "$target")"
    cp -RP -- "$project/$path" "$target"
  done
fi

# Owner and mode are part of kaniko's keys for cached layers: 0/0 (who runs this), 0755 and 0644, as a laptop's archive has them.
find "$ROOT" -type d -exec chmod 0755 {} +
find "$ROOT" -type f -perm -100 -exec chmod 0755 {} +
find "$ROOT" -type f ! -perm -100 -exec chmod 0644 {} +
