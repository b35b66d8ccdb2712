// `holdfast/diagnose`: who cut a stream, why, and what to change.

export type * from './evidence.ts';
