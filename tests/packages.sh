# Which packages of Debian or Ubuntu the two commands need, and how they get there. Sourced by ./run and ./test.

# need_packages run|test: installs what is missing, as root or by sudo; anybody else is told the one line to run.
need_packages() {
  local missing=() install
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
  # Letters are set in it, and the browser of the tests shows Chinese by it.
  [ -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ] || missing+=(fonts-noto-cjk)
  if [ "$1" = test ]; then
    command -v chromium >/dev/null || missing+=(chromium)
    command -v chromedriver >/dev/null || missing+=(chromium-driver)
    command -v fc-list >/dev/null || missing+=(fontconfig)
    command -v pdftotext >/dev/null || missing+=(poppler-utils)
  fi
  if [ "${#missing[@]}" = 0 ]; then
    refresh_package_list
    return 0
  fi
  # Without the ready-made cluster: the program makes its own.
  install="env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ${missing[*]}"
  echo "installing ${missing[*]} …"
  if [ "$(id -u)" = 0 ]; then
    mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] ||
      echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
    apt-get update -q && $install
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    sudo mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] ||
      echo 'create_main_cluster = false' | sudo tee /etc/postgresql-common/createcluster.conf >/dev/null
    sudo apt-get update -q && sudo $install
  else
    echo "please have an administrator run: apt-get install -y ${missing[*]}" >&2
    return 1
  fi
}

# The browser's compiler may come from Debian; apt has to know its packages for that. Once is enough.
refresh_package_list() {
  rustup target list --installed 2>/dev/null | grep -q wasm32 && return 0
  command -v apt-cache >/dev/null || return 0
  [ -n "$(apt-cache search --names-only '^libstd-rust-web-[0-9]' 2>/dev/null)" ] && return 0
  if [ "$(id -u)" = 0 ]; then apt-get update -q || true
  elif sudo -n true 2>/dev/null; then sudo apt-get update -q || true
  fi
}
