// What the phone remembers, in IndexedDB: events not yet acknowledged, the last snapshot, the
// device's key and a few settings. Nothing here is read as meaning; the core does that.

import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Appended, Guard, Input } from "./messages";
import type { Pin } from "./pin";

/** An input that came before the core was ready; played to it with its own time. */
export interface Waiting {
  millis: number;
  input: Input;
}

export interface Values {
  /** Ids of this device as the server gave them. */
  device: { device: string; shard: number; gate: string; label: string; root_key_base64: string };
  keys: CryptoKeyPair;
  snapshot: { bytes_base64: string; etag: string | null };
  /** Events up to here are committed at the server. They stay a while, for a restored server. */
  acknowledged: number;
  /** The core's own state, opaque. */
  state: Uint8Array;
  waiting: Waiting[];
  settings: Settings;
  /** Who may be on duty here as the server last said, for starts without network. */
  guards: { staff: string; name: string }[];
  /** Who is on duty, the PINs of guards, whether the phone is locked. */
  duty: { guards: Guard[]; pins: Record<string, Pin>; locked: boolean };
  /** Events that the server put aside, with its reason. */
  set_aside: { seq: number; reason: string }[];
}

export interface Settings {
  lang: "zh" | "en";
  theme: "auto" | "day" | "night";
  large: boolean;
  sound: boolean;
}

interface Schema extends DBSchema {
  outbox: { key: number; value: Appended };
  value: { key: string; value: unknown };
}

/** Opens the database, making it on the first start. */
export async function open_store(): Promise<Store> {
  const database = await openDB<Schema>("gatehouse-gate", 1, {
    upgrade(db) {
      db.createObjectStore("outbox", { keyPath: "seq" });
      db.createObjectStore("value");
    },
  });
  return new Store(database);
}

export class Store {
  constructor(private readonly database: IDBPDatabase<Schema>) {}

  async get<K extends keyof Values>(key: K): Promise<Values[K] | undefined> {
    return (await this.database.get("value", key)) as Values[K] | undefined;
  }

  async put<K extends keyof Values>(key: K, value: Values[K]): Promise<void> {
    await this.database.put("value", value, key);
  }

  async remove(key: keyof Values): Promise<void> {
    await this.database.delete("value", key);
  }

  /** Stores events and the core's state in one transaction: both or neither. */
  async append(events: Appended[], state: Uint8Array): Promise<void> {
    const tx = this.database.transaction(["outbox", "value"], "readwrite", {
      durability: "strict",
    });
    for (const event of events) void tx.objectStore("outbox").put(event);
    void tx.objectStore("value").put(state, "state");
    await tx.done;
  }

  /** The oldest events after `seq`, at most `most`. */
  events_after(seq: number, most: number): Promise<Appended[]> {
    return this.database.getAll("outbox", IDBKeyRange.lowerBound(seq, true), most);
  }

  /** This phone becomes another device: what belonged to the one before goes, all at once. */
  async become(device: Values["device"]): Promise<void> {
    const tx = this.database.transaction(["outbox", "value"], "readwrite", {
      durability: "strict",
    });
    void tx.objectStore("outbox").clear();
    for (const key of ["snapshot", "acknowledged", "set_aside", "guards", "duty"]) {
      void tx.objectStore("value").delete(key);
    }
    void tx.objectStore("value").put(device, "device");
    await tx.done;
  }

  /** Forgets events up to and including `seq`: acknowledged, and old enough. */
  async forget(seq: number): Promise<void> {
    await this.database.delete("outbox", IDBKeyRange.upperBound(seq));
  }
}
