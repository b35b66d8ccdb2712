// The options of the commands of `holdfast chaos`.

import { faultProxyOptions } from '../chaos/proxy/fault-proxy.ts';
import type { OptionRow } from './option-rows.ts';

const DEFAULT_CONTROL = '127.0.0.1:9465';

const direction = {
  flag: '--direction',
  kind: 'text',
  option: 'direction',
  placeholder: 'direction',
  choices: ['down', 'up', 'both'],
  description: 'down to clients, up to the server, or both; where not given, what the fault mostly is about',
} as const satisfies OptionRow;

const probability = {
  flag: '--probability',
  kind: 'text',
  option: 'probability',
  placeholder: 'percent',
  description: 'share of the connections that it hits, drawn once for each (default 100%)',
} as const satisfies OptionRow;

const seed = {
  flag: '--seed',
  kind: 'text',
  option: 'seed',
  placeholder: 'n',
  description: 'the same seed hits the same connections in the same way (default 1)',
} as const satisfies OptionRow;

const control = {
  flag: '--control',
  kind: 'text',
  option: 'control',
  placeholder: 'host:port',
  default: DEFAULT_CONTROL,
  description: 'control address of the proxy',
} as const satisfies OptionRow;

export const proxyRules = faultProxyOptions;

export const proxyOptions = [
  {
    flag: '--listen',
    kind: 'text',
    option: 'listen',
    placeholder: 'host:port',
    default: '127.0.0.1:8090',
    description: 'address to listen on',
  },
  {
    flag: '--upstream',
    kind: 'text',
    option: 'upstream',
    placeholder: 'host:port',
    default: '127.0.0.1:8080',
    description: 'the server that is carried to',
  },
  control,
  {
    flag: '--fault',
    kind: 'list',
    option: 'faults',
    placeholder: 'fault',
    expected: 'a fault such as "latency latency=100ms"',
    description: 'a fault to begin with, such as "latency latency=100ms jitter=50ms"; repeatable',
  },
  {
    flag: '--max-connections',
    kind: 'count',
    option: 'maxConnections',
    description: 'connections carried at once, by as many processes as that takes',
  },
  {
    flag: '--max-held',
    kind: 'bytes',
    option: 'maxHeldBytes',
    description: 'bytes held of one direction of one connection before its sender is no longer read',
  },
  {
    flag: '--max-dark',
    kind: 'duration',
    option: 'maxDarkMs',
    description: 'how long a connection stays that was swallowed',
  },
] as const satisfies readonly OptionRow[];

export const addFaultOptions = [
  {
    flag: '--name',
    kind: 'text',
    option: 'name',
    placeholder: 'name',
    description: 'what to call it; where not given, by its kind',
  },
  direction,
  probability,
  seed,
  control,
] as const satisfies readonly OptionRow[];

export const changeFaultOptions = [
  direction,
  probability,
  seed,
  control,
] as const satisfies readonly OptionRow[];

export const controlOptions = [control] as const satisfies readonly OptionRow[];

export const runFaultOptions = [
  {
    flag: '--for',
    kind: 'text',
    option: 'forDuration',
    placeholder: 'duration',
    description: 'undo it after so long; where not given, on Ctrl-C',
  },
] as const satisfies readonly OptionRow[];

export const exportOptions = [
  {
    flag: '--kind',
    kind: 'text',
    option: 'kind',
    placeholder: 'kind',
    default: 'chaos-mesh',
    choices: ['chaos-mesh'],
    description: 'what to write',
  },
  {
    flag: '--namespace',
    kind: 'text',
    option: 'namespace',
    placeholder: 'name',
    default: 'default',
    description: 'namespace of the pods and of the manifests',
  },
  {
    flag: '--label',
    kind: 'list',
    option: 'labels',
    placeholder: 'name=value',
    expected: 'a label such as app=holdfast',
    description: 'label of the pods that are hit, such as app=holdfast; repeatable',
  },
  {
    flag: '--target',
    kind: 'list',
    option: 'targets',
    placeholder: 'name=value',
    expected: 'a label such as app=client',
    description: 'label of the pods on the other side, for faults in both directions; repeatable',
  },
  {
    flag: '--container',
    kind: 'list',
    option: 'containers',
    placeholder: 'name',
    expected: 'the name of a container',
    description: 'container that is hit; repeatable',
  },
  {
    flag: '--for',
    kind: 'text',
    option: 'forDuration',
    placeholder: 'duration',
    description: 'how long each fault lasts; where not given, until it is deleted',
  },
] as const satisfies readonly OptionRow[];
