import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readProcessTree } from './process-tree.ts';
import { ServerProbe } from './server-probe.ts';

const linux = process.platform === 'linux' ? {} : { skip: 'only Linux has /proc' };

interface FakeProcess {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
  readonly kiB?: number;
  readonly start?: number;
}

/** A folder that looks like /proc to the probe. */
async function fakeProc(
  t: TestContext,
): Promise<{ folder: string; put(...all: FakeProcess[]): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'probe-'));
  t.after(() => rm(folder, { recursive: true }));
  const put = async (...all: FakeProcess[]) => {
    for (const { pid, parent, ticks, kiB = 100, start = 5 } of all) {
      await mkdir(join(folder, `${pid}/fd`), { recursive: true });
      await mkdir(join(folder, `${pid}/net`), { recursive: true });
      await writeFile(
        join(folder, `${pid}/stat`),
        `${pid} (x) S ${parent} 1 1 0 -1 0 0 0 0 0 ${ticks} 0 0 0 20 0 1 0 ${start} 0`,
      );
      await writeFile(join(folder, `${pid}/status`), `RssAnon:\t ${kiB} kB\nRssFile:\t 7 kB\n`);
      await writeFile(join(folder, `${pid}/net/sockstat`), 'TCP: inuse 3 orphan 0 tw 1 alloc 3 mem 2\n');
    }
  };
  return { folder, put };
}

test('it adds up the process and its descendants, and nobody else', async (t) => {
  const { folder, put } = await fakeProc(t);
  await put(
    { pid: 10, parent: 1, ticks: 5 },
    { pid: 12, parent: 10, ticks: 5 },
    { pid: 9, parent: 12, ticks: 5 },
  );
  await put({ pid: 11, parent: 1, ticks: 100, kiB: 9999 });
  assert.deepEqual(
    (await readProcessTree(10, folder)).map(({ pid }) => pid),
    [10, 12, 9],
  );
  const figures = (await new ServerProbe({ pid: 10, procFolder: folder }).read())!;
  assert.equal(figures.processes, 3);
  assert.equal(figures.privateBytes, 300 * 1024);
  assert.equal(figures.fileBytes, 21 * 1024);
  assert.equal(figures.cpuUs, 0);
  assert.ok(figures.kernelSocketBytes! >= 2 * 4096);
  assert.deepEqual(figures.sockets, { inUse: 3, orphan: 0, timeWait: 1 });
});

test('the time of a child that ends is counted once, also while its parent has not waited for it', async (t) => {
  const { folder, put } = await fakeProc(t);
  await put({ pid: 10, parent: 1, ticks: 5 }, { pid: 12, parent: 10, ticks: 50 });
  const probe = new ServerProbe({ pid: 10, procFolder: folder });
  await probe.read();
  await put({ pid: 10, parent: 1, ticks: 6 }, { pid: 12, parent: 10, ticks: 54 });
  assert.equal((await probe.read())!.cpuUs, 50_000);
  await rm(join(folder, '12'), { recursive: true });
  assert.equal((await probe.read())!.cpuUs, 0);
  await put({ pid: 10, parent: 1, ticks: 62 });
  assert.equal((await probe.read())!.cpuUs, 20_000);
});

test('a process that is gone, or whose pid is now another one, has no figures', async (t) => {
  const { folder, put } = await fakeProc(t);
  await put({ pid: 10, parent: 1, ticks: 5 });
  const probe = new ServerProbe({ pid: 10, procFolder: folder });
  assert.ok(await probe.read());
  await put({ pid: 10, parent: 1, ticks: 1, start: 900 });
  assert.equal(await probe.read(), undefined);
  await rm(join(folder, '10'), { recursive: true });
  assert.equal(await probe.read(), undefined);
  assert.equal(await new ServerProbe({ pid: 10, procFolder: '/nowhere' }).read(), undefined);
});

test('sockets of the port are counted by state where it is known, a large table less often', async (t) => {
  const { folder, put } = await fakeProc(t);
  await put({ pid: 10, parent: 1, ticks: 5 });
  const row = (state: string) =>
    `   1: 0100007F:1F90 0200007F:C350 ${state} 00000000:00000000 00:00000000 00000000     0        0 81325 2\n`;
  await writeFile(join(folder, '10/net/tcp'), row('01').repeat(5000) + row('08'));
  const probe = new ServerProbe({ pid: 10, port: 8080, procFolder: folder });
  assert.deepEqual((await probe.read())!.socketStates, { established: 5000, 'close-wait': 1 });
  assert.equal((await probe.read())!.socketStates, undefined, 'not again at once');
  assert.equal((await probe.read(true))!.socketStates?.established, 5000, 'unless it has to be');
  const withoutPort = new ServerProbe({ pid: 10, procFolder: folder });
  assert.equal((await withoutPort.read())!.socketStates, undefined);
});

test('a real process with a child that works: CPU, memory and files are found', linux, async (t) => {
  const work =
    // By CPU time and not by the clock: a busy machine gives a process less.
    'while (process.cpuUsage().user < 300_000); console.log("done"); setInterval(() => {}, 1000)';
  const parent = `const child = require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(work)}]);
    child.stdout.pipe(process.stdout); process.stdin.resume().on("end", () => { child.kill(); process.exit(); })`;
  const server: ChildProcess = spawn(process.execPath, ['-e', parent], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => server.stdin!.end());
  const probe = new ServerProbe({ pid: server.pid! });
  await probe.read();
  await once(server.stdout!, 'data', { signal: AbortSignal.timeout(20_000) });
  const figures = (await probe.read())!;
  assert.equal(figures.processes, 2);
  assert.ok(figures.cpuUs >= 200_000, `${figures.cpuUs} us`);
  assert.ok(figures.privateBytes > 10e6 && figures.privateBytes < 500e6, `${figures.privateBytes} bytes`);
  assert.ok(figures.openFiles! > 10, `${figures.openFiles} files`);
});

test('a pid that is none is a mistake', () => {
  for (const pid of [0, -1, 1.5, Number.NaN]) assert.throws(() => new ServerProbe({ pid }), RangeError);
});
