// What the phone remembers, in IndexedDB: events not yet acknowledged, the last snapshot, the
// device's key and a few settings, all but the keys sealed. Nothing here is read as meaning; the
// core does that.

import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Appended, Guard, Input } from "./messages";
import type { Pin } from "./pin";
import { is_sealed, make_seal_key, seal, unseal, type Sealed } from "./seal";

/** An input that came before the core was ready; played to it with its own time. */
export interface Waiting {
  millis: number;
  input: Input;
}

export interface Values {
  /** Ids of this device as the server gave them. */
  device: { device: string; shard: number; gate: string; label: string; root_key_base64: string };
  keys: CryptoKeyPair;
  /** Seals all the others but `keys`. */
  seal: CryptoKey;
  snapshot: { bytes_base64: string; etag: string | null };
  /** Events up to here are committed at the server. They stay a while, for a restored server. */
  acknowledged: number;
  /** The core's own state, opaque. */
  state: Uint8Array;
  waiting: Waiting[];
  settings: Settings;
  /** Who may be on duty here as the server last said, for starts without network. */
  guards: { staff: string; name: string }[];
  /** Who is on duty, what was said at the handover, the PINs of guards, whether the phone is
   * locked. */
  duty: { guards: Guard[]; note?: string; pins: Record<string, Pin>; locked: boolean };
  /** Events that the server put aside, with its reason. */
  set_aside: { seq: number; reason: string }[];
}

export interface Settings {
  lang: "zh" | "en";
  theme: "auto" | "day" | "night";
  large: boolean;
  sound: boolean;
}

/** Events that wait to be sent: how many, since when, where that is known. */
export interface Unsent {
  count: number;
  since_millis: number | undefined;
}

interface Schema extends DBSchema {
  /** Number and time are not sealed: they can be said even where the rest cannot be opened. */
  outbox: { key: number; value: Sealed & { seq: number; at?: number } };
  value: { key: string; value: unknown };
}

/** Keys cannot be read, and a number tells nothing: they are not sealed. */
const PLAIN: readonly string[] = ["keys", "seal", "acknowledged"];
/** What is made or fetched anew where it is damaged; without any of the others there is no going
 * on. */
const REPLACEABLE: readonly string[] = [
  "settings", "snapshot", "guards", "duty", "set_aside", "waiting",
];

const event_name = (seq: number): string => `event ${seq}`;

/** Opens the database, making it and its key on the first start. `lost` is told once it is gone:
 * cleared by hand or by the browser while the page is open. */
export async function open_store(lost: () => void): Promise<Store> {
  const database = await openDB<Schema>("gatehouse-gate", 1, {
    terminated: lost,
    blocking(_old, _new, event) {
      (event.target as IDBDatabase).close();
      lost();
    },
    upgrade(db) {
      db.createObjectStore("outbox", { keyPath: "seq" });
      db.createObjectStore("value");
    },
  });
  const kept = (await database.get("value", "seal")) as CryptoKey | undefined;
  const key = kept ?? (await make_seal_key());
  if (!kept) await seal_all(database, key);
  return new Store(database, key);
}

/** Seals what a version of before left readable. What another key sealed stays as it is. */
async function seal_all(database: IDBPDatabase<Schema>, key: CryptoKey): Promise<void> {
  const names = (await database.getAllKeys("value")).filter((name) => !PLAIN.includes(name));
  const values = await Promise.all(names.map(async (name) => {
    const value = await database.get("value", name);
    return is_sealed(value) ? value : seal(key, name, value);
  }));
  const events = await Promise.all((await database.getAll("outbox")).map(async (event) => {
    const { seq } = event;
    return is_sealed(event) ? event : { seq, ...(await seal(key, event_name(seq), event)) };
  }));
  const tx = database.transaction(["outbox", "value"], "readwrite", { durability: "strict" });
  for (const event of events) void tx.objectStore("outbox").put(event);
  names.forEach((name, at) => void tx.objectStore("value").put(values[at], name));
  void tx.objectStore("value").put(key, "seal");
  await tx.done;
}

export class Store {
  /** Sealing takes a moment: what is asked for later is done later. */
  #last: Promise<unknown> = Promise.resolve();

  readonly #database: IDBPDatabase<Schema>;
  readonly #key: CryptoKey;

