# PostgreSQL and application as services of systemd, as Debian and Ubuntu package them. Run on the database's machine, as root or as
# somebody who may sudo. What each function must do stands in docs/adapting.md. Change the values here, or give them by an environment file.
: "${CLUSTER:=15/main}"                               # version/name, as pg_lsclusters says
: "${SERVER_USER:=postgres}"
: "${PG_BIN:=/usr/lib/postgresql/${CLUSTER%/*}/bin}"
: "${APP_UNIT:=whatsapp-saas.service}"
: "${APP_RELEASES:=/opt/whatsapp-saas/releases}"        # a folder each; the link "current" beside it is what the unit starts
: "${WAL_ARCHIVE:=/var/backups/postgresql/wal_archive}"
: "${OFFSITE:=s3://your-bucket/backups/postgresql}"
: "${BACKUP_PASSPHRASE_FILE:=/etc/postgresql/backup.passphrase}"

_site_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n -- "$@"; fi; }
# `postgresql.service` is an umbrella over all clusters that stops nothing by itself; this is the one.
_site_unit() { echo "postgresql@${CLUSTER/\//-}.service"; }

_site_this_machine() {
  [ "${1:-primary}" = primary ] || { echo "this site file knows the server of this machine only; run it on the other one" >&2; return 1; }
}

site_as_server() {
  if [ "$(id -un)" = "$SERVER_USER" ]; then (cd / && "$@"); else (cd / && _site_root runuser -u "$SERVER_USER" -- "$@"); fi
}

site_data_directory() { _site_this_machine "$@" && echo "/var/lib/postgresql/$CLUSTER"; }
# Debian keeps postgresql.conf and pg_hba.conf here, so they are not in a base backup.
site_config_directory() { _site_this_machine "$@" && echo "/etc/postgresql/$CLUSTER"; }
site_database_log() { _site_this_machine "$@" && echo "/var/log/postgresql/postgresql-${CLUSTER/\//-}.log"; }
site_database_port() { _site_this_machine "$@" && pg_lsclusters -h "${CLUSTER%/*}" "${CLUSTER#*/}" | awk '{ print $3 }'; }

site_database_status() {
  _site_this_machine "$@" || return 1
  local status=0
  site_as_server "$PG_BIN/pg_ctl" -D "$(site_data_directory)" status >/dev/null 2>&1 || status=$?
  case $status in 0) echo running ;; 3 | 4) echo stopped ;; *) echo unknown ;; esac
}

site_database_stop() {
  _site_this_machine "$@" || return 1
  _site_root systemctl stop "$(_site_unit)"
  [ "$(site_database_status)" = stopped ] || { echo "$(_site_unit) is stopped, and its server is not" >&2; return 1; }
}

site_database_start() {
  _site_this_machine "$@" || return 1
  _site_root systemctl start "$(_site_unit)"
  [ "$(site_database_status)" = running ]
}

site_database_reload() { _site_this_machine "$@" && _site_root systemctl reload "$(_site_unit)"; }

site_fence() {
  local rules
  rules=$(site_config_directory "$@")/pg_hba.conf || return 1
  site_as_server test -e "$rules.open" || site_as_server cp -p "$rules" "$rules.open"
  printf '%s\n' "local all ${PGUSER:-postgres} peer" "host all ${PGUSER:-postgres} 127.0.0.1/32 scram-sha-256" | site_as_server tee "$rules" >/dev/null
  [ "$(site_database_status)" = stopped ] || site_database_reload
}

site_unfence() {
  local rules
  rules=$(site_config_directory "$@")/pg_hba.conf || return 1
  if site_as_server test -e "$rules.open"; then site_as_server mv "$rules.open" "$rules"; fi
  [ "$(site_database_status)" = stopped ] || site_database_reload
}

site_restore_command() { echo "cp \"$WAL_ARCHIVE/%f\" \"%p\""; }
site_wal_list() { site_as_server find "$WAL_ARCHIVE" -maxdepth 1 -type f -printf '%f %s\n' | sort; }

site_application_start() { _site_root systemctl start "$APP_UNIT"; }
site_application_stop() { _site_root systemctl stop "$APP_UNIT"; }
site_application_status() { if systemctl is-active --quiet "$APP_UNIT"; then echo running; else echo stopped; fi; }

site_application_deploy() {
  [ -d "$APP_RELEASES/$1" ] || { echo "there is no release $1 in $APP_RELEASES" >&2; return 1; }
  _site_root ln --symbolic --force --no-dereference "$APP_RELEASES/$1" "$(dirname "$APP_RELEASES")/current"
  _site_root systemctl restart "$APP_UNIT"
}

site_application_log() { _site_root journalctl --unit "$APP_UNIT" --since "$(date -d "$1" '+%Y-%m-%d %H:%M:%S')" --no-pager --output cat; }

# How clients find the database from now on is yours to write: a virtual address, a pooler's configuration, a DNS record.
site_traffic_to() { echo "site_traffic_to: write here how clients are sent to the $1" >&2; return 1; }

# Replicas are on other machines, and how they are reached is yours to write.
site_replication_source() { echo "host=$(hostname -f) port=$(site_database_port "$1") user=replicator"; }
site_rewind_source() { echo "host=$(hostname -f) port=$(site_database_port "$1") user=postgres dbname=postgres"; }
site_standby_rebuild() { echo "site_standby_rebuild: write here how $1 is made anew from $2" >&2; return 1; }

site_backups_list() { aws s3 ls "$OFFSITE/" | awk '{ print $4 }' | sed -n 's/\.tar\.gpg$//p' | sort; }

site_backup_store() {
  local name work
  name=$(basename "$1")
  work=$(mktemp -d)
  tar -C "$(dirname "$1")" -cf - "$name" | _site_gpg --symmetric --cipher-algo AES256 -z 0 -o "$work/$name.tar.gpg"
  (cd "$work" && sha256sum "$name.tar.gpg" >"$name.tar.gpg.sha256")
  aws s3 cp --only-show-errors "$work/$name.tar.gpg" "$OFFSITE/"
  aws s3 cp --only-show-errors "$work/$name.tar.gpg.sha256" "$OFFSITE/" # last: what has a checksum is whole
  rm "$work/$name.tar.gpg" "$work/$name.tar.gpg.sha256"
  rmdir "$work"
}

site_backup_fetch() {
  local name=$1 into=$2
  (umask 077 && mkdir -p "$into/.fetching")
  aws s3 cp --only-show-errors "$OFFSITE/$name.tar.gpg" "$into/.fetching/"
  aws s3 cp --only-show-errors "$OFFSITE/$name.tar.gpg.sha256" "$into/.fetching/"
  (cd "$into/.fetching" && sha256sum --check --strict --quiet "$name.tar.gpg.sha256")
  _site_gpg --decrypt "$into/.fetching/$name.tar.gpg" | tar -C "$into/.fetching" -xf -
  mv "$into/.fetching/$name" "$into/$name"
  rm "$into/.fetching/$name.tar.gpg" "$into/.fetching/$name.tar.gpg.sha256"
  rmdir "$into/.fetching"
}

_site_gpg() { gpg --batch --quiet --yes --pinentry-mode loopback --passphrase-file "$BACKUP_PASSPHRASE_FILE" "$@"; }
