// Real traffic of this machine's kernel, captured by tcpdump while it happens: what is read in it here and by Wireshark.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Flow, SegmentMark } from '../../src/diagnose/evidence.ts';
import { readCaptureFile } from '../../src/diagnose/sources/capture/capture-file.ts';
import { dissectedFields, dissectedPackets } from '../support/capture/dissected.ts';
import { tsharkFields } from '../support/capture/tshark-fields.ts';
import { tcpdump, tshark } from '../support/require.ts';
import { waitFor, within } from '../support/wait-for.ts';

interface Tools {
  readonly tshark: string;
  readonly tcpdump: string;
}

function toolsFor(t: TestContext): Tools | undefined {
  const dump = tcpdump(t);
  const shark = dump && tshark(t);
  return dump === undefined || shark === undefined ? undefined : { tshark: shark, tcpdump: dump };
}

/** Captures what happens on loopback at the port while `act` runs, until the capture has what `isThere` wants. */
async function captured(
  t: TestContext,
  { tcpdump: path }: Tools,
  port: number,
  act: () => Promise<void>,
  isThere: (flows: readonly Flow[]) => boolean,
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-traffic-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'traffic.pcap');
  const args = ['-i', 'lo', '-U', '--immediate-mode', '-w', file, 'tcp', 'port', String(port)];
  const dump = spawn(path, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  t.after(() => void dump.kill('SIGKILL'));
  let said = '';
  dump.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await waitFor('tcpdump to listen', () => said.includes('listening on'));
  await act();
  await waitFor('the packets', async () => isThere((await readCaptureFile(file)).flows));
  dump.kill('SIGINT');
  await within('the end of tcpdump', once(dump, 'close'));
  assert.match(said, /\b0 packets dropped by kernel/);
  return file;
}

async function listening(
  t: TestContext,
  server: Server | ReturnType<typeof createTcpServer>,
): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** Facts of every packet, as Wireshark has them. */
function comparePackets(tools: Tools, file: string): void {
  const padding = (kinds: string) =>
    kinds
      .split(',')
      .filter((kind) => kind !== '0' && kind !== '1')
      .join(',');
  const expected = tsharkFields(tools.tshark, file, dissectedFields).map((row) => ({
    ...row,
    'tcp.option_kind': padding(row['tcp.option_kind']),
  }));
  assert.deepEqual(dissectedPackets(file), expected);
}

const analysisFields = [
  'tcp.analysis.zero_window',
  'tcp.analysis.window_full',
  'tcp.analysis.keep_alive',
  'tcp.analysis.zero_window_probe',
  'tcp.analysis.keep_alive_ack',
  'tcp.analysis.zero_window_probe_ack',
  'tcp.analysis.duplicate_ack',
  'tcp.analysis.retransmission',
] as const;

/**
 * What Wireshark and this project say of each segment. Where Linux probes a closed window, Wireshark sees a keep-alive,
 * and in the answer only a closed window; here it is a probe. Both are one here.
 */
function compareMarks(tools: Tools, file: string, flows: readonly Flow[]): void {
  const rows = tsharkFields(tools.tshark, file, ['frame.number', 'tcp.stream', ...analysisFields]);
  const probe = (marks: readonly string[]) =>
    [
      ...new Set(
        marks
          .filter((mark) => mark !== 'duplicate-ack' && mark !== 'zero-window-probe-ack')
          .map((mark) => mark.replace('zero-window-probe', 'keep-alive')),
      ),
    ].sort();
  const compared: SegmentMark[] = [
    'zero-window',
    'window-full',
    'keep-alive',
    'keep-alive-ack',
    'zero-window-probe',
    'zero-window-probe-ack',
    'retransmission',
  ];
  const expected = new Map(
    rows.map((row) => {
      const names = analysisFields.filter((field) => row[field] !== '');
      const marks = names.map((name) => name.replace('tcp.analysis.', '').replaceAll('_', '-'));
      return [Number(row['frame.number']), { stream: Number(row['tcp.stream']), marks: probe(marks) }];
    }),
  );
  for (const { segments, streamIndex } of flows) {
    for (const { ref, marks } of segments) {
      const known = marks.filter((mark) => compared.includes(mark));
      assert.deepEqual(
        { stream: streamIndex, marks: probe(known) },
        expected.get(ref.at),
        `packet ${ref.at}`,
      );
    }
  }
}

const hasEnded = ({ segments }: Flow) =>
  segments.some(({ marks }) => marks.includes('fin') || marks.includes('rst'));

