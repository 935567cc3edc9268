# A PostgreSQL of the tests' own, on a unix socket; its databases are thrown away.
# Sourced by ./test; never looks at DATABASE_URL. Deliberately absent: anything that a user's data could live in.

# start_test_server [durable]: sets TEST_DATABASE_URL (database `postgres`) and TEST_DATABASE_LOG, remembers how to stop.
# Only a durable one waits for its disk at each commit, as a real one does.
start_test_server() {
  local bin hash durability="-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
  if [ "${1:-}" = durable ]; then durability="-c fsync=on -c synchronous_commit=on -c full_page_writes=on"; fi
  bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
  [ -n "$bin" ] || { echo "no PostgreSQL server is installed: install the package postgresql" >&2; return 1; }
  hash=$(pwd -P | sha256sum | cut -c1-12)
  if [ "$(id -u)" = 0 ]; then
    test_server_base=/var/lib/qiancun/test-$hash
    test_server_socket=/run/qiancun/test-$hash
    test_server_as="runuser -u postgres --"
    mkdir -p /var/lib/qiancun /run/qiancun
    install -d -o postgres -g postgres -m 700 "$test_server_base" "$test_server_socket"
  else
    test_server_base=$(pwd -P)/target/test-postgres
    test_server_socket=/tmp/qiancun-test-$(id -u)-$hash
    test_server_as=""
    mkdir -p "$test_server_base" "$test_server_socket"
    chmod 700 "$test_server_base" "$test_server_socket"
  fi
  test_server_ctl="$test_server_as $bin/pg_ctl -D $test_server_base/cluster"
  stop_test_server
  $test_server_as rm -rf "$test_server_base/cluster"
  (cd / && $test_server_as "$bin/initdb" -D "$test_server_base/cluster" --username=qiancun --auth=trust --encoding=UTF8 \
    --locale=C.UTF-8 --no-sync >"/tmp/qiancun-initdb-$hash.log" 2>&1) || { cat "/tmp/qiancun-initdb-$hash.log" >&2; return 1; }
  (cd / && $test_server_ctl --wait --silent --log "$test_server_base/cluster/server.log" --options \
    "-c listen_addresses='' -c unix_socket_directories='$test_server_socket' -c unix_socket_permissions=0700 \
     $durability -c max_connections=200 -c shared_buffers=256MB \
     -c wal_level=minimal -c max_wal_senders=0" start </dev/null >/dev/null)
  TEST_DATABASE_URL="postgres://qiancun@$(printf %s "$test_server_socket" | sed 's,/,%2F,g')/postgres"
  TEST_DATABASE_LOG=$test_server_base/cluster/server.log
  export TEST_DATABASE_URL TEST_DATABASE_LOG
}

stop_test_server() {
  if [ -n "${test_server_ctl:-}" ] && [ -e "$test_server_base/cluster/postmaster.pid" ]; then
    (cd / && $test_server_ctl --mode=immediate --wait --silent stop >/dev/null 2>&1) || true
  fi
}
