#!/bin/sh
# archive-wal.sh SEGMENT INTO: the archive_command of PostgreSQL, %p and the path it gets in the archive.
#
# PostgreSQL calls it again whenever it did not hear that a segment was archived, also after a recovery. A segment that is there
# with the same content is therefore a success; one with other content belongs to another history and is never overwritten.
set -eu
segment=$1
into=$2
if [ -e "$into" ]; then
  cmp -s "$segment" "$into" && exit 0
  echo "archive-wal: $into is there with other content; it is left as it is" >&2
  exit 1
fi
part="$into.part.$$"
trap 'rm -f "$part"' EXIT
cp "$segment" "$part"
sync "$part"
mv "$part" "$into" # a name in the archive is a whole segment