describe('real traffic', () => {
  it('over HTTP/1.1: an answer that is whole, one that is reset, one that is cut short', async (t) => {
    const tools = toolsFor(t);
    if (tools === undefined) return;
    const server = createServer((request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n');
      if (request.url === '/whole') response.end('data: 2\n\n');
      else if (request.url === '/reset') setImmediate(() => request.socket.resetAndDestroy());
      else setImmediate(() => request.socket.destroy());
    });
    const port = await listening(t, server);
    const ask = (path: string) =>
      within(
        'the end of the answer',
        new Promise<void>((done) => {
          const socket = connect(port, '127.0.0.1', () =>
            socket.write(`GET ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`),
          );
          socket
            .resume()
            .on('error', () => {})
            .on('close', () => done());
        }),
      );
    const act = async () => {
      for (const path of ['/whole', '/reset', '/short']) await ask(path);
    };
    const file = await captured(t, tools, port, act, (flows) => flows.length === 3 && flows.every(hasEnded));
    comparePackets(tools, file);
    const { source, flows } = await readCaptureFile(file);
    assert.equal(source.problemCount, 0);
    compareMarks(tools, file, flows);
    assert.deepEqual(
      flows.map(({ exchanges }) => [exchanges[0]?.request?.target, exchanges[0]?.complete !== undefined]),
      [
        ['/whole', true],
        ['/reset', false],
        ['/short', false],
      ],
    );
    assert.deepEqual(
      flows.map(
        ({ segments }) =>
          segments.find(
            ({ from, marks }) => from === 'server' && (marks.includes('rst') || marks.includes('fin')),
          )?.flags,
      ),
      ['AF', 'AR', 'AF'],
    );
    assert.ok(flows.every(({ sidesBy, establishedMs }) => sidesBy === 'syn' && establishedMs !== undefined));
    const uris = tsharkFields(tools.tshark, file, ['http.request.uri']).map((row) => row['http.request.uri']);
    assert.deepEqual(
      uris.filter((uri) => uri !== ''),
      ['/whole', '/reset', '/short'],
    );
  });

  it('to a reader that stops: a closed window, its probes, and keep-alives of an idle peer', async (t) => {
    const tools = toolsFor(t);
    if (tools === undefined) return;
    const sockets: Socket[] = [];
    const server = createTcpServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      // The first is flooded, the second left idle.
      if (sockets.length === 1) socket.write(Buffer.alloc(16 * 1024 * 1024));
      else socket.setKeepAlive(true, 1000);
    });
    const port = await listening(t, server);
    const count = (flows: readonly Flow[], mark: SegmentMark) =>
      flows.flatMap(({ segments }) => segments).filter(({ marks }) => marks.includes(mark)).length;
    const act = async () => {
      const slow = connect(port, '127.0.0.1').pause();
      await once(slow, 'connect');
      const idle = connect(port, '127.0.0.1').pause();
      await once(idle, 'connect');
      t.after(() => {
        for (const socket of [...sockets, slow, idle]) socket.destroy();
      });
    };
    const file = await captured(
      t,
      tools,
      port,
      act,
      (flows) =>
        count(flows, 'zero-window-probe') >= 2 &&
        count(flows, 'keep-alive') >= 1 &&
        count(flows, 'keep-alive-ack') >= 1,
    );
    const { source, flows } = await readCaptureFile(file);
    comparePackets(tools, file);
    compareMarks(tools, file, flows);
    assert.ok(flows[0]!.halves.client.zeroWindows >= 2);
    assert.ok(source.largestPayloads[0]!.count > 1500, 'segments as they are before the card cuts them up');
    assert.deepEqual(source.wrongChecksums, [], 'though none was finished');
  });

  it('over HTTP/2 in clear text: what resets a stream, and what ends a connection', async (t) => {
    const tools = toolsFor(t);
    if (tools === undefined) return;
    const server = createHttp2Server();
    server.on('stream', (stream, headers) => {
      stream.on('error', () => {});
      stream.respond({ ':status': 200, 'content-type': 'text/event-stream' });
      stream.write('data: 1\n\n');
      if (headers[':path'] === '/whole') stream.end('data: 2\n\n');
      // `close` would end the stream as a whole one first.
      else setImmediate(() => stream.destroy(new Error('cut')));
    });
    const port = await listening(t, server as unknown as Server);
    const act = async () => {
      const session = connectHttp2(`http://127.0.0.1:${port}`);
      for (const path of ['/whole', '/reset']) {
        const stream = session.request({ ':path': path });
        stream.on('error', () => {}).resume();
        await within('the end of the stream', new Promise((done) => stream.once('close', done)));
      }
      session.goaway(11, 0, Buffer.from('enough'));
      await delay(1);
      session.close();
      await within('the end of the session', once(session, 'close'));
    };
    const file = await captured(t, tools, port, act, (flows) => flows.length === 1 && hasEnded(flows[0]!));
    comparePackets(tools, file);
    const { flows } = await readCaptureFile(file);
    const { exchanges, http2 } = flows[0]!;
    const http2Fields = [
      'http2.rst_stream.error',
      'http2.goaway.error',
      'http2.goaway.last_stream_id',
    ] as const;
    const known = tsharkFields(tools.tshark, file, http2Fields, 'http2', [`tcp.port==${port},http2`]);
    const values = (name: keyof (typeof known)[number]) =>
      known.flatMap((row) =>
        row[name]
          .split(',')
          .filter((value) => value !== '')
          .map(Number),
      );
    assert.deepEqual(
      exchanges.flatMap(({ resets }) => resets.map(({ code }) => code)),
      values('http2.rst_stream.error'),
    );
    assert.deepEqual(
      http2!.goaways.map(({ code }) => code),
      values('http2.goaway.error'),
    );
    assert.equal(http2!.goaways[0]!.debug, 'enough');
    assert.deepEqual([exchanges[0]!.complete !== undefined, exchanges[0]!.bodyBytes], [true, 18]);
    assert.equal(exchanges[1]!.complete, undefined);
  });
});
