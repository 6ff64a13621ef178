# How the lab stops, starts and checks its database and its application; sourced by the runbooks. What each function must do stands in
# docs/adapting.md. The values come from the environment file that lab.md writes: LAB, PG_BIN, SERVER_USER, the ports.

# Runs a command as the user that owns the server's files: PostgreSQL refuses root.
site_as_server() {
  if [ "$(id -un)" = "$SERVER_USER" ]; then (cd / && "$@"); else (cd / && runuser -u "$SERVER_USER" -- "$@"); fi
}

site_data_directory() { echo "$LAB/${1:-primary}"; }
site_config_directory() { site_data_directory "$@"; }
site_database_log() { echo "$LAB/${1:-primary}.log"; }

site_database_port() {
  case ${1:-primary} in
    primary) echo "$PRIMARY_PORT" ;;
    standby) echo "$STANDBY_PORT" ;;
    *) echo "the lab has no server \"$1\"" >&2; return 1 ;;
  esac
}

site_database_status() {
  local node=${1:-primary} status=0
  site_as_server "$PG_BIN/pg_ctl" -D "$LAB/$node" status >/dev/null 2>&1 || status=$?
  case $status in 0) echo running ;; 3 | 4) echo stopped ;; *) echo unknown ;; esac
}

site_database_stop() {
  local node=${1:-primary} mode=${2:-fast}
  # One that was just killed may still be listed, and cannot be told to stop: what counts is that it does not run.
  [ "$(site_database_status "$node")" = stopped ] || site_as_server "$PG_BIN/pg_ctl" -D "$LAB/$node" -s -w -t 20 -m "$mode" stop || true
  for _ in $(seq 100); do
    [ "$(site_database_status "$node")" = stopped ] && return 0
    sleep 0.1
  done
  echo "the server of $LAB/$node does not stop" >&2
  return 1
}

# The port and socket stand on the command line, so that a folder that was copied from another server still starts as this one.
site_database_start() {
  local node=${1:-primary} port
  port=$(site_database_port "$node")
  site_as_server "$PG_BIN/pg_ctl" -D "$LAB/$node" -s -w -t 60 -l "$LAB/$node.log" \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$LAB/run" start
}

site_database_reload() { site_as_server "$PG_BIN/pg_ctl" -D "$LAB/${1:-primary}" -s reload; }

# Fenced: nobody but the superuser gets in, and only over the socket or from this machine. It holds over a restart.
site_fence() {
  local rules=$LAB/${1:-primary}/pg_hba.conf
  [ -e "$rules.open" ] || site_as_server cp -p "$rules" "$rules.open"
  printf '%s\n' "local all $PGUSER scram-sha-256" "host all $PGUSER 127.0.0.1/32 scram-sha-256" | site_as_server tee "$rules" >/dev/null
  [ "$(site_database_status "${1:-primary}")" = stopped ] || site_database_reload "${1:-primary}"
}

site_unfence() {
  local rules=$LAB/${1:-primary}/pg_hba.conf
  [ ! -e "$rules.open" ] || site_as_server mv "$rules.open" "$rules"
  [ "$(site_database_status "${1:-primary}")" = stopped ] || site_database_reload "${1:-primary}"
}

# How a server reaches another one: to follow it, and to be rewound to it.
site_replication_source() { echo "host=127.0.0.1 port=$(site_database_port "$1") user=replicator passfile=$LAB/server.pgpass"; }
site_rewind_source() { echo "host=127.0.0.1 port=$(site_database_port "$1") user=postgres dbname=postgres passfile=$LAB/server.pgpass"; }

# What a restored server needs to read the archive, and what is in there.
site_restore_command() { echo "cp \"$WAL_ARCHIVE/%f\" \"%p\""; }
site_wal_list() { (cd "$WAL_ARCHIVE" && find . -maxdepth 1 -type f -printf '%f %s\n' | sort); }

_site_pid() { cat "$LAB/$1.pid" 2>/dev/null || echo 0; }
_site_alive() { [ "$(_site_pid "$1")" != 0 ] && grep -qF "$LAB_PROGRAMS/$1.mjs" "/proc/$(_site_pid "$1")/cmdline" 2>/dev/null; }

