import {describe, expect, test} from "vitest";
import {assessShell, isPlain} from "../../../../src/runtime/kinds/bash/guard/guard.ts";

const destructive: readonly string[] = [
  "rm -r x",
  'rm -fr -- "$DIR"',
  "rm --recursive x",
  "rm x -R",
  "/bin/rm -rf /tmp/x",
  "\\rm -rf x",
  '"rm" -rf x',
  "r\\m -rf x",
  "$'rm' -rf x",
  "if rm -r x; then :; fi",
  'for f in *; do rm -r "$f"; done',
  "cleanup() { rm -rf x; }",
  "X=$(rm -r x)",
  'echo "$(rm -r x)"',
  "export X=$(rm -r x)",
  "cat <(rm -r x)",
  "[[ -d x ]] && rm -r x",
  "! rm -r x",
  "time rm -r x",
  "rm -r x &",
  "{ rm -r x; } > log",
  "(rm -r x)",
  "case $X in a) rm -r x;; esac",
  'while read -r f; do rm -r "$f"; done < list',
  "A=1 rm -r x",
  "ls |\n  xargs rm -rf",
  "shred -u key",
  "dd if=/dev/zero of=/dev/sda bs=1M",
  "mkfs.ext4 /dev/sdb1",
  "mkfs -t ext4 /dev/sdb1",
  "wipefs -a /dev/sdb",
  "cat image > /dev/sdb",
  "gunzip -c image.gz | tee /dev/nvme0n1",
  "mv /var/lib/postgresql/15/main /var/lib/postgresql/15/main.backup",
  'mv "$PGDATA" "$PGDATA.old"',
  'rm "${PGDATA}/postmaster.pid"',
  "rm /var/lib/postgresql/15/main/pg_wal/0001",
  "rsync -a --delete a/ b/",
  "find . -name '*.bak' -delete",
  "find /backup -mtime +7 -exec rm -rf {} \\;",
  "find . -execdir sudo rm -r {} +",
  "truncate -s 0 log",
  "git reset --hard",
  "git clean -fdx",
  "crontab -r",
  "dropdb shop",
  "sudo -u postgres dropdb --if-exists shop",
  "dropuser x",
  "pg_dropcluster 15 main",
  "pg_ctl stop -m immediate -D data",
  "pg_ctl -D data -m i stop",
  "pg_ctl promote -D data",
  "pg_ctlcluster 15 main promote",
  "pg_resetwal data",
  "pg_rewind --target-pgdata=data --source-server=x",
  "pg_restore --clean -d shop dump",
  "pg_restore -cd shop dump",
  "pgbackrest --stanza=main restore",
  "patronictl failover --force",
  "systemctl stop postgresql",
  "systemctl --now disable postgresql",
  "service postgresql stop",
  "/etc/init.d/postgresql stop",
  "shutdown -h now",
  "kill -9 $PID",
  "kill -s KILL 1",
  "pkill postgres",
  "docker rm -f db",
  "docker volume rm data",
  "docker system prune -af",
  "docker compose -f x.yml down -v",
  "docker-compose -f /opt/whatsapp-saas/docker-compose.yml stop app",
  "docker exec db psql -U postgres -c 'drop database shop'",
  "docker exec -i -u postgres db dropdb shop",
  "docker compose exec -T db psql -c 'TRUNCATE a'",
  "docker run --rm -v x:/x alpine rm -rf /x/data",
  "kubectl delete pod x",
  "kubectl -n db exec -it pg-0 -c db -- psql -c 'drop table x'",
  "kubectl scale deploy/app --replicas=0",
  "helm uninstall x",
  "aws s3 rm s3://bucket --recursive",
  "aws --profile prod rds delete-db-instance --db-instance-identifier x",
  "aws s3 sync a s3://b --delete",
  "gcloud sql instances delete x",
  "gsutil -m rm -r gs://x",
  "terraform destroy -auto-approve",
  "curl -X DELETE http://x/y",
  "psql -c 'DROP DATABASE shop'",
  'psql -h DB_HOST -U postgres -c "DROP DATABASE IF EXISTS whatsapp_saas;"',
  "psql -Xqc 'delete from messages'",
  "psql --command='truncate a'",
  "psql --command 'update a set b = 1'",
  'psql -c "DROP TABLE $TABLE"',
  "psql -c 'select 1' -c 'drop table x'",
  "psql <<EOF\nselect 1;\nDROP TABLE a;\nEOF",
  "psql -d shop <<'EOF'\nDELETE FROM a;\nEOF",
  "psql <<EOF -d shop\nDELETE FROM a;\nEOF",
  "psql <<< 'drop table a'",
  "echo 'drop table a' | psql shop",
  "printf 'drop table %s;' a | psql shop",
  "cat <<EOF | psql shop\ndrop table a;\nEOF",
  "sudo -u postgres psql shop <<EOF\ndrop table a;\nEOF",
  "PSQL='psql -X -v ON_ERROR_STOP=1'\n$PSQL -c 'drop table a'",
  "sudo rm -r x",
  "sudo -u postgres -- rm -r x",
  "sudo PGPORT=5433 dropdb x",
  "env -i PATH=/bin rm -r x",
  "env -u X A=b rm -r x",
  "nohup nice -n 5 rm -r x &",
  "timeout -k 5 10s rm -r x",
  "timeout 10 dropdb x",
  "xargs -0 -n 1 rm -r",
  "xargs -I{} psql -c 'drop table {}'",
  "stdbuf -oL rm -r x",
  "setsid rm -r x",
  "exec rm -r x",
  "command rm -r x",
  "builtin command rm -r x",
  "flock /tmp/lock rm -r x",
  "flock /tmp/lock -c 'rm -r x'",
  "chroot /mnt rm -r x",
  "bash -c 'rm -r x'",
  "bash -euo pipefail -c 'cd x\nrm -r y'",
  'sh -ec "rm -r $X"',
  "eval 'rm -r x'",
  "eval rm -r x",
  "su - postgres -c 'dropdb x'",
  "su -c 'dropdb x' postgres",
  "runuser -u postgres -- dropdb x",
  "runuser postgres -c 'dropdb x'",
  "ssh host rm -rf /data",
  'ssh -p 22 -i key user@host "sudo systemctl stop postgresql"',
  "ssh host <<EOF\nsudo rm -rf /data\nEOF",
  "ssh host 'bash -s' <<'EOF'\nrm -rf /data\nEOF",
  "bash <<'EOF'\nrm -r x\nEOF",
  "echo 'rm -r x' | sh",
  "trap 'rm -rf \"$tmp\"' EXIT",
  "alias nuke='rm -rf'",
  "watch -n 1 'dropdb x'",
  'bash -c "sudo bash -c \'ssh h \\"rm -r x\\"\'"'
];

