// What a diagnosis says, as this report reads it: the shape of `holdfast diagnose --format json`, docs/diagnosis.schema.json.

export type Sureness = 'sure' | 'likely' | 'possible';

export interface PlaceRecord {
  readonly file: string;
  readonly kind: 'packet' | 'line' | 'reading';
  readonly number: number;
}

export interface ReasonRecord {
  readonly text: string;
  readonly places: readonly PlaceRecord[];
  readonly placesLeftOut: number;
  readonly filter?: string;
}

export interface LadderStepRecord {
  readonly offsetMs: number;
  readonly from: 'client' | 'server';
  readonly label: string;
  readonly place: PlaceRecord;
  readonly role: 'end' | 'trigger' | 'other';
}

export interface LadderRecord {
  readonly stream: string;
  readonly client: string;
  readonly server: string;
  readonly steps: readonly LadderStepRecord[];
}

export interface FindingRecord {
  readonly id: string;
  readonly title: string;
  readonly sureness: Sureness;
  readonly sources: number;
  readonly summary: string;
  readonly why: readonly ReasonRecord[];
  readonly not: readonly { readonly id: string; readonly because: string }[];
  readonly help: readonly string[];
  readonly more: readonly string[];
  readonly streamCount: number;
  readonly consequences: readonly FindingRecord[];
  readonly ladders: readonly LadderRecord[];
}

export interface StreamRowRecord {
  readonly id: string;
  readonly client: string;
  readonly server: string;
  readonly what: string;
  readonly beginMs: number;
  readonly endMs: number;
  readonly bursts: readonly (readonly [number, number])[];
  readonly end: string;
  readonly verdict: string;
  readonly isFinding: boolean;
}

export interface InputRecord {
  readonly name: string;
  readonly kind: 'capture' | 'log' | 'host';
  readonly size: number;
  readonly fromMs?: number;
  readonly untilMs?: number;
  readonly notes: readonly string[];
}

export interface CountRecord {
  readonly what: string;
  readonly count: number;
}

export interface DiagnosisRecord {
  readonly schema: string;
  readonly inputs: readonly InputRecord[];
  readonly findings: readonly FindingRecord[];
  readonly normal: readonly CountRecord[];
  readonly unknown: readonly CountRecord[];
  readonly notChecked: readonly string[];
  readonly streams: readonly StreamRowRecord[];
  readonly streamsLeftOut: number;
  readonly tables: Readonly<Record<string, string>>;
}