_site_start_program() {
  _site_alive "$1" && return 0
  LAB="$LAB" APP_PORT="$APP_PORT" APP_ROLE="$APP_ROLE" DATABASE="$DATABASE" ADMIN_TOKEN="$ADMIN_TOKEN" PGPASSFILE="$PGPASSFILE" \
    WRITES_PER_SECOND="$WRITES_PER_SECOND" setsid node "$LAB_PROGRAMS/$1.mjs" </dev/null >>"$LAB/$1.log" 2>&1 &
  echo $! >"$LAB/$1.pid"
}

_site_stop_program() {
  local pid
  _site_alive "$1" || return 0
  pid=$(_site_pid "$1")
  kill "$pid"
  for _ in $(seq 50); do
    _site_alive "$1" || return 0
    sleep 0.1
  done
  kill -KILL "$pid"
}

# The customers are the lab's alone: they book whether or not anybody answers.
site_customers_start() { _site_start_program clients; }
site_customers_stop() { _site_stop_program clients; }

site_application_start() {
  _site_start_program app
  for _ in $(seq 100); do
    curl -s -o /dev/null --max-time 5 "$APP_URL/" && return 0
    sleep 0.1
  done
  echo "the application does not answer at $APP_URL" >&2
  return 1
}
site_application_stop() { _site_stop_program app; }
site_application_status() { if _site_alive app; then echo running; else echo stopped; fi; }

# Another release of it: a folder of LAB/releases.
site_application_deploy() {
  local program
  for program in "$LAB/releases/$1"/*.mjs; do cp "$program" "$LAB_PROGRAMS/"; done
  site_application_stop
  site_application_start
  echo "$1" >"$LAB/release"
}

# What it wrote to its log since a moment (ISO 8601, UTC).
site_application_log() { awk -v since="$1" '$1 >= since' "$LAB/app.log"; }

# Makes NODE a standby of the server FROM anew: what it had is gone, also its slot there.
site_standby_rebuild() {
  local node=$1 from=$2
  site_database_stop "$node" immediate
  site_as_server find "$LAB/$node" -mindepth 1 -delete
  psql -X -q -v ON_ERROR_STOP=1 -p "$(site_database_port "$from")" -d postgres -o /dev/null \
    -c "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = '$node' and not active"
  site_as_server pg_basebackup -D "$LAB/$node" -R -X stream -c fast -C -S "$node" --no-sync \
    -d "$(site_replication_source "$from") application_name=$node"
  site_database_start "$node"
}

# Where the application finds its database from now on: the stand-in for a virtual address or a pooler.
site_traffic_to() {
  echo "127.0.0.1 $(site_database_port "$1")" >"$LAB/service.new"
  mv "$LAB/service.new" "$LAB/service"
}

# Backups off the machine: encrypted, each as one file with its checksum.
site_backups_list() { (cd "$OFFSITE" && find . -maxdepth 1 -name '*.tar.gpg' -printf '%f\n' | sed 's/\.tar\.gpg$//' | sort); }

site_backup_store() {
  local name part
  name=$(basename "$1")
  part=$OFFSITE/.$name.part
  # The passphrase is 192 random bits, which need no stretching; for it gpg would first measure how fast this machine is.
  tar -C "$(dirname "$1")" -cf - "$name" | _site_gpg --symmetric --cipher-algo AES256 --s2k-count 65536 -z 0 -o "$part"
  mv "$part" "$OFFSITE/$name.tar.gpg"
  (cd "$OFFSITE" && sha256sum "$name.tar.gpg" >"$name.tar.gpg.sha256")
}

# Whole or not at all: a folder of this name is there only after everything was fetched, decrypted and unpacked.
site_backup_fetch() {
  local name=$1 into=$2
  (cd "$OFFSITE" && sha256sum --check --strict --quiet "$name.tar.gpg.sha256")
  mkdir -p "$into/.fetching"
  _site_gpg --decrypt "$OFFSITE/$name.tar.gpg" | tar -C "$into/.fetching" -xf -
  mv "$into/.fetching/$name" "$into/$name"
  rmdir "$into/.fetching"
}

_site_gpg() {
  mkdir -p -m 700 "$LAB/gnupg"
  gpg --homedir "$LAB/gnupg" --batch --quiet --yes --pinentry-mode loopback --passphrase-file "$LAB/backup.passphrase" "$@"
  gpgconf --homedir "$LAB/gnupg" --kill gpg-agent
}