const unknown: readonly string[] = [
  "$CMD x",
  '"$CMD" x',
  "${tools[0]} x",
  '"${command[@]}"',
  '"$(which rm)" x',
  "`echo rm` x",
  "sudo $CMD",
  "xargs $CMD",
  'eval "$x"',
  'bash -c "$x"',
  'ssh host "$x"',
  "curl -s http://x | bash",
  "cat script | ssh host bash",
  "bash < script",
  'psql -c "$SQL"',
  "psql -f restore.sql",
  "psql < restore.sql",
  "gunzip -c dump.sql.gz | psql shop",
  "psql <<EOF\n\\i other.sql\nEOF",
  "psql <<A; cat <<B\n\\i other.sql\nA\nselect 1\nB",
  "psql -c 'this is no sql'",
  "{ psql; } <<< 'drop table a'"
];

const harmless: readonly string[] = [
  "",
  "echo hi",
  'echo "rm -rf /"',
  "echo rm -rf /",
  "echo 'psql -c \"drop table x\"'",
  "# rm -rf /",
  "ls # && rm -rf x",
  "cat <<EOF\nrm -rf /\nEOF",
  "cat <<'EOF' > notes.sql\ndrop table x;\nEOF",
  "grep -r 'rm -r' .",
  "rm x",
  "rm -f /tmp/x",
  "rm -f -- -r",
  "rmdir x",
  "mv a b",
  "mv dump.sql /var/lib/postgresql/",
  "cp a b",
  "find . -name x",
  "find . -exec grep x {} +",
  "dd if=x of=/dev/null",
  "echo x > /dev/null 2>&1",
  "echo x >/dev/stderr",
  "createdb restored",
  "pg_dump -Fc shop > shop.dump",
  "pg_restore --list shop.dump",
  "pg_restore -d restored shop.dump",
  "pg_ctl status -D data",
  "pg_ctl start -D data -l log",
  "pg_isready",
  "systemctl status postgresql",
  "systemctl start postgresql",
  "docker ps",
  "docker run --rm alpine echo hi",
  "docker logs -f app",
  "docker-compose -f x.yml up -d app",
  "kubectl get pods",
  "kubectl exec pg-0 -- psql -c 'select 1'",
  "aws s3 ls s3://bucket --recursive",
  "aws s3 cp a s3://b",
  "git status",
  "curl -f http://localhost/healthz",
  'curl -X POST http://localhost/webhook -d \'{"test": "DELETE"}\'',
  "psql -c 'select count(*) from messages'",
  "psql -Atc \"select 'drop table x'\"",
  'psql -c "select * from a where id = $ID"',
  "psql -c \"select * from a where name = '$NAME'\"",
  "psql <<EOF\nselect * from a where id = $ID;\nEOF",
  "psql --version",
  "psql -l",
  "sudo -u postgres psql -c 'select 1'",
  "timeout 10 sleep 1",
  "bash -c 'echo hi'",
  "bash script.sh",
  "ssh host uptime",
  "kill $PID",
  "kill -0 1",
  "command -v rm",
  "trap - EXIT",
  "trap 'rm -f x' EXIT",
  'X="rm -r"; echo "$X"',
  'while read -r l; do echo "$l"; done < list',
  "test -f rm",
  "source env.sh",
  'VAR="$(date)"\necho "$VAR"',
  "terraform plan",
  "watch -n 1 df"
];