  constructor(database: IDBPDatabase<Schema>, key: CryptoKey) {
    this.#database = database;
    this.#key = key;
  }

  #next<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#last.then(act, act);
    this.#last = done;
    return done;
  }

  /** Fails with `DAMAGED` for what cannot be opened and not be replaced either. */
  get<K extends keyof Values>(name: K): Promise<Values[K] | undefined> {
    return this.#next(async () => {
      const kept = await this.#database.get("value", name);
      // A version of before sealed some of what is plain now.
      if (kept === undefined || (PLAIN.includes(name) && !is_sealed(kept))) {
        return kept as Values[K] | undefined;
      }
      try {
        return (await unseal(this.#key, name, kept)) as Values[K];
      } catch (error) {
        if (REPLACEABLE.includes(name)) return undefined;
        throw error;
      }
    });
  }

  put<K extends keyof Values>(name: K, value: Values[K]): Promise<void> {
    return this.#next(async () => {
      const kept = PLAIN.includes(name) ? value : await seal(this.#key, name, value);
      await this.#database.put("value", kept, name);
    });
  }

  /** Stores events, the core's state and the list that it has seen in one transaction: all or
   * nothing. What waited for the core is among the events. */
  append(events: Appended[], state: Uint8Array, list?: Values["snapshot"]): Promise<void> {
    return this.#next(async () => {
      const sealed = await Promise.all(events.map(async (event) =>
        ({ seq: event.seq, at: Date.now(),
          ...(await seal(this.#key, event_name(event.seq), event)) })));
      const kept = await seal(this.#key, "state", state);
      const sealed_list = list && (await seal(this.#key, "snapshot", list));
      const tx = this.#database.transaction(["outbox", "value"], "readwrite", {
        durability: "strict",
      });
      for (const event of sealed) void tx.objectStore("outbox").put(event);
      void tx.objectStore("value").put(kept, "state");
      void tx.objectStore("value").delete("waiting");
      if (sealed_list) void tx.objectStore("value").put(sealed_list, "snapshot");
      await tx.done;
    });
  }

  /** The oldest events after `seq`, at most `most`, up to one that is damaged; fails with `DAMAGED`
   * where that is the first. */
  async events_after(seq: number, most: number): Promise<Appended[]> {
    const range = IDBKeyRange.lowerBound(seq, true);
    const kept = await this.#next(() => this.#database.getAll("outbox", range, most));
    const opened: Appended[] = [];
    // Nothing waits for it: a press at the gate is stored in between.
    for (const event of kept) {
      try {
        opened.push((await unseal(this.#key, event_name(event.seq), event)) as Appended);
      } catch (error) {
        if (opened.length === 0) throw error;
        break;
      }
    }
    return opened;
  }

  /** Number of the oldest event that is kept; 0 for none. */
  oldest(): Promise<number> {
    return this.#next(async () => (await this.#database.getAllKeys("outbox", null, 1))[0] ?? 0);
  }

  /** What would be lost if this phone became another device now. */
  async unsent(): Promise<Unsent> {
    // Where it cannot be known what was sent, all of it may be lost.
    const after = (await this.get("acknowledged").catch(() => 0)) ?? 0;
    const range = IDBKeyRange.lowerBound(after, true);
    const kept = await this.#next(() => this.#database.getAll("outbox", range));
    return { count: kept.length, since_millis: kept[0]?.at };
  }

  /** This phone becomes another device: what belonged to the one before goes, all at once; the
   * core's state too where it could not be read, or counts on events that go. */
  become(device: Values["device"], anew: boolean): Promise<void> {
    return this.#next(async () => {
      const kept = await seal(this.#key, "device", device);
      const tx = this.#database.transaction(["outbox", "value"], "readwrite", {
        durability: "strict",
      });
      void tx.objectStore("outbox").clear();
      for (const name of ["snapshot", "acknowledged", "set_aside", "guards", "duty"]) {
        void tx.objectStore("value").delete(name);
      }
      if (anew) void tx.objectStore("value").delete("state");
      void tx.objectStore("value").put(kept, "device");
      await tx.done;
    });
  }

  /** Forgets events up to and including `seq`: acknowledged, and old enough. */
  forget(seq: number): Promise<void> {
    return this.#next(() => this.#database.delete("outbox", IDBKeyRange.upperBound(seq)));
  }
}
