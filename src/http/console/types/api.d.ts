// The shapes of the API that the console reads (`/api/v1/openapi.json` has the whole of it). Absent values are null.

export type Severity = "info" | "low" | "medium" | "high" | "critical";
export type Tlp = "CLEAR" | "GREEN" | "AMBER" | "AMBER+STRICT" | "RED";
export type Role = "viewer" | "analyst" | "supervisor" | "admin" | "auditor";
export type Right = "status" | "read" | "search" | "act" | "mark_down" | "silence" | "silence_wide" | "export" | "hold" | "retry" | "people" | "audit" | "own";

/** What a reader may see at most. A list that is null does not limit. */
export interface Ceilings {
  max_tlp: Tlp;
  releasable_to: string[] | null;
  europol: string[] | null;
  purposes: string[] | null;
  realities: string[] | null;
  personal_data: boolean;
}

/** The person who is signed in, and the session. */
export interface Me {
  name: string;
  roles: Role[];
  rights: Right[];
  ceilings: Ceilings;
  purpose: string | null;
  purposes: string[];
  /** When a purpose is asked for. */
  /** What was set for the person; null if nothing was. */
  usual_purpose?: string | null;
  ask_purpose?: "shift" | "export" | "search" | "always";
  has_password?: boolean;
  csrf: string;
  signed_in_at: string;
  idle_until: string;
  until: string;
  way: "password" | "link" | "token";
  preferences: Preferences;
  seen: number | null;
  site: string;
  version: string;
  exercise: boolean;
}

/** What a person set for herself; kept by the server. Views add their own keys. */
export interface Preferences {
  palette?: string;
  language?: string;
  keys?: boolean;
  [name: string]: unknown;
}

export interface VesselOfAlert {
  mmsi: number;
  track: number;
  imo: number | null;
  name: string | null;
  call_sign: string | null;
  ship_type: number | null;
  flag: string | null;
  class: "A" | "B" | null;
  role: string | null;
}

export interface ZoneOfAlert { id: string; name: string; kind: string; relation: string; }

export interface ScoreReason { code: string; points: number; text: string; }

export interface Handling {
  tlp: Tlp;
  releasable_to?: string[] | null;
  europol: string[];
  source_grade: string | null;
  info_grade: string | null;
  scheme: string | null;
  purpose: string | null;
  personal_data: boolean;
  retain_until: string | null;
  reality: string;
}

/** Time, longitude, latitude, speed in knots, course in degrees. */
export type TrackPoint = [string, number, number, number | null, number | null];

export interface TrackOfAlert { mmsi: number; track: number; points: TrackPoint[]; }

/** An alert as the lists give it. */
export interface Alert {
  id: string;
  behaviour: string;
  kind: string;
  announced: boolean;
  status: "open" | "ended" | "retracted";
  severity: Severity;
  score: number;
  confidence: string;
  started_at: string;
  opened_at: string;
  last_at: string;
  ended_at: string | null;
  vessels: VesselOfAlert[];
  zones: ZoneOfAlert[];
  position: { lat: number; lon: number } | null;
  group_id: string | null;
  case_id: string | null;
  replaces: string | null;
  handling: Handling;
  summary: string;
  score_reasons: ScoreReason[];
  evidence: { thresholds: Record<string, unknown>; measured: Record<string, unknown>; stations: string[]; tracks?: TrackOfAlert[] };
  revision: number;
  acts: number;
  etag: string;
  state: "new" | "acknowledged" | "closed";
  owner: string | null;
  acknowledged_until: string | null;
  finding: "confirmed" | "benign" | "false" | null;
  finding_reason: string | null;
  silenced_by: number | null;
  notes: number;
  deliveries: { delivered: number; pending: number; failed: number; withheld: number };
  changed_at: string;
  seq: number;
  exercise: boolean;
}

/** One entry of the log that everything on the screen lives on. */
export interface Entry {
  seq: number;
  at: string;
  topic: "alert" | "act" | "case" | "silence" | "delivery" | "settings" | "person";
  what: string;
  subject: string | null;
  who: string;
  why: string | null;
  item: Alert | null;
}

export interface Page<T> { items: T[]; next: string | null; withheld?: number; }

/** State of one feed, as `/feeds` and the stream give it. */
export interface Feed {
  name: string;
  state: "up" | "down" | "ended";
  lines_per_second: number;
  lines: number;
  reason: string | null;
  last_line_at: string | null;
  silent_since: string | null;
  clients: number | null;
  lag_seconds: number | null;
  lagging: boolean;
  dropped: number;
  lost_datagrams: number;
  connections: number;
  rejected: Record<string, number>;
  times_not_used: Record<string, number>;
  refused_posts: Record<string, number>;
}

export interface Sink {
  name: string;
  state: "up" | "down";
  reason: string | null;
  delivered: number;
  failures: number;
  given_up: number;
  delayed: number;
  waiting: number | null;
  oldest_waits_since: string | null;
  held: number | null;
  held_until: string | null;
  unrecorded: number;
  failed: number | null;
}

export interface Status {
  at: string;
  ready: boolean;
  reasons: string[];
  warnings: string[];
  notes: string[];
  engine: { time: string | null; vessels: number; wait_seconds: number };
  inputs: Feed[];
  sinks: Sink[];
  open_alerts: Record<string, number>;
  reload: { ok: boolean; taken_at: string; problems: number; waits_for_restart: string[] };
  alerts?: { open: Partial<Record<Severity, number>> };
  budget?: { today: number; allowed: number };
}

/** The picture of all vessels, in columns. 65535 and 255 mean unknown. */
export interface Picture {
  /** Engine time in seconds since 1970; NaN before the first report. */
  at: number;
  /** Wall clock of the server in seconds since 1970. */
  wall: number;
  cursor: number;
  /** Changes when the daemon restarts; the keys are then new. */
  stamp: number;
  count: number;
  key: Uint32Array;
  mmsi: Uint32Array;
  /** 1e-7 degrees. */
  lat: Int32Array;
  lon: Int32Array;
  /** Seconds since the last report, at `at`. */
  age: Uint16Array;
  /** 0.1 kn. */
  sog: Uint16Array;
  /** 0.1 degrees. */
  cog: Uint16Array;
  heading: Uint16Array;
  type: Uint8Array;
  /** 2 m. */
  length: Uint8Array;
  flags: Uint16Array;
}

export interface Name {
  name: string | null;
  call_sign: string | null;
  imo: number | null;
  flag: string | null;
  length: number | null;
  beam: number | null;
  type: number | null;
}

export interface User {
  name: string;
  roles: Role[];
  ceilings: Ceilings;
  purpose: string | null;
  made_at?: string;
  disabled_at?: string | null;
  has_password?: boolean;
  last_sign_in_at: string | null;
  sessions: number;
}
export interface AuditRow {
  seq: number; at: string; who: string; caller: string | null; way: string | null; session: string | null; address: string | null; verb: string | null; what: string;
  subject: string | null; purpose: string | null; why: string | null; result: string | null; times: number; last_at: string | null; hash: string | null;
}
