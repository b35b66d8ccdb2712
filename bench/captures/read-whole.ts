// Reads one capture with the built package, as `holdfast diagnose` does, and says what that took: run as a process of its own,
// so that memory is that of the reading alone.

// What is built is what is measured; its types are those of the sources.
const built = (path: string) => import(new URL(`../../dist/${path}.js`, import.meta.url).href);
const { readCaptureFile } = (await built('diagnose/index')) as typeof import('../../src/diagnose/index.ts');
const { keepHeapCompact } = (await built(
  'server/compact-heap',
)) as typeof import('../../src/server/compact-heap.ts');

keepHeapCompact();
const beganMs = performance.now();
const { source, flows } = await readCaptureFile(process.argv[2] ?? '-');
const seconds = (performance.now() - beganMs) / 1000;
const { user, system } = process.cpuUsage();
process.stdout.write(
  JSON.stringify({
    seconds,
    cpuSeconds: (user + system) / 1e6,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    packets: source.packets,
    flows: flows.length,
    flowsLeftOut: source.kind === 'capture' ? source.flowsLeftOut : 0,
    problems: source.problemCount,
  }),
);
