// The face of `holdfast/chaos`: faults for connections, processes and networks, put on and taken away by a program.

export { ControlClient } from './control/control-client.ts';
export { ControlServer } from './control/control-server.ts';
export { chaosMeshManifests, type Manifest, type PodSelection } from './export/chaos-mesh.ts';
export type { Direction, Fault, FaultKind, GivenFault } from './fault.ts';
export { faultKinds } from './faults/kinds.ts';
export { type Address, FaultProxy, type FaultProxyOptions, type ProxyStats } from './proxy/fault-proxy.ts';
export type { Cut, Flow, Shaper, Waiting } from './shaper.ts';
export { environmentForClock } from './system/clock-step.ts';
export { mountSmallDisk } from './system/disk-full.ts';
export { systemFaultKinds } from './system/kinds.ts';
export {
  checkSystemFault,
  type MadeFault,
  makeSystemFault,
  type SystemFaultKind,
} from './system/system-fault.ts';
