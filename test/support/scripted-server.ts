// A server of event streams over a bare socket that does to each of them exactly what a script says, and keeps count.
// What it does not do by itself: judge anything, or repair what it was told to break.
//
//   POST /publish  NDJSON of {topic, data}, as a Holdfast hub takes it; any other POST is one event: its body
//   GET  anything  a stream; ?topic= (more than once) chooses, without it all topics come

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { type RawRequest, readRequests } from './raw-requests.ts';
import { ScriptedStream, type StreamScript } from './scripted-stream.ts';

export interface ServerScript {
  /** What the tool's first look at the server meets. */
  readonly probe?: StreamScript;
  /** What is done to connection n (from 0) of the streams; the first look is none of them. */
  readonly stream?: (connection: number) => StreamScript;
  /** The answer to request n (from 0) to publish. */
  readonly publish?: (request: number) => {
    readonly status?: number | 'reset';
    readonly answerAfterMs?: number;
  };
  /** Whether a Last-Event-ID brings what came after it; streams then begin with an id, so that each has one. */
  readonly honoursLastEventId?: boolean;
}

export interface LoggedEvent {
  /** From 1. */
  readonly id: number;
  readonly topic: string;
  readonly data: string;
}

const PUBLISH_METHODS = ['POST', 'PUT'];

export class ScriptedServer {
  /** All that was published, in order. */
  readonly log: LoggedEvent[] = [];
  /** Heads and bodies of the publishes. */
  readonly publishes: RawRequest[] = [];
  /** Heads of the streams, the first look not among them. */
  readonly streamRequests: RawRequest[] = [];
  readonly streams: ScriptedStream[] = [];
  readonly #script: ServerScript;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#take(socket));
  #isProbed = false;
  port = 0;

  private constructor(script: ServerScript) {
    this.#script = script;
  }

  static async start(t: TestContext, script: ServerScript = {}): Promise<ScriptedServer> {
    const server = new ScriptedServer(script);
    server.#server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 });
    await once(server.#server, 'listening');
    server.port = (server.#server.address() as AddressInfo).port;
    t.after(() => {
      server.#server.close();
      for (const socket of server.#sockets) socket.destroy();
    });
    return server;
  }

  /** Without a slash at the end. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Of whatever kind, open now. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Streams that are open now. */
  get openStreams(): number {
    return this.streams.filter((stream) => stream.isOpen).length;
  }

  /** New connections are refused; those that are there stay. */
  stopListening(): void {
    this.#server.close();
  }

  /** The next stream is the first look of another run. */
  forgetProbe(): void {
    this.#isProbed = false;
  }

  /** What was done to all streams together. */
  count(what: 'sent' | 'lost' | 'repeated' | 'swapped' | 'heartbeats'): number {
    return this.streams.reduce((sum, stream) => sum + stream.done[what], 0);
  }

  #take(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => this.#sockets.delete(socket));
    readRequests(socket, (request) => {
      if (PUBLISH_METHODS.includes(request.method)) this.#takePublish(socket, request);
      else this.#openStream(socket, request);
    });
  }

  #takePublish(socket: Socket, request: RawRequest): void {
    const { status = 200, answerAfterMs = 0 } = this.#script.publish?.(this.publishes.length) ?? {};
    this.publishes.push(request);
    if (status === 'reset') {
      socket.resetAndDestroy();
      return;
    }
    if (status < 300) for (const event of eventsOf(request)) this.#append(event);
    const answer = `HTTP/1.1 ${status} Scripted\r\ncontent-length: 0\r\n\r\n`;
    if (answerAfterMs === 0) socket.write(answer);
    else setTimeout(() => socket.write(answer), answerAfterMs).unref();
  }

  #append({ topic, data }: { topic: string; data: string }): void {
    const event = { id: this.log.length + 1, topic, data };
    this.log.push(event);
    for (const stream of this.streams) if (stream.wants(event)) stream.send(event);
  }

  #openStream(socket: Socket, request: RawRequest): void {
    if (!this.#isProbed) {
      this.#isProbed = true;
      new ScriptedStream(socket, request, this.#script.probe ?? {});
      return;
    }
    const connection = this.streams.length;
    const { honoursLastEventId } = this.#script;
    const stream = new ScriptedStream(socket, request, this.#script.stream?.(connection) ?? {});
    this.streamRequests.push(request);
    this.streams.push(stream);
    if (!honoursLastEventId || !stream.isOpen) return;
    const lastId = Number(request.headers['last-event-id'] ?? this.log.length);
    stream.sendId(lastId);
    for (const event of this.log.slice(lastId)) if (stream.wants(event)) stream.send(event);
  }
}

function eventsOf({ path, body }: RawRequest): { topic: string; data: string }[] {
  if (path !== '/publish') return [{ topic: decodeURIComponent(path.slice(1)), data: body }];
  const lines = body.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as { topic: string; data: string });
}
