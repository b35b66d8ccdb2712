// Network namespaces: a network of the test's own with its own counters, sysctls and packet filter. Here two of them,
// joined by a veth pair; path.ts joins three. They have no names: each lives as long as the processes in it. The first of these reads a pipe of ours, so
// that nothing is left however the test ends, and nothing of anybody else is touched.
//
//   server 192.0.2.1, 2001:db8::1  ===veth===  client 192.0.2.2-5, 2001:db8::2-5

import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import type { ProcessPlace } from '../../support/asked-process.ts';
import type { Cleanup } from '../../support/cleanup.ts';
import { within } from '../../support/wait-for.ts';

const COMMAND_LIMIT_MS = 5000;
const DEVICE = 'lab0';
// [rfc5737], [rfc3849]: addresses for examples, which no real network has.
const IPV4 = '192.0.2.';
const IPV6 = '2001:db8::';
const CLIENT_ADDRESSES = [2, 3, 4, 5];

const runFile = promisify(execFile);

export class Namespace {
  /** Of the process that holds it. */
  readonly pid: number;

  constructor(pid: number) {
    this.pid = pid;
  }

  /** Runs a command in it and answers what it writes. */
  async run(command: string, ...args: string[]): Promise<string> {
    const [path, ...inside] = this.enter(command, ...args);
    return (await runFile(path, inside, { timeout: COMMAND_LIMIT_MS })).stdout;
  }

  /** Runs lines of a shell in it; the first that fails is thrown. */
  script(...lines: string[]): Promise<string> {
    return this.run('sh', '-e', '-c', lines.join('\n'));
  }

  /** Sets what this namespace has of /proc/sys/net: `{ 'ipv4/tcp_retries2': 4 }`. */
  async setSysctls(values: Readonly<Record<string, number | string>>): Promise<void> {
    await this.script(
      ...Object.entries(values).map(([name, value]) => `echo '${value}' >/proc/sys/net/${name}`),
    );
  }

  /** The command line that runs a command in it. */
  enter(command: string, ...args: string[]): [path: string, ...args: string[]] {
    return ['nsenter', `--net=/proc/${this.pid}/ns/net`, command, ...args];
  }

  /** Where a process of the test has to be started to be in it. */
  place(...nodeArgs: string[]): ProcessPlace {
    return { command: this.enter(process.execPath), nodeArgs };
  }

  /** Has all packets from and to an address of this side lost. */
  async drop(address: string): Promise<void> {
    const filter = address.includes(':') ? 'ip6tables' : 'iptables';
    await this.run(filter, '-w', '-A', 'OUTPUT', '-s', address, '-j', 'DROP');
    await this.run(filter, '-w', '-A', 'INPUT', '-d', address, '-j', 'DROP');
  }

  /**
   * Lets one CPU take in all packets of a device. With several, an ACK may be overtaken by the FIN sent after it; a
   * client in TIME-WAIT answers the late one, and the server's kernel, which has closed in good order, answers that
   * with RST.
   */
  async keepOrder(device: string): Promise<void> {
    const setUp = `mount -t sysfs lab /sys && echo 1 >/sys/class/net/${device}/queues/rx-0/rps_cpus`;
    await this.run('unshare', '--mount', 'sh', '-c', setUp);
  }
}

export interface Network {
  readonly server: Namespace;
  readonly client: Namespace;
  /** The name of the link, on both sides. */
  readonly device: string;
  readonly serverAddress: string;
  readonly serverAddress6: string;
  /** The addresses of the client's side, of both families. */
  readonly clientAddresses: readonly string[];
  readonly clientAddresses6: readonly string[];
}

/** Makes both namespaces; they are gone when the test is over. */
export async function makeNetwork(t: Cleanup): Promise<Network> {
  const [server, client] = await Promise.all([makeNamespace(t), makeNamespace(t)]);
  await server.run(
    'ip',
    'link',
    'add',
    DEVICE,
    'type',
    'veth',
    'peer',
    'name',
    DEVICE,
    'netns',
    `${client.pid}`,
  );
  await setUp(server, [1]);
  await setUp(client, CLIENT_ADDRESSES);
  return {
    server,
    client,
    device: DEVICE,
    serverAddress: `${IPV4}1`,
    serverAddress6: `${IPV6}1`,
    clientAddresses: CLIENT_ADDRESSES.map((last) => `${IPV4}${last}`),
    clientAddresses6: CLIENT_ADDRESSES.map((last) => `${IPV6}${last}`),
  };
}

/** Makes a namespace with no device but its loopback. It lives with a process that ends when the pipe to it closes. */
export async function makeNamespace(t: Cleanup): Promise<Namespace> {
  const holder: ChildProcessByStdio<Writable, Readable, null> = spawn(
    'unshare',
    ['--net', 'sh', '-c', 'echo made; exec cat'],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const exited = once(holder, 'exit');
  t.after(async () => {
    holder.stdin.end();
    await within('the end of a namespace', exited, COMMAND_LIMIT_MS);
  });
  await within('a namespace', Promise.race([once(holder.stdout, 'data'), refusal(exited)]), COMMAND_LIMIT_MS);
  return new Namespace(holder.pid!);
}

async function refusal(exited: Promise<unknown[]>): Promise<never> {
  const [code] = await exited;
  throw new Error(`unshare ended with ${code} before the namespace was made`);
}

async function setUp(namespace: Namespace, addresses: readonly number[]): Promise<void> {
  await namespace.run('ip', 'link', 'set', 'lo', 'up');
  for (const last of addresses) {
    await namespace.run('ip', 'address', 'add', `${IPV4}${last}/24`, 'dev', DEVICE);
    // Without the search for duplicates the address works at once.
    await namespace.run('ip', 'address', 'add', `${IPV6}${last}/64`, 'dev', DEVICE, 'nodad');
  }
  await namespace.run('ip', 'link', 'set', DEVICE, 'up');
  await namespace.keepOrder(DEVICE);
}
