#!/usr/bin/env node
// The executable. It checks the Node version before it imports anything that an older Node cannot load, so
// this file has no static imports and uses nothing newer than Node 20.

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 24 || (major === 24 && minor < 19)) {
  process.stderr.write(
    `holdfast: Node.js ${process.versions.node} is too old. Install Node.js 24.19 or newer.\n`,
  );
  process.exitCode = 3;
} else {
  const { main } = await import('./main.ts');
  process.exitCode = await main(process.argv.slice(2));
}

export {};
