# The application in containers of docker compose, PostgreSQL as a service of the machine: where only the application differs from
# systemd.sh. What each function must do stands in docs/adapting.md.
: "${COMPOSE_FILE:=/opt/whatsapp-saas/docker-compose.yml}"
: "${APP_SERVICE:=app}"

. "$(dirname "${BASH_SOURCE[0]}")/systemd.sh"

_site_compose() { docker compose -f "$COMPOSE_FILE" "$@"; }

site_application_start() { _site_compose up --detach --wait "$APP_SERVICE"; }

site_application_stop() {
  _site_compose stop "$APP_SERVICE"
  [ "$(site_application_status)" = stopped ] || { echo "containers of $APP_SERVICE still run" >&2; return 1; }
}

site_application_status() { if [ -n "$(_site_compose ps --quiet --status running "$APP_SERVICE")" ]; then echo running; else echo stopped; fi; }

# The compose file names the image with the tag ${APP_RELEASE}.
site_application_deploy() { APP_RELEASE=$1 _site_compose up --detach --wait "$APP_SERVICE"; }

# Bounded: `logs --follow` would never end.
site_application_log() { _site_compose logs --no-color --no-log-prefix --since "$1" "$APP_SERVICE"; }
