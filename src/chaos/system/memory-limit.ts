// A limit of memory by cgroup. What a process has already stays counted where it was taken; what it takes from now on is
// counted here, and beyond the limit the kernel kills it.

import { integer } from '../../base/options.ts';
import { MemoryCgroup, needsMemoryCgroup } from './cgroup.ts';
import { firstReason, needsLinux, needsProcess, needsRoot, pidOption } from './needs.ts';
import { systemFaultKind } from './system-fault.ts';

export const memoryLimit = systemFaultKind({
  kind: 'memory-limit',
  summary: 'so much more memory for a process, and then the kernel kills it',
  options: { ...pidOption, limitBytes: integer(67_108_864, 1_048_576) },
  required: ['pid'],
  needs: () => firstReason(needsLinux(), needsRoot(), needsMemoryCgroup()),
  unavailable: ({ pid }) => firstReason(needsLinux(), needsRoot(), needsMemoryCgroup(), needsProcess(pid)),
  async make({ pid, limitBytes }) {
    const group = MemoryCgroup.make(limitBytes);
    try {
      group.add(pid);
    } catch (error) {
      await group.undo();
      throw error;
    }
    return group.undo;
  },
});
