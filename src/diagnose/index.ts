// `holdfast/diagnose`: who cut a stream, why, and what to change.

export type * from './evidence.ts';
export { readCaptureFile } from './sources/capture/capture-file.ts';
export { type CaptureReading, type ReadCaptureOptions, readCapture } from './sources/capture/read-capture.ts';
