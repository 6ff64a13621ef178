# Ends what belongs to the lab in the folder LAB, and removes it; a folder that is no lab is left alone. Sourced by lab.md.
if [ ! -e "$LAB/lab.env" ] && [ ! -e "$LAB/lab.env.partial" ]; then
  echo "$LAB is no lab, nothing to tear down"
else
  set -a
  if [ -e "$LAB/lab.env" ]; then . "$LAB/lab.env"; else . "$LAB/lab.env.partial"; fi
  set +a
  . sites/lab.sh
  site_customers_stop
  site_application_stop
  find "$LAB" -mindepth 2 -maxdepth 2 -name PG_VERSION -printf '%h\n' | while read -r folder; do
    site_database_stop "$(basename "$folder")" immediate
  done
  gpgconf --homedir "$LAB/gnupg" --kill all
  awk -v lab="$LAB/" 'index($2, lab) == 1 { print $2 }' /proc/mounts 2>/dev/null | while read -r mounted; do umount "$mounted"; done
  rm -rf -- "$LAB"
fi
