// What a diagnosis says. Plain values that JSON can carry; references are resolved to file names, so that nobody needs the evidence to read them.

export type Sureness = 'sure' | 'likely' | 'possible';

/** A packet of a capture or a line of a log. */
export interface Place {
  readonly file: string;
  readonly kind: 'packet' | 'line' | 'reading';
  readonly number: number;
}

/** One reason, with where to see it. */
export interface Reason {
  readonly text: string;
  /** The first few; `placesLeftOut` counts the rest. */
  readonly places: readonly Place[];
  readonly placesLeftOut: number;
  /** A Wireshark display filter that shows it, to be pasted as it is. */
  readonly filter?: string;
}

export interface Excluded {
  readonly id: string;
  readonly because: string;
}

export interface Finding {
  /** `S03`: the cause, as in docs/causes. */
  readonly id: string;
  readonly title: string;
  readonly sureness: Sureness;
  /** How many of the given files speak for it. */
  readonly sources: number;
  readonly summary: string;
  readonly why: readonly Reason[];
  readonly not: readonly Excluded[];
  readonly help: readonly string[];
  readonly more: readonly string[];
  /** Streams, by the ids of `Diagnosis.streams`; the first 1,000. */
  readonly streams: readonly string[];
  readonly streamCount: number;
  /** What followed from it and is no cause of its own. */
  readonly consequences: readonly Finding[];
  readonly ladders: readonly Ladder[];
}

/** The packets around one end, for a drawing. */
export interface Ladder {
  readonly stream: string;
  readonly client: string;
  readonly server: string;
  readonly steps: readonly LadderStep[];
}

export interface LadderStep {
  /** Before (negative) or after the end. */
  readonly offsetMs: number;
  readonly from: 'client' | 'server';
  readonly label: string;
  readonly place: Place;
  /** The packet that ended the stream, or what it answers. */
  readonly role: 'end' | 'trigger' | 'other';
}

/** One stream in the drawing of all. */
export interface StreamRow {
  readonly id: string;
  readonly client: string;
  readonly server: string;
  readonly what: string;
  readonly beginMs: number;
  readonly endMs: number;
  /** Payload from the server: [from, until] in ms, the first and last of many. */
  readonly bursts: readonly (readonly [number, number])[];
  readonly end: string;
  /** The finding that it belongs to, or the class of a normal end, or `not known`. */
  readonly verdict: string;
  readonly isFinding: boolean;
}

export interface InputSummary {
  readonly name: string;
  readonly kind: 'capture' | 'log' | 'host';
  /** Packets or lines. */
  readonly size: number;
  readonly fromMs?: number;
  readonly untilMs?: number;
  readonly notes: readonly string[];
}

export interface Count {
  readonly what: string;
  readonly count: number;
}

export interface Diagnosis {
  readonly schema: 'holdfast-diagnosis-1';
  readonly inputs: readonly InputSummary[];
  readonly findings: readonly Finding[];
  /** Ends that are nobody's fault, by class. */
  readonly normal: readonly Count[];
  /** What could not be told, and why. */
  readonly unknown: readonly Count[];
  readonly notChecked: readonly string[];
  /** The first 1,000, those of findings first; `streamsLeftOut` counts the rest. */
  readonly streams: readonly StreamRow[];
  readonly streamsLeftOut: number;
  /** Versions of the tables that were asked. */
  readonly tables: Readonly<Record<string, string>>;
}
