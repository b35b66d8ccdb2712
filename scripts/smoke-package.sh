#!/usr/bin/env bash
# Installs the packed tarball into an empty project and uses it from there, as somebody who has only the
# package: command line, library, types. It needs dist/ (npm run build).
set -euo pipefail

repository="$(cd "$(dirname "$0")/.." && pwd)"
outer_node="$(command -v node)"
# `holdfast` runs on the Node.js that PATH gives; the repository brings one that is new enough.
export PATH="$repository/node_modules/.bin:$PATH"

project="$(mktemp -d)"
hub_pid=''
stream_pid=''
finish() {
  [ -z "$stream_pid" ] || kill "$stream_pid" 2>/dev/null || true
  [ -z "$hub_pid" ] || kill -KILL "$hub_pid" 2>/dev/null || true
  rm -rf "$project"
}
trap finish EXIT

fail() {
  echo "smoke test: $1" >&2
  for log in "$project"/*.out "$project"/*.err; do
    [ -f "$log" ] && sed "s|^|  $(basename "$log"): |" "$log" >&2
  done
  exit 1
}

# Until a command succeeds, or 10 s are over.
wait_until() {
  local what="$1" deadline=$((SECONDS + 10))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || fail "$what did not happen within 10 s"
    sleep 0.05
  done
}

echo '- pack'
cd "$repository"
tarball="$(npm pack --silent --ignore-scripts --pack-destination "$project")"

echo '- install into an empty project'
cd "$project"
echo '{"name": "consumer", "private": true, "type": "module"}' >package.json
types_version="$(node -p "require('$repository/package.json').devDependencies['@types/node']")"
npm install --silent --no-audit --no-fund "./$tarball" "@types/node@$types_version"
holdfast="$project/node_modules/.bin/holdfast"

echo '- command line: serve, subscribe, publish, stop'
"$holdfast" --version >/dev/null || fail 'holdfast --version failed'
: >hub.out
: >stream.out
"$holdfast" serve --listen 127.0.0.1:0 >hub.out 2>hub.err &
hub_pid=$!
wait_until 'the hub listening' grep -q 'listens on http' hub.out
url="$(sed -n 's/^Holdfast listens on //p' hub.out)"
curl -sSN "$url/stream?topic=smoke/*" >stream.out 2>stream.err &
stream_pid=$!
wait_until 'the first bytes of the stream' grep -q '^id:' stream.out
id="$("$holdfast" pub smoke/test 'it holds' --url "$url")"
wait_until 'the event on the stream' grep -q '^data: \?it holds$' stream.out
grep -q "^id: \?$id\$" stream.out || fail "the stream lacks the id $id that pub printed"
seq 1 100 | "$holdfast" pub smoke/lines --lines --url "$url" | grep -q '^100 events published' ||
  fail 'pub --lines failed'
curl -sSf "$url/" >page.out || fail 'the page is not served'
kill -TERM "$hub_pid"
hub_code=0
wait "$hub_pid" || hub_code=$?
[ "$hub_code" -eq 0 ] || fail "SIGTERM ended the hub with exit code $hub_code"
hub_pid=''
wait "$stream_pid" || fail 'the hub did not end the stream cleanly'
stream_pid=''

if [ "$("$outer_node" -p 'Number(process.versions.node.split(".")[0]) < 24')" = true ]; then
  echo '- command line on an older Node.js'
  old_code=0
  "$outer_node" "$holdfast" --version 2>old.err || old_code=$?
  [ "$old_code" -eq 3 ] || fail "an older Node.js ended with exit code $old_code instead of 3"
  [ "$(wc -l <old.err)" -eq 1 ] || fail 'an older Node.js printed more than one line'
fi

echo '- library: holdfast, holdfast/client and holdfast/wire'
cat >library.mjs <<'JS'
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createHub } from 'holdfast';
import { follow } from 'holdfast/client';
import { EventStreamParser } from 'holdfast/wire';

assert.equal(typeof EventStreamParser, 'function');
const hub = createHub();
const server = createServer((request, response) => hub.handle(request, response));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const [id] = await hub.publish({ topic: 'smoke/library', data: { ok: true } });
assert.match(id, /^[a-z0-9]{6,10}-1$/);
const health = await fetch(`http://127.0.0.1:${server.address().port}/healthz`);
assert.equal(health.status, 200);
const stream = `http://127.0.0.1:${server.address().port}/stream?topic=smoke/library&from=earliest`;
for await (const item of follow(stream)) {
  if (item.kind !== 'event') continue;
  assert.equal(item.id, id);
  break;
}
await hub.close();
server.close();
server.closeAllConnections();
JS
timeout 30 node library.mjs || fail 'the library does not work'

echo '- types'
cat >consumer.ts <<'TS'
import { createServer } from 'node:http';
import { createHub, type Hub } from 'holdfast';
import { type FollowItem, follow } from 'holdfast/client';
import { encodeEvent, EventStreamParser } from 'holdfast/wire';

const hub: Hub = createHub({ heartbeatMs: 10_000 });
createServer((request, response) => hub.handle(request, response));
const ids: readonly string[] = await hub.publish({ topic: 'orders/42', data: { state: 'paid' } });
// @ts-expect-error an event needs a topic
void hub.publish({ data: ids });
const kinds: FollowItem['kind'][] = [];
for await (const { kind } of follow('http://127.0.0.1/', { headers: { authorization: 'x' } })) kinds.push(kind);
void [encodeEvent, EventStreamParser];
TS
tsc --noEmit --strict --target es2024 --module nodenext --types node consumer.ts || fail 'the types do not work'

echo 'The package works.'
