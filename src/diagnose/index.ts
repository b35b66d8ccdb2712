// `holdfast/diagnose`: who cut a stream, why, and what to change.

export { diagnose } from './diagnose.ts';
export type * from './evidence.ts';
export type * from './finding.ts';
export { readCaptureFile } from './sources/capture/capture-file.ts';
export { type CaptureReading, type ReadCaptureOptions, readCapture } from './sources/capture/read-capture.ts';