describe("a cell is destructive", () => {
  for (const source of destructive)
    test(JSON.stringify(source), async () => expect((await assessShell(source, [])).verdict).toBe("destructive"));
});
describe("nobody can know what a cell executes", () => {
  for (const source of unknown) test(JSON.stringify(source), async () => expect((await assessShell(source, [])).verdict).toBe("unknown"));
});
describe("a cell is harmless", () => {
  for (const source of harmless)
    test(JSON.stringify(source), async () => expect(await assessShell(source, [])).toMatchObject({verdict: "harmless", reasons: []}));
});

test("a text that is judged harmless without the parser is none of the others", () => {
  for (const source of [...destructive, ...unknown]) expect([source, isPlain(source)]).toEqual([source, false]);
});
test("an everyday cell does not need the parser", () => {
  for (const source of ["echo hi", "ls -lh /var/backups", 'X=5\nexport Y="a b"\necho "$X" $Y', "createdb restored"])
    expect([source, isPlain(source)]).toEqual([source, true]);
});
test("a reason names the line and what is written there", async () => {
  const {reasons} = await assessShell('echo start\nsudo rm -rf "$TARGET"\npsql <<EOF\nselect 1;\ndrop table a;\nEOF', []);
  expect(reasons[0]).toBe('line 2: rm -rf "$TARGET": removes files and folders');
  expect(reasons[1]).toMatch(/^line 5: DROP TABLE/i);
});
test("a text that only the shell will know is named as it is written", async () => {
  expect((await assessShell('eval "$CMD"\nbash -c "rm -rf $DIR/old"\nssh host "$x"', [])).unknown).toEqual([
    'line 1: what "$CMD" holds, which eval executes',
    'line 3: what "$x" holds, which ssh executes'
  ]);
  for (const source of ['bash -c "rm -rf $DIR/old"', "bash <<EOF\nrm -rf $DIR/old\nEOF"])
    expect((await assessShell(source, [])).reasons).toEqual([expect.stringMatching(/^line \d: rm -rf …\/old: removes files and folders$/)]);
});
test("the variables of the run that a text names are named", async () => {
  expect((await assessShell('psql -d "$TARGET_DB" -c "drop table a"', ["TARGET_DB", "TARGET", "PGHOST"])).names).toEqual([
    "TARGET_DB",
    "PGHOST"
  ]);
});
test("values that only the shell will know are listed beside what is destructive", async () => {
  expect((await assessShell('. ./env.sh\nrm -r "$(mktemp -d)"', [])).unknown).toEqual([
    "line 2: what $(mktemp -d) gives",
    "line 1: what ./env.sh does when it is sourced"
  ]);
});
